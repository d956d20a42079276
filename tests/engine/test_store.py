"""Finished runs are kept so that nothing that ended is computed twice, and nothing damaged is believed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from factories import make_dataset, make_entry, make_spec
from hypothesis import given
from hypothesis import strategies as st

from job.data.splits import build_splits
from job.engine.store import Store
from job.evaluation.evaluate_unit import Outcome, evaluate_unit, fail_unit
from job.evaluation.grid import Unit, enumerate_units
from job.spec.job_spec import JobSpec

SPEC = make_spec(
    strategies=["baseline", "smote", "custom", "threshold"],
    classifiers=["logistic_regression", "knn"],
    evaluation={"cost": {"false_negative": 9, "false_positive": 1}},
)
DATASET = make_dataset(n_categorical=1)


def units_of(spec: JobSpec = SPEC) -> list[Unit]:
    return list(enumerate_units(spec, build_splits(DATASET, spec.split)))


def open_store(folder: Path, basis: str = "basis", most_bytes: int = 10**9) -> Store:
    (folder / "scratch").mkdir(exist_ok=True)
    return Store(folder / "runs", folder / "scratch", basis, most_bytes)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """One run of everything that can be in an outcome."""
    return [outcome for unit in units_of() for outcome in evaluate_unit(unit, DATASET)]


@pytest.fixture
def folder(tmp_path: Path, outcomes: list[Outcome]) -> Path:
    """A folder with all runs kept."""
    store = open_store(tmp_path)
    store.recall(units_of())
    store.keep(outcomes)
    return tmp_path


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "runs").rglob("*") if path.is_file())


def values_of(part: object) -> Iterator[tuple[str, object]]:
    """Every value of an outcome, parts of parts included; arrays as their bytes, type and shape."""
    for name, value in vars(part).items():
        if isinstance(value, np.ndarray):
            yield name, (value.tobytes(), value.dtype.str, value.shape)
        elif hasattr(value, "__dataclass_fields__"):
            yield from values_of(value)
        else:
            yield name, value


def test_what_is_kept_comes_back_whole(folder, outcomes) -> None:
    """to the bit, whatever is in it: scores, decisions, cut-offs, audits, warnings, durations"""
    left, found = open_store(folder).recall(units_of())

    assert left == []
    assert [dict(values_of(each)) for each in found] == [dict(values_of(each)) for each in outcomes]
    present = {field.name for each in outcomes for field in fields(each) if getattr(each, field.name) is not None}
    assert present >= {"scores", "audit", "cutoff", "threshold", "y", "is_real"}  # or the test would show little


@pytest.mark.parametrize(
    ("sections", "n_left"),
    [
        pytest.param({}, 0, id="the same"),
        pytest.param({"classifiers": ["knn", "logistic_regression"], "title": "T"}, 0, id="another order"),
        pytest.param({"strategies": ["custom", {"name": "smote", "label": "S"}, "threshold"]}, 0, id="labels, order"),
        pytest.param({"engine": {"workers": 3}}, 0, id="engine"),
        pytest.param({"classifiers": ["logistic_regression", "knn", "gaussian_nb"]}, 10, id="one more"),
        pytest.param({"split": {"method": "holdout", "n_repeats": 3}}, 10, id="a repeat more"),
        pytest.param({"seed": 43}, None, id="seed"),
        pytest.param({"preparation": {"scale": "robust"}}, None, id="preparation"),
        pytest.param({"split": {"method": "holdout", "n_repeats": 2, "test_size": 0.3}}, None, id="rows"),
    ],
)
def test_only_what_is_missing_is_left(folder, sections, n_left) -> None:
    """by all that a run depends on, and by nothing else"""
    spec = make_spec(**{**SPEC.model_dump(by_alias=True, exclude_none=True), **sections})
    units = units_of(spec)

    left, found = open_store(folder).recall(units)

    n_runs = sum(len(unit.keys) for unit in units)
    assert sum(len(unit.keys) for unit in left) == (n_runs if n_left is None else n_left)
    assert {outcome.key for outcome in found} | {key for unit in left for key in unit.keys} == {
        key for unit in units for key in unit.keys
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda unit: replace(unit, strategy=make_entry("smote", params={"k_neighbors": 3})),
        lambda unit: replace(unit, classifiers=(make_entry("logistic_regression", params={"C": 2.0}),)),
        lambda unit: replace(unit, train=unit.train[:-1]),
        lambda unit: replace(unit, test=unit.test[::-1]),
        lambda unit: replace(unit, seeds=replace(unit.seeds, sampler=7)),
        lambda unit: replace(unit, request=replace(unit.request, cost=(8.0, 1.0))),
    ],
)
def test_a_run_depends_on_every_part_of_its_unit(folder, change) -> None:
    """so a part that changes makes it another run"""
    unit = next(unit for unit in units_of() if unit.strategy.label == "smote")
    unit = replace(unit, classifiers=unit.classifiers[:1])

    assert open_store(folder).recall([unit])[0] == []
    assert len(open_store(folder).recall([change(unit)])[0]) == 1
    assert len(open_store(folder, basis="other data, program or processor").recall([unit])[0]) == 1


def test_tuned_runs_come_back_with_what_was_chosen(tmp_path) -> None:
    """and hang on what candidates are drawn and compared by, where untuned ones don't"""
    tree = {"name": "decision_tree", "tune": {"n_candidates": 4, "space": {"max_depth": [2, None], "ccp_alpha": [0.1]}}}
    spec = make_spec(strategies=["baseline"], classifiers=["knn", tree], split={"n_repeats": 1})
    unit = next(unit for unit in units_of(spec) if unit.study is None)
    made, store = evaluate_unit(unit, DATASET), open_store(tmp_path)
    store.recall([unit])
    store.keep(made)

    _, found = store.recall([unit])
    assert made[1].tuned is not None
    assert [each.tuned for each in made] == [each.tuned for each in found]
    assert unit.tuning is not None
    (left,), _ = store.recall([replace(unit, tuning=replace(unit.tuning, metric="roc_auc"))])
    assert ["decision_tree (tuned)"] == [entry.label for entry in left.classifiers]


