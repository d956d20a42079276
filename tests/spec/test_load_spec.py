"""Every kind of bad spec: where it is wrong, what was got and what is allowed, each problem on a line of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from spec.bad_specs import BOMBS, DATA, MALFORMED, TOO_LONG, WRONG

from job.errors import SpecError
from job.evidence.statistics.family import question_of
from job.spec import yaml_document
from job.spec.load_spec import load_spec
from job.spec.yaml_document import MOST_NODES, Node


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load a spec that stands in a file; its folder is the working directory."""
    monkeypatch.chdir(tmp_path)

    def load(text: str | bytes, **options):
        content = text if isinstance(text, bytes) else text.encode()
        Path("spec.yaml").write_bytes(content)
        return load_spec("spec.yaml", **options)

    return load


@pytest.fixture
def problems(load):
    """Say what is wrong with a spec, line by line."""

    def problems(text: str | bytes, **options) -> list[str]:
        with pytest.raises(SpecError) as caught:
            load(text, **options)
        return str(caught.value).split("\n")

    return problems


@pytest.mark.parametrize(("text", "begins"), {**MALFORMED, **WRONG}.values(), ids={**MALFORMED, **WRONG}.keys())
def test_a_bad_spec_is_refused_with_its_place(problems, text, begins) -> None:
    """The first line names file, line, column and key path, and what is wrong there."""
    first, *others = problems(text)

    assert f"spec.yaml:{begins}" == first[: len(f"spec.yaml:{begins}")]
    assert [line for line in others if not line.startswith("spec.yaml:")] == []


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_before_it_is_blown_up(problems, monkeypatch, text) -> None:
    """What a small file can blow up is bounded while it is read, and the message has a line."""
    steps = Counter[str]()

    class CountedYAML(YAML):
        def parse(self, stream):
            for event in super().parse(stream):
                steps["events"] += 1
                yield event

    class CountedNode(Node):
        def __init__(self, *args, **kwargs) -> None:
            steps["nodes"] += 1
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(yaml_document, "YAML", CountedYAML)
    monkeypatch.setattr(yaml_document, "Node", CountedNode)
    lines = problems(text)

    assert 1 == len(lines)
    assert lines[0].split(":")[1].isdigit()
    assert 0 < steps["events"] <= 2 * MOST_NODES
    assert steps["nodes"] <= MOST_NODES


def test_a_huge_file_is_not_read_to_its_end(problems) -> None:
    """A data file under the name of a spec is refused by its size."""
    assert ["spec.yaml: has more than 1,000,000 bytes, too many for a spec"] == problems(TOO_LONG)


def test_all_problems_are_told_at_once_in_the_order_of_their_lines(problems) -> None:
    """Those of YAML, of single keys, between keys and of entries stand together."""
    text = """\
title: ''
data:
  generate:
    n_samples: 5
    n_features: 3
    n_feature: 4
seed: 1
seed: 2
split: {method: kfold, test_size: 0.2}
strategies:
  - smote
  - {name: smote, params: {k_neighbors: 0}}
  - {class: os.system}
classifiers: []
engine: !x {}
"""

    def check(kind, index, entry):
        return [(("params", "k_neighbors"), "got 0, must be an integer >= 1")] if entry.params else []

    places = [line.partition(": ")[0] for line in problems(text, check=check)]

    assert [
        "spec.yaml:1:1 title",
        "spec.yaml:4:5 data.generate.n_samples",
        "spec.yaml:5:5 data.generate.n_features",
        "spec.yaml:6:5 data.generate.n_feature",
        "spec.yaml:8:1 seed",
        "spec.yaml:9:24 split.test_size",
        "spec.yaml:12:5 strategies[1]",
        "spec.yaml:12:28 strategies[1].params.k_neighbors",
        "spec.yaml:13:6 strategies[2].class",
        "spec.yaml:14:1 classifiers",
        "spec.yaml:15:9 engine",
    ] == places


def test_many_problems_are_cut(problems) -> None:
    """A terminal is not flooded."""
    lines = problems(DATA + "".join(f"key{i}: 1\n" for i in range(500)))

    assert 101 == len(lines)
    assert "spec.yaml: and 400 more problems" == lines[-1]


def test_a_problem_of_an_alias_is_told_where_it_is_used(problems) -> None:
    """The same value can be right in one place and wrong in another."""
    assert ["spec.yaml:2:1 title: got a mapping, must be a title"] == problems("data: &d {generate: {}}\ntitle: *d\n")


def test_a_problem_of_an_alias_in_a_list_is_told_where_it_is_used(problems) -> None:
    """An item has no key, so its place is that of the alias."""
    first, second = problems("data: {generate: &g {}}\nstrategies: [smote, *g]\nclassifiers: [*g]\n")

    assert ("spec.yaml:2:21 strategies[1]", "spec.yaml:3:15 classifiers[0]") == (
        first.partition(": ")[0],
        second.partition(": ")[0],
    )


