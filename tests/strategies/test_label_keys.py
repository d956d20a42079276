"""Parameters keyed by labels take those of the data: never the wrong way round, and never in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import make_dataset, make_spec

from job import pipeline
from job.errors import SpecError
from job.evaluation.evaluate_unit import evaluate_unit
from job.outputs import Outputs
from job.strategies.label_keys import key_by_class


def key(weights, positive="yes", rest=("no",), name="class_weight"):
    """Translate one parameter of a strategy: what it became, and the note or complaint."""
    strategy = {"name": "class_weight" if name == "class_weight" else "RandomUnderSampler", "params": {name: weights}}
    spec = make_spec(strategies=["baseline", strategy])
    keyed = key_by_class(spec, replace(make_dataset(), positive=positive, rest=rest))
    told = [note.text for note in keyed.notes] + [message for _, message in keyed.complaints]
    return keyed.spec.strategies[1].params[name], " ".join(told)


READ = {
    "words": ({"yes": 10, "no": 1}, "yes", ("no",)),
    "codes with zeros": ({"01": 10, "02": 1}, "01", ("02",)),
    "truth values": ({"true": 10, "false": 1}, "True", ("False",)),
    "numbers": ({1: 1, 2: 10}, "2", ("1",)),
    "numbers as floats": ({1: 1, 2: 10}, "2.0", ("1.0",)),
    "0 and 1 for other labels": ({0: 1, 1: 10}, "yes", ("no",)),
    "0 and 1 as they are": ({0: 1, 1: 10}, "1", ("0",)),
    "several labels of the rest": ({"a": 1, "b": 1, "c": 10}, "c", ("a", "b")),
    "one label of the rest that weighs 1": ({"a": 1, "c": 10}, "c", ("a", "b")),
}


@pytest.mark.parametrize(("weights", "positive", "rest"), READ.values(), ids=READ)
def test_labels_become_classes(weights, positive, rest):
    """The positive label's weight is that of 1, and nothing has to be said."""
    assert ({1: 10, 0: 1}, "") == key(weights, positive, rest)


@pytest.mark.parametrize("rest", ["1", "1.0"])
def test_labels_win_over_codes_and_it_is_said(rest):
    """0 that is the positive label weighs tenfold, though 0 stands for the rest elsewhere."""
    made, told = key({0: 10, 1: 1}, rest.replace("1", "0", 1), (rest,))
    assert {1: 10, 0: 1} == made
    assert "strategies[1].params.class_weight is read by the labels of the data: 0 is the positive label" in told


REFUSED = {
    "a misspelt label": (
        {"yes": 10, "mo": 1},
        "yes",
        ("no",),
        "got 'mo' for a label, must be one of the data's: 'yes'",
    ),
    "codes that a label contradicts": ({0: 1, 1: 10}, "2", ("1",), "got '0' for a label"),
    "weights that part the rest": ({"a": 1, "b": 2, "c": 9}, "c", ("a", "b"), "one class, all other labels ('a', 'b')"),
    "a weight for a part of the rest": ({"a": 2, "c": 9}, "c", ("a", "b"), "has a value for 'a', but these labels"),
}


@pytest.mark.parametrize(("weights", "positive", "rest", "message"), REFUSED.values(), ids=REFUSED)
def test_keys_that_name_no_class_are_refused(weights, positive, rest, message):
    """The message names the labels that there are."""
    made, told = key(weights, positive, rest)
    assert weights == made
    assert message in told


def test_counts_and_lists_of_samplers_are_keyed_too():
    """sampling_strategy takes labels, and counts never for a part of the rest."""
    assert ({0: 90}, "") == key({"no": 90}, name="sampling_strategy")
    assert ([0], "") == key(["a", "b"], rest=("a", "b"), name="sampling_strategy")
    assert "one class" in key({"a": 5, "b": 5}, rest=("a", "b"), name="sampling_strategy")[1]
    assert (0.5, "") == key(0.5, name="sampling_strategy")


def write(folder, weights):
    rows = "".join(f"{row % 7 + 3 * (row % 5 == 0)},{row},{'yes' if row % 5 == 0 else 'no'}\n" for row in range(100))
    (folder / "d.csv").write_text("x,day,y\n" + rows)
    (folder / "spec.yaml").write_text(
        "data: {file: {path: d.csv, target: y, time: day}}\n"
        "split: {n_repeats: 1}\nstrategies: []\nclassifiers:\n"
        f"- {{name: logistic_regression, params: {{class_weight: {weights}}}}}\n"
        "- {name: logistic_regression, params: {class_weight: {0: 1, 1: 10}}, label: codes}\n"
    )
    return pipeline.read_spec(str(folder / "spec.yaml"))


def test_a_job_weighs_the_rows_of_a_label(tmp_path, monkeypatch):
    """labels weigh as 0 and 1 do, the spec keeps them, and the script, whose labels are 0 and 1, has 0 and 1

    What the split doesn't use is noted in the same results.
    """
    monkeypatch.setattr(pipeline, "_write", lambda *_: None)
    monkeypatch.setattr(Outputs, "publish", lambda *_: tmp_path)

    def evaluate(prepared, *_):
        outcomes = [outcome for unit in prepared.units() for outcome in evaluate_unit(unit, prepared.dataset)]
        return outcomes, pipeline.Reused(0, len(outcomes)), 1

    monkeypatch.setattr(pipeline, "_evaluate", evaluate)
    kept = []
    monkeypatch.setattr(pipeline, "take_home", lambda spec, _, results, *rest: kept.append(spec) or results)
    results = pipeline.run_job(write(tmp_path, '{"yes": 10, "no": 1}'), tmp_path / "output").results
    labels, codes = (run.metrics for run in results.runs)
    assert labels == codes
    assert {"yes": 10, "no": 1} == results.spec.classifiers[0].params["class_weight"]
    assert {"class_weight": {1: 10, 0: 1}} == kept[0].classifiers[0].params
    assert "class_weight={1: 10, 0: 1}" in results.snippet.code
    assert ["time-unused"] == [note.code for note in results.dataset.notes if "data.file" in note.text]


def test_a_label_that_the_data_lacks_is_refused_at_its_line(tmp_path):
    """Exit 2 before any run, with the place of the key in the spec."""
    loaded = write(tmp_path, "{ja: 10, no: 1}")
    with pytest.raises(SpecError, match=r"spec.yaml:5:40 classifiers\[0\].params.class_weight: got 'ja' for a label"):
        pipeline.run_job(loaded, tmp_path / "output")
