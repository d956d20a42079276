"""Real worker processes, real deaths."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial

import hostile
import numpy as np
import pytest
import unruly
from factories import SEEDS, make_dataset, make_entry

from job.engine.execute import Engine, Waiting, execute
from job.engine.local_workers import local_executor, run_apart
from job.engine.work import Call
from job.evaluation.evaluate_unit import FAILED, OK, evaluate_unit
from job.evaluation.grid import Unit
from job.spec.job_spec import PreparationSpec

DATASET = make_dataset(200, 40)


def make_units(strategies, classifiers=("logistic_regression",), n_repeats=2):
    rows = np.arange(200, dtype=np.int32)
    return [
        Unit(
            strategy=_entry(strategy),
            classifiers=tuple(_entry(classifier) for classifier in classifiers),
            repeat=repeat,
            fold=0,
            train=rows[:140],
            test=rows[140:],
            preparation=PreparationSpec(),
            seeds=SEEDS,
        )
        for repeat in range(n_repeats)
        for strategy in strategies
    ]


def _entry(name):
    if name[0].islower():
        return make_entry(name)
    module = "hostile" if hasattr(hostile, name) else "unruly"
    return make_entry(**{"class": f"{module}.{name}"})


def run(units, n_workers=2, run_timeout=None, work=None):
    outcomes = {}

    def on_done(ended):
        for outcome in ended:
            assert outcome.key not in outcomes
            outcomes[outcome.key] = outcome

    engine = Engine(local_executor, n_workers, run_timeout)
    execute(units, work or partial(evaluate_unit, dataset=DATASET), engine, on_done)
    return outcomes


def evaluate_here(units):
    return {outcome.key: outcome for unit in units for outcome in evaluate_unit(unit, DATASET)}


@pytest.mark.parametrize("killer", ["Kills", pytest.param("KillsBySignal", marks=pytest.mark.long)])
def test_only_the_runs_that_kill_are_failed(killer):
    """a strategy whose worker dies fails with that reason; every other run is as it is without it"""
    alone = evaluate_here(make_units(["baseline", "smote"], n_repeats=1))
    among = run(make_units(["baseline", killer, "smote"], n_repeats=1))
    assert 3 == len(among)
    for key, outcome in among.items():
        if key.strategy == killer:
            assert outcome.status == FAILED
            assert "worker process died" in outcome.reason
        else:
            np.testing.assert_array_equal(alone[key].scores, outcome.scores)


@pytest.mark.long
def test_what_kills_once_runs_alone_from_then_on():
    """after a strategy has killed a worker, its other splits cost one worker each and nobody else's"""
    started = []

    def counted_executor(n_workers):
        started.append(n_workers)
        return local_executor(n_workers)

    units = make_units(["Kills", "baseline"], ("logistic_regression", "decision_tree"), n_repeats=2)
    outcomes = {}
    execute(
        units,
        partial(evaluate_unit, dataset=DATASET),
        Engine(counted_executor, 2),
        lambda ended: outcomes.update({outcome.key: outcome for outcome in ended}),
    )
    assert {key.strategy == "Kills": outcome.status for key, outcome in outcomes.items()} == {True: FAILED, False: OK}
    assert 8 == len(outcomes)
    assert 2 == started.count(2)


@pytest.mark.long
def test_a_classifier_that_killed_is_kept_from_the_others_units():
    """its own runs fail alone; those of other classifiers go on together in units without it"""
    classifiers = ("logistic_regression", "KillsWhenFitted", "decision_tree")
    outcomes = run(make_units(["baseline", "smote"], classifiers, n_repeats=1), n_workers=1)
    assert 6 == len(outcomes)
    assert {FAILED} == {outcome.status for key, outcome in outcomes.items() if key.classifier == "KillsWhenFitted"}
    assert {OK} == {outcome.status for key, outcome in outcomes.items() if key.classifier != "KillsWhenFitted"}


def test_what_workers_cannot_read_is_raised():
    """a job whose work cannot be unpickled in a worker ends at once instead of failing every run"""
    with pytest.raises(BrokenExecutor, match="un-serialize"):
        execute(make_units(["baseline"]), _Unreadable(), Engine(local_executor, 1), lambda ended: None)


class _Unreadable:
    def __reduce__(self):
        return _refuse, ()


def _refuse():
    raise ModuleNotFoundError("no module of that name in a worker")


def test_workers_import_only_what_they_need():
    """a worker starts without the readers of files and the report, whose imports take longer than a small unit"""
    program = "import job.engine.work, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert "sklearn" in imported
    assert set() == imported & {"duckdb", "matplotlib", "jinja2", "click"}


