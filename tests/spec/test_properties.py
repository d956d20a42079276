"""What holds for every spec."""

from __future__ import annotations

import io
import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from spec.any_spec import SPECS
from spec.steering import steering

from job.errors import Problem, SpecError
from job.spec.job_spec import JobSpec
from job.spec.load_spec import load_spec
from job.spec.schema import json_schema
from job.spec.yaml_document import read_document

VALIDATOR = Draft202012Validator(json_schema())
ALLOWED = ("sklearn", "imblearn")


def dump(document) -> str:
    text, yaml = io.StringIO(), YAML(typ="safe", pure=True)
    yaml.default_flow_style = False  # between braces ruamel.yaml leaves ?0 without quotes, which is a key there
    yaml.dump(document, text)
    return text.getvalue()


def problems_of(text: str, folder) -> tuple[Problem, ...]:
    try:
        load(text, folder)
    except SpecError as error:
        return error.problems
    return ()


def load(text: str, folder) -> JobSpec:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    return load_spec(str(path), allowed_packages=ALLOWED).spec


IN_ONE_FOLDER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


@IN_ONE_FOLDER
@given(document=SPECS)
@example(document={"data": {"file": {"path": "?0", "target": "?1"}}})
def test_a_spec_that_another_tool_writes_is_read_as_it_was_meant(document, tmp_path) -> None:
    """ruamel.yaml writes YAML 1.2, and what it leaves without quotes is no other value here."""
    assert JobSpec.model_validate(document) == load(dump(document), tmp_path)


@IN_ONE_FOLDER
@given(document=SPECS)
def test_a_spec_that_is_written_out_can_be_read_again(document, tmp_path) -> None:
    """results.json holds a spec that makes the same results, every default filled in."""
    spec = JobSpec.model_validate(document)
    written = json.dumps(spec.model_dump(mode="json", by_alias=True), ensure_ascii=False)

    assert spec == load(written, tmp_path)


@IN_ONE_FOLDER
@given(document=SPECS)
def test_the_json_schema_accepts_what_the_job_accepts(document) -> None:
    """An editor marks no key of a spec that can be run."""
    assert [] == [error.message for error in VALIDATOR.iter_errors(document)]


@IN_ONE_FOLDER
@given(text=st.text(st.sampled_from("ab:-?[]{}#&*!|>'\"%@ \n\t,.0~<=é\u2028"), max_size=60) | st.text(max_size=60))
def test_any_text_is_a_spec_or_a_spec_error(text, tmp_path) -> None:
    """No text that somebody types makes the loader raise anything else."""
    problems = problems_of(text.encode("utf-8", "replace").decode(), tmp_path)

    assert [] == steering("".join(map(str, problems)))


@IN_ONE_FOLDER
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    )
)
def test_a_document_of_any_shape_is_a_spec_or_a_spec_error(document, tmp_path) -> None:
    """A wrong type anywhere is a problem with a place."""
    problems = problems_of(dump(document), tmp_path)

    assert [problem for problem in problems if not problem.where.startswith(f"{tmp_path}/spec.yaml")] == []


@IN_ONE_FOLDER
@given(document=SPECS, data=st.data())
def test_a_wrong_value_anywhere_is_told_with_its_key_path(document, data, tmp_path) -> None:
    """One value is replaced by a list of lists, which no key takes but those of params."""
    paths = list(paths_in(document))
    path = data.draw(st.sampled_from(paths))
    put(document, path, [[["wrong"]]])

    told = " ".join(map(str, problems_of(dump(document), tmp_path)))

    assert path[0] in told


def paths_in(document, path=()):
    for key, value in document.items():
        if key == "params":
            continue
        yield (*path, key)
        if isinstance(value, dict):
            yield from paths_in(value, (*path, key))


def put(document, path, value) -> None:
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30))
def test_a_quoted_text_is_itself(text) -> None:
    """Our reader and JSON agree about text in double quotes."""
    root = read_document(json.dumps(text)).root

    assert root is not None
    assert text == root.plain