@given(data=st.data())
def test_a_damaged_entry_is_as_good_as_none(outcomes, tmp_path_factory, data) -> None:
    """whichever byte is another, and wherever it ends"""
    folder = tmp_path_factory.mktemp("damaged")
    unit, store = units_of()[0], open_store(folder)
    store.recall([unit])
    store.keep(outcome for outcome in outcomes if outcome.key == unit.keys[0])
    (entry,) = entries(folder)
    content = bytearray(entry.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    entry.write_bytes(content if data.draw(st.booleans()) else content[:place])

    assert open_store(folder).recall([unit])[1] == []


def test_an_entry_has_no_feature_values(folder) -> None:
    """only scores, decisions, labels and places in a picture are arrays"""
    for entry in entries(folder):
        with np.load(io.BytesIO(entry.read_bytes()[32:])) as found:
            assert set(found.files) <= {"plain", "scores", "decisions", "y", "is_real", "placed"}
            assert "placed" not in found.files or found["placed"].shape[1] <= 2


@pytest.mark.parametrize(
    "trouble",
    [
        lambda unit, done: fail_unit(unit, "took longer than engine.run_timeout (1 s)"),
        lambda unit, done: [replace(each, status="failed", reason="MemoryError: 8 GB") for each in done],
        lambda unit, done: [replace(each, status="failed", reason="RuntimeError: std::bad_alloc") for each in done],
    ],
)
def test_what_may_go_well_another_time_is_not_kept(tmp_path, outcomes, trouble) -> None:
    """time, memory and workers are the machine's; what a library raises is kept"""
    unit, store = units_of()[0], open_store(tmp_path)
    done = [outcome for outcome in outcomes if outcome.key in unit.keys]
    store.recall([unit])

    store.keep(trouble(unit, done))
    assert open_store(tmp_path).recall([unit])[1] == []

    store.keep([replace(each, status="failed", reason="ValueError: no") for each in done])
    assert [each.reason for each in open_store(tmp_path).recall([unit])[1]] == ["ValueError: no"] * len(done)


def test_the_oldest_go_first_where_there_is_no_room(folder) -> None:
    """and what a job has used just now is not old"""
    all_entries, sizes = entries(folder), {path: path.stat().st_size for path in entries(folder)}
    for age, path in enumerate(all_entries):
        os.utime(path, (1000 + age, 1000 + age))
    store = open_store(folder, most_bytes=sum(sizes.values()) // 2)
    store.recall(units_of()[:1])
    used = {path for path in all_entries if path.stat().st_mtime > 10_000}

    store.trim()

    left = set(entries(folder))
    assert used
    assert used <= left
    assert sum(sizes[path] for path in left) <= sum(sizes.values()) // 2
    oldest_left = min(all_entries.index(path) for path in left - used)
    assert left - used == set(all_entries[oldest_left:]) - used


def test_a_link_is_no_store(tmp_path, outcomes) -> None:
    """nothing is written, read or taken away where a link leads"""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "runs").symlink_to(tmp_path / "elsewhere")
    store = open_store(tmp_path, most_bytes=1)
    left, _ = store.recall(units_of())

    store.keep(outcomes)

    assert len(left) == len(units_of())
    assert store.problem is not None
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_without_room_the_job_goes_on(tmp_path, outcomes) -> None:
    """and says why its runs were not kept"""
    (tmp_path / "runs").write_text("in the way")
    store = open_store(tmp_path)
    store.recall(units_of())

    store.keep(outcomes)

    assert store.problem is not None