def test_an_anchor_can_be_defined_again(load) -> None:
    """YAML allows it; an alias then means the last one above it."""
    spec = load(DATA + "seed: &x 1\ntitle: &x two\nstrategies: [{name: smote, label: *x}]\n").spec

    assert (1, "two", "two") == (spec.seed, spec.title, spec.strategies[0].label)


@pytest.mark.parametrize("written", ["yes", "no", "on", "off", "y", "01", "1.0", "1_000", "0x1F", "1e3", "2024-01-01"])
def test_words_and_numbers_keep_their_spelling_as_labels(load, written) -> None:
    """YAML 1.2: a class called no stays a word, and a bare label is taken as it is written."""
    file = load(f"data: {{file: {{path: a.csv, target: {written}, positive: {written}}}}}\n").spec.data.file

    assert (written, written) == (file.target, file.positive)


@pytest.mark.parametrize(("written", "seed"), [("0o17", 15), ("017", 17), ("0x10", 16), ("+5", 5), ("0", 0)])
def test_integers_are_those_of_yaml_1_2(load, written, seed) -> None:
    """A leading zero is no octal sign any more."""
    assert seed == load(DATA + f"seed: {written}\n").spec.seed


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + DATA,
        DATA.replace("\n", "\r\n"),
        DATA + "...\n",
        "%YAML 1.2\n---\n" + DATA,
        '{"data": {\n\t"generate": {}}}',
    ],
    ids=["byte order mark", "CRLF", "document end", "directive", "JSON"],
)
def test_odd_but_right_specs_are_read(load, text) -> None:
    """What other tools write is no reason to refuse."""
    assert 42 == load(text).spec.seed


@pytest.mark.parametrize("key", ["1", "'1'"])
def test_integer_keys_of_parameters_are_labels(load, key) -> None:
    """imbalanced-learn's sampling_strategy and scikit-learn's class_weight name classes by number."""
    entry = load(
        DATA + f"strategies: [{{name: smote, params: {{sampling_strategy: {{{key}: 500}}}}}}]\n"
    ).spec.strategies[0]

    assert {"sampling_strategy": {1: 500}} == entry.params


@pytest.mark.parametrize("key", ["01", "'01'", "0x1", "+1", "1.0", "true"])
def test_other_keys_of_parameters_keep_their_text(load, key) -> None:
    """Labels are told by their text, so 01 is not 1."""
    entry = load(DATA + f"classifiers: [{{name: svc, params: {{class_weight: {{{key}: 5}}}}}}]\n").spec.classifiers[0]

    assert {"class_weight": {key.strip("'"): 5}} == entry.params


def test_sections_without_content_take_their_defaults(load) -> None:
    """A key whose lines are all commented out says nothing."""
    assert load(DATA).spec == load(DATA + "split:\npreparation:\nevaluation:\nengine:\n").spec


def test_a_check_is_asked_about_right_entries_only(problems) -> None:
    """An entry that is wrong in itself, or from a package that isn't allowed, is never looked up."""
    asked = []

    def check(kind, index, entry):
        asked.append((kind, index, entry.label))
        return []

    problems(DATA + "strategies: [smoth, smote, {class: os.system}]\nclassifiers: [knn]\n", check=check)

    assert [("strategies", 1, "smote"), ("classifiers", 0, "knn")] == asked


def test_a_package_can_be_allowed(load) -> None:
    """Only the command line can, and only by name."""
    text = DATA + "strategies: [{class: mine.samplers.Best}]\n"

    assert "Best" == load(text, allowed_packages=["mine"]).spec.strategies[0].label
    with pytest.raises(SpecError, match="--allow-package mine"):
        load(text, allowed_packages=["min"])


@pytest.mark.parametrize(
    "engine", ["", "engine:\n", "engine: {kind: dask}\n", "engine: {kind: dask, address: 'a:1'}\n"]
)
def test_a_cluster_that_is_asked_for_wins_over_the_spec(load, engine) -> None:
    """its address takes the place of the spec's, or of one that is missing there; all other keys stay"""
    engine = engine.replace("}", ", run_timeout: 7}")

    made = load(DATA + engine, dask="tcp://b:2").spec.engine

    assert ("dask", "tcp://b:2", 7 if "}" in engine else None) == (made.kind, made.address, made.run_timeout)


def test_an_engine_that_is_wrong_stays_wrong(problems) -> None:
    """an address beside it mends nothing else"""
    assert [True] == [
        line.startswith("spec.yaml:2:1 engine: got 3") for line in problems(DATA + "engine: 3\n", dask="b:2")
    ]


