"""Others' code that raises, warns or prints what nobody expects."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import replace

import pytest
from evaluation.test_evaluate_unit import make_unit
from factories import make_dataset, make_entry
from hypothesis import given
from hypothesis import strategies as st
from unruly import RAISED, SAID, OddArgumentsError, talk

from job.errors import Interrupted, StrategyError
from job.evaluation.evaluate_unit import FAILED, OK, evaluate_unit
from job.evaluation.third_party import attempt, silenced
from job.pipeline import read_spec
from job.strategies.recipes import accepts, import_class

DATASET = make_dataset(200, 40)


def unruly(name, **params):
    return make_entry(**{"class": f"unruly.{name}"}, params=params, label=name)


def raising(error):
    def work():
        raise error

    return attempt(work, 0)


@pytest.mark.parametrize("kind", RAISED)
def test_whatever_is_raised_becomes_one_line_that_every_file_can_hold(kind):
    """a panic, sys.exit(), half a character, a message that cannot be had or never ends: all are a reason"""
    error = raising(RAISED[kind]).error

    assert error.isprintable()
    assert 0 < len(error.encode()) < 700


@given(st.text(st.characters()))
def test_any_message_becomes_one_line(text):
    """no character of a message can break a file, a line or a terminal"""
    error = raising(ValueError(text)).error

    assert [error] == error.encode().decode().splitlines()


def test_a_signal_that_stops_the_job_is_no_failure_of_a_run():
    """only what a signal raises passes through"""
    with pytest.raises(Interrupted):
        raising(Interrupted(15))


@pytest.mark.parametrize(
    "name", ["RaisesWhenBuilt", "RaisesWhenFitted", "RaisesWhenPredicting"], ids=["built", "fitted", "predicting"]
)
def test_a_classifier_that_panics_fails_alone(name):
    """wherever it panics, the classifiers beside it have their results"""
    unit = make_unit(classifiers=("logistic_regression", "decision_tree"))
    unit = replace(unit, classifiers=(unit.classifiers[0], unruly(name), unit.classifiers[1]))

    outcomes = evaluate_unit(unit, DATASET)

    assert [OK, FAILED, OK] == [outcome.status for outcome in outcomes]
    assert "PanicError: a panic" == outcomes[1].reason


@pytest.mark.parametrize("kind", ["panic", "interrupt", "exit", "generator"])
def test_a_sampler_that_panics_fails(kind):
    """every run of its unit is failed, and none ends the job"""
    unit = replace(make_unit(), strategy=unruly("RaisesWhenResampling", kind=kind))

    assert [FAILED] == [outcome.status for outcome in evaluate_unit(unit, DATASET)]


def test_warnings_that_cannot_be_written_fail_nobody():
    """a warning whose text raises, or holds half a character, is kept as far as it can be"""
    (outcome,) = evaluate_unit(replace(make_unit(), strategy=unruly("WarnsUnspeakably")), DATASET)

    assert OK == outcome.status
    json.dumps(outcome.warnings, ensure_ascii=False).encode()
    assert (
        "UnspeakableWarning: (no readable text)",
        "UserWarning: half a character: \\ud83d, and a bell: \ufffd",
    ) == outcome.warnings


def test_only_what_is_logged_as_a_warning_is_kept_of_what_is_said(capfd):
    """what is printed, from Python or C, or logged for information goes nowhere; warnings are kept, each once"""
    words = attempt(talk, 0).warnings

    assert words == SAID
    assert ("", "") == capfd.readouterr()


def test_what_a_dask_worker_logs_meanwhile_is_nobodys_warning():
    """its own remarks on memory and lost connections depend on the engine; a library of a like name is heard"""

    def work() -> None:
        logging.getLogger("distributed.worker.memory").warning("memory use is high")
        logging.getLogger("distributedly").warning("heard")

    assert ("distributedly: heard",) == attempt(work, 0).warnings


def test_there_are_never_more_than_some_warnings():
    """a library that warns of every row doesn't fill the results"""
    import warnings

    words = attempt(lambda: [warnings.warn(f"row {row}", stacklevel=1) for row in range(1000)], 0).warnings

    assert 21 == len(words)
    assert ("UserWarning: row 19", "and more than these 20") == words[-2:]


def test_streams_are_as_before_after_silence(capfd):
    """what others have printed is gone, what we print afterwards is not, also where somebody closed a descriptor"""
    with silenced(), silenced():
        os.close(1)
        sys.stdout = None
        print("lost")
    print("kept", flush=True)
    os.write(2, b"kept, too")

    assert ("kept\n", "kept, too") == capfd.readouterr()


@pytest.mark.parametrize("kind", ["panic", "interrupt", "exit", "half", "speechless", "secretive"])
def test_a_module_that_cannot_be_imported_is_a_problem_of_the_spec(tmp_path, monkeypatch, kind):
    """whatever its import raises, the problem names where it is, in text"""
    (tmp_path / f"module_{kind}.py").write_text(f"import unruly\nraise unruly.RAISED[{kind!r}]\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(StrategyError, match=f"cannot import module_{kind}") as raised:
        import_class(f"module_{kind}.Sampler")
    str(raised.value).encode()


def test_a_class_may_make_up_its_signature():
    """a signature that cannot be had is one that isn't told"""

    class Meta(type):
        @property
        def __signature__(cls):
            raise OddArgumentsError(1, 2)

    assert not accepts(Meta("Odd", (), {}), "random_state")


def test_what_is_said_while_a_spec_is_checked_goes_nowhere(tmp_path, monkeypatch, capfd):
    """modules print when they are imported, and classes when they are looked at"""
    entry = "{class: unruly.TalksWhenChecked, params: {volume: 2}}"
    (tmp_path / "spec.yaml").write_text(f"data: {{generate: {{kind: classification}}}}\nstrategies: [{entry}]\n")
    monkeypatch.delitem(sys.modules, "unruly")

    read_spec(str(tmp_path / "spec.yaml"), ("unruly",))

    assert ("", "") == capfd.readouterr()