def test_exceptions_stay_inside_their_unit():
    """a strategy that raises fails; the others' scores are those of one process"""
    units = make_units(["baseline", "Raises", "custom"])
    outcomes = run(units)
    for key, expected in evaluate_here(units).items():
        assert (expected.status, expected.reason) == (outcomes[key].status, outcomes[key].reason)
        if expected.scores is not None:
            np.testing.assert_array_equal(expected.scores, outcomes[key].scores)


def test_what_cannot_be_sent_back_fails_alone():
    """work that returns something that no process can pass on fails its own unit, with that reason"""
    units = make_units(["baseline", "smote"], n_repeats=1)
    outcomes = {}
    execute(
        units,
        _unpicklable_for_smote,
        Engine(local_executor, 1),
        lambda ended: outcomes.update({outcome.key: outcome for outcome in ended}),
    )
    assert [OK, FAILED] == [outcomes[unit.keys[0]].status for unit in units]


def _unpicklable_for_smote(unit):
    outcomes = evaluate_unit(unit, DATASET)
    return outcomes if unit.strategy.label == "baseline" else (_Unpicklable(),)


class _Unpicklable:
    def __reduce__(self):
        raise TypeError("not to be passed on")


KINDS = ("panic", "exit", "interrupt", "odd", "speechless", "half")


def test_work_that_raises_anything_fails_its_own_runs():
    """an exception that isn't one, cannot be read by another process or cannot be written ends no job"""
    outcomes = run(make_units(["baseline"], n_repeats=len(KINDS) + 1), 1, work=_raise_in_all_but_the_last)
    assert [*[FAILED] * len(KINDS), OK] == [outcome.status for _, outcome in sorted(outcomes.items(), key=_repeat)]
    assert all(outcome.reason.encode() for outcome in outcomes.values() if outcome.status == FAILED)


def _repeat(item):
    return item[0].repeat


def _raise_in_all_but_the_last(unit):
    if unit.repeat < len(KINDS):
        raise unruly.RAISED[KINDS[unit.repeat]]
    return evaluate_unit(unit, DATASET)


class _Vanishing:
    """An executor whose worker dies between two units."""

    def __init__(self):
        self.n_calls = 0

    def submit(self, call, *arguments):
        self.n_calls += 1
        if self.n_calls == 2:
            raise BrokenExecutor("a worker died while it had nothing to do")
        future = Future()
        future.set_result(call(*arguments))
        return future


def test_a_worker_that_dies_between_units_costs_nothing():
    """a unit that cannot be handed to dead workers goes to new ones"""
    outcomes = {}
    execute(
        make_units(["baseline", "smote"], n_repeats=1),
        partial(evaluate_unit, dataset=DATASET),
        Engine(lambda n_workers: nullcontext(_Vanishing()), 1),
        lambda ended: outcomes.update({outcome.key: outcome for outcome in ended}),
    )
    assert [OK, OK] == [outcome.status for outcome in outcomes.values()]


def run_parted(units, folder, n_workers=2):
    """Run units in workers of a folder that they share; also return what each worker was sent."""
    outcomes, sent = [], []

    class Recorded:
        def __init__(self, executor):
            self.executor = executor

        def submit(self, call, begun, work, unit):
            sent.append((unit.resampled is not None, tuple(entry.label for entry in unit.classifiers)))
            return self.executor.submit(call, begun, work, unit)

    @contextmanager
    def recorded(n_workers):
        with local_executor(n_workers) as executor:
            yield Recorded(executor)

    execute(units, partial(evaluate_unit, dataset=DATASET), Engine(recorded, n_workers, None, folder), outcomes.extend)
    return {outcome.key: outcome for outcome in outcomes}, sent


@pytest.mark.parametrize("strategy", ["smote", pytest.param("Raises", marks=pytest.mark.long)])
def test_the_last_unit_is_resampled_once_and_parted(tmp_path, strategy):
    """its classifiers are shared by the workers and have the bytes of one process, or its reasons"""
    units = make_units([strategy], ("logistic_regression", "decision_tree"), n_repeats=1)
    outcomes, sent = run_parted(units, tmp_path)
    assert [(True, ()), (True, ("logistic_regression",)), (True, ("decision_tree",))] == sent
    expected = evaluate_here(units)
    assert expected.keys() == outcomes.keys()
    for key, alone in expected.items():
        assert (alone.status, alone.reason, alone.warnings) == (
            outcomes[key].status,
            outcomes[key].reason,
            outcomes[key].warnings,
        )
        assert alone.audit == outcomes[key].audit
        if alone.status == OK:
            assert alone.scores.tobytes() == outcomes[key].scores.tobytes()
    assert [] == list(tmp_path.iterdir())