def test_the_file_is_asked_about_only_beside_other_problems(load, problems) -> None:
    """A spec that is right meets its data when it is run; one that isn't is told everything now."""
    text = "data:\n  file: {path: a.csv, target: y}\n"
    asked = []

    def check_file(file, folder):
        asked.append((file.path, folder))
        return ["no such file"]

    load(text, check_file=check_file)
    lines = problems(text + "sedd: 3\n", check_file=check_file)

    assert [("a.csv", Path())] == asked
    assert "spec.yaml:2:3 data.file: no such file" == lines[0]
    assert 2 == len(lines)


def test_paths_are_relative_to_the_spec(tmp_path) -> None:
    """A spec and its data can be moved together."""
    (tmp_path / "spec.yaml").write_text(DATA)

    assert tmp_path == load_spec(str(tmp_path / "spec.yaml")).folder


@pytest.mark.parametrize("path", ["nowhere.yaml", ".", "spec.yaml/below", "x" * 300])
def test_a_spec_that_is_no_file(tmp_path, monkeypatch, path) -> None:
    """The message says how to get one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(DATA)

    with pytest.raises(SpecError, match=r"cannot read the spec: .*; write one with: minority-report init > spec\.yaml"):
        load_spec(path)


def test_a_pipe_that_nobody_writes_keeps_nobody_waiting(tmp_path) -> None:
    """A named pipe without a writer would block for ever."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(SpecError, match="is empty"):
        load_spec(str(tmp_path / "pipe"))


def test_a_process_substitution_is_read(tmp_path) -> None:
    """`run <(init)` is a pipe that somebody writes."""
    program = "import sys; from job.spec.load_spec import load_spec; print(load_spec(sys.argv[1]).spec.seed)"
    command = f"{sys.executable} -c '{program}' <(sleep 0.2; echo '{DATA.strip()}')"

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=Path(__file__).parents[2])

    assert ("42\n", "") == (done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("", ("kfold", 10, 2)),
        ("split: {random_state: 7}\n", ("kfold", 10, 2)),
        ("split: {n_splits: 4}\n", ("kfold", 4, 2)),
        ("split: {method: kfold}\n", ("kfold", 5, 1)),
        ("split: {method: kfold, n_repeats: 3}\n", ("kfold", 5, 3)),
        ("split: {method: holdout}\n", ("holdout", None, 20)),
        ("split: {test_size: 0.3}\n", ("holdout", None, 20)),
        ("split: {n_repeats: 5}\n", ("holdout", None, 5)),
    ],
)
def test_the_default_split_depends_on_what_is_written(load, split, expected) -> None:
    """Ten folds twice where nothing says how rows are parted; holdouts as before where a key of theirs is written."""
    found = load(DATA + split).spec.split
    method, n_splits, n_repeats = expected

    assert (method, n_repeats) == (found.method, found.n_repeats)
    assert n_splits is None or n_splits == found.n_splits
    assert (n_splits is None) == ("n_splits" not in found.model_dump(mode="json"))


def test_folds_need_a_method_that_has_them(load) -> None:
    """A key that chooses holdouts and one of folds contradict each other."""
    with pytest.raises(SpecError, match=r"split\.n_splits: is for method kfold, but method is holdout; leave it out"):
        load(DATA + "split: {test_size: 0.2, n_splits: 5}\n")


@pytest.mark.parametrize(
    ("written", "rope"), [("", "auto"), ("rope: auto", "auto"), ("rope: 0.02", 0.02), ("rope: 0", 0)]
)
def test_the_practical_difference_is_found_or_given(load, written, rope) -> None:
    """By default it follows the metric and the data; a number is taken as it is, 0 included."""
    spec = load(DATA + f"evaluation: {{{written}}}\n").spec

    assert rope == spec.evaluation.rope
    assert (None if rope == "auto" else rope) == question_of(spec).rope


def test_the_embedded_default_is_right(load) -> None:
    """It is the experiment that the project started from."""
    spec = load_spec(None).spec

    assert ("holdout", 20, 0.2, 42) == (spec.split.method, spec.split.n_repeats, spec.split.test_size, spec.seed)
    assert (2000, 15, 6, 2, (0.9, 0.1)) == tuple(
        getattr(spec.data.generate, key)
        for key in ("n_samples", "n_features", "n_informative", "n_redundant", "weights")
    )
    labels = ["baseline", "class_weight", "threshold", "smote", "custom", "custom (weighted)"]
    assert labels == [entry.label for entry in spec.strategies] == [entry.label for entry in load(DATA).spec.strategies]
    assert {"max_iter": 1000} == spec.classifiers[0].params
