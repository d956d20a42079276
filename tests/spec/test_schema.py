"""The JSON Schema, for editors that check while one types."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from spec.bad_specs import WRONG

from job.spec.schema import json_schema

# What holds between keys, how a number is written, and lengths that nobody reaches by accident.
BEYOND_A_SCHEMA = {
    "1e3 for an integer",
    "an underscore in a number",
    "infinity",
    "a column of two uses",
    "weights above one",
    "one minority row",
    "too few rows for a preset",
    "a mixture without columns",
    "too few shifts",
    "a minority in two places",
    "clusters in one place",
    "too few informative features",
    "too few features",
    "a key of another method",
    "a seed for a split that draws nothing",
    "time without a column",
    "repeats of one split",
    "a label twice",
    "baseline twice",
    "a label that calibration adds",
    "weights without a sampler",
    "a label that weights make too long",
    "weights twice",
    "tuning where no space ships",
    "a class tuned without a space",
    "a tuned baseline",
    "nothing left to tune",
    "a range that falls",
    "a logarithm of nothing",
    "a label that tuning makes too long",
    "tuned twice",
    "a sweep of a strategy that isn't listed",
    "a sweep of a strategy twice",
    "a ratio twice",
    "the label of the baseline",
    "a class of another package",
    "errors that cost nothing",
    "Dask without an address",
    "an address for local workers",
    "parents of no rows",
    "an endless seed",
    "a long title",
    "a label that steers a terminal",
    "an infinite parameter",
    "a gate on an unknown strategy",
    "a gate on an unknown classifier",
    "a gate against an unknown strategy",
    "a gate against itself",
    "a gate on nothing",
    "a gate on two things",
    "a gate on no strategy",
    "a gate on failed runs of a strategy",
    "a gate without a limit",
    "a gain over nothing",
    "a difference that is at least a level",
    "a gain and a loss",
    "a gate that nothing passes",
    "a gain where neither way is better",
    "a gate that is never undecided",
    "a gate twice",
}


@pytest.fixture(scope="module")
def validator():
    return Draft202012Validator(json_schema())


def test_it_is_a_schema() -> None:
    """It follows the draft that it names."""
    Draft202012Validator.check_schema(json_schema())


def test_every_key_is_described() -> None:
    """An editor shows what a key means."""
    sections = [json_schema(), *json_schema()["$defs"].values()]
    properties = [
        (key, value)
        for section in sections
        for variant in (section, *section.get("anyOf", ()))
        for key, value in variant.get("properties", {}).items()
    ]

    assert len(properties) > 50
    assert [key for key, value in properties if not value.get("description")] == []


@pytest.mark.parametrize("name", sorted(set(WRONG) - BEYOND_A_SCHEMA))
def test_it_refuses_what_the_job_refuses(validator, name) -> None:
    """Whatever is wrong with a single key is marked by the editor already."""
    document = YAML(typ="safe", pure=True).load(WRONG[name][0])

    assert not validator.is_valid(document)


def test_defaults_that_depend_on_other_keys_are_not_promised() -> None:
    """n_repeats is 20 for holdout only, and random_state is the seed of the spec."""
    definitions = json_schema()["$defs"]

    assert "default" not in definitions["SplitSpec"]["properties"]["n_repeats"]
    assert "default" not in definitions["SplitSpec"]["properties"]["random_state"]
    assert 0.2 == definitions["SplitSpec"]["properties"]["test_size"]["default"]