def test_rows_that_a_classifier_changes_are_as_resampled_for_the_next(tmp_path):
    """the file of a parted unit is nobody's own: what one process writes to its rows no other sees"""
    (unit,) = make_units(["smote"], ("OverwritesInSecret", "logistic_regression"), n_repeats=1)
    rows = tmp_path / "rows"
    evaluate_unit(replace(unit, classifiers=(), resampled=rows), DATASET)
    before = rows.read_bytes()
    outcomes = evaluate_unit(replace(unit, resampled=rows), DATASET)
    assert before == rows.read_bytes()
    assert evaluate_here([unit])[outcomes[1].key].scores.tobytes() == outcomes[1].scores.tobytes()


@pytest.mark.long
def test_a_part_that_kills_fails_alone(tmp_path):
    """a classifier that kills the worker of a parted unit is found out as in a whole one"""
    units = make_units(["baseline"], ("KillsWhenFitted", "logistic_regression"), n_repeats=1)
    outcomes, _ = run_parted(units, tmp_path)
    assert {"KillsWhenFitted": FAILED, "logistic_regression": OK} == {
        key.classifier: outcome.status for key, outcome in outcomes.items()
    }


def test_units_go_in_order_and_at_the_end_the_longest_first():
    """splits follow each other; at the end one of each kind that isn't known goes first, then the longest kind"""
    seconds = {"baseline": 1.0, "smote": 3.0, "custom": 2.0}
    units = make_units(list(seconds), n_repeats=5)
    waiting, taken = Waiting(units, n_workers=1), []
    while waiting:
        taken.append(unit := waiting.take())
        waiting.note(unit, seconds[unit.strategy.label])
    assert units[:9] == taken[:9]
    assert ["smote", "smote", "custom", "custom", "baseline", "baseline"] == [u.strategy.label for u in taken[9:]]
    fresh = Waiting(units[:6], n_workers=1)
    assert {"baseline", "smote", "custom"} == {fresh.take().strategy.label for _ in range(3)}


def test_workers_that_join_get_units_at_once():
    """as many units are in flight as there are workers now, however many there were at the start"""
    executor, seen = _Vanishing(), []
    executor.n_calls = 2  # none dies
    execute(
        make_units(["baseline", "smote"], n_repeats=2),
        partial(evaluate_unit, dataset=DATASET),
        Engine(lambda n_workers: nullcontext(executor), 1, count_workers=lambda: 3),
        lambda ended: seen.append(executor.n_calls - 2),
    )
    assert [3, 3, 3, 4] == seen


LATE = "took longer than engine.run_timeout (1 s)"


@pytest.mark.long
def test_only_the_run_that_takes_too_long_is_failed():
    """one that hangs in C with every signal blocked is ended; the other runs of its unit succeed"""
    outcomes = run(make_units(["baseline"], ("logistic_regression", "HangsInC")), 2, run_timeout=1)
    assert 4 == len(outcomes)
    for key, outcome in outcomes.items():
        expected = (FAILED, LATE) if key.classifier == "HangsInC" else (OK, None)
        assert expected == (outcome.status, outcome.reason)


@pytest.mark.parametrize("n_workers", [pytest.param(1, marks=pytest.mark.long), 2])
def test_a_sampler_that_takes_too_long_takes_nobody_along(n_workers):
    """what was in flight beside it is no suspect; it starts again in a worker that needs longer than a run may take"""
    started = []

    def counted_executor(n_workers):
        started.append(n_workers)
        return local_executor(n_workers)

    outcomes = {}
    execute(
        make_units(["SleepsWhenResampling", "baseline"], n_repeats=1),
        partial(evaluate_unit, dataset=DATASET),
        Engine(counted_executor, n_workers, run_timeout=1),
        lambda ended: outcomes.update({outcome.key: outcome for outcome in ended}),
    )
    assert {"SleepsWhenResampling": (FAILED, LATE), "baseline": (OK, None)} == {
        key.strategy: (outcome.status, outcome.reason) for key, outcome in outcomes.items()
    }
    assert {n_workers} == set(started)


def test_the_time_of_a_unit_begins_when_its_worker_begins(tmp_path):
    """a unit that waits for a worker has all of its time, that of each of its classifiers"""
    (unit,) = make_units(["baseline"], ("logistic_regression", "decision_tree"), n_repeats=1)
    call = Call(unit, unit, 10.0, tmp_path / "begun")
    assert 20.0 == call.left
    call.begun.write_text("")
    assert 20.0 == call.left
    call.begun.write_text(repr(time.monotonic() - 15))
    assert 4 < call.left <= 5
    assert math.inf == Call(unit, unit, None, tmp_path / "begun").left


@pytest.mark.long
def test_what_runs_apart_may_not_take_longer_either():
    """the saved model and synthetic rows have the time of one run, and a process that hangs is ended"""
    assert (None, LATE) == run_apart(time.sleep, 1000, timeout=1)
    assert (None, "PanicError: a panic") == run_apart(_raise, "panic", timeout=1e300)


def _raise(kind):
    raise unruly.RAISED[kind]
