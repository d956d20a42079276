"""Gradient boosting of other libraries: repeatable, on one thread, weighed like others, and missed aloud."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from factories import DEFAULT_PREPARATION, make_dataset, make_entry, make_training_part
from sklearn.base import clone

from job.engine.fingerprint import describe_entry
from job.errors import SpecError
from job.evaluation.evaluate_unit import NOT_APPLICABLE, OK, evaluate_unit
from job.evaluation.grid import Unit, seeds_of
from job.names import CLASSIFIERS, EXTRAS
from job.pipeline import read_spec
from job.strategies.prevalence import prevalence_seen
from job.strategies.recipes import check_entry, classifier_of, recipe_of

ROOT = Path(__file__).parents[2]
FEW = {"n_estimators": 8}  # trees; each of the three knows this name
ONE_THREAD = {"xgboost": "n_jobs", "lightgbm": "n_jobs", "catboost": "thread_count"}
OWN_WEIGHTS = {
    "xgboost": {"scale_pos_weight": 3},
    "lightgbm": {"scale_pos_weight": 3, "class_weight": "balanced", "is_unbalance": True, "unbalanced_sets": True},
    "catboost": {"scale_pos_weight": 3, "class_weights": [1, 3], "auto_class_weights": "Balanced"},
}
DATASET = make_dataset(300, 45, n_numeric=4)

every_booster = pytest.mark.parametrize("name", EXTRAS)


def make(name: str, **params):
    return classifier_of(make_entry(name, params={**FEW, **params}), 7)


def evaluate(strategy, classifier):
    rows = np.arange(300, dtype=np.int32)
    seeds = seeds_of(42, 0, 0)
    (outcome,) = evaluate_unit(
        Unit(strategy, (classifier,), 0, 0, rows[:220], rows[220:], DEFAULT_PREPARATION, seeds), DATASET
    )
    return outcome


@every_booster
def test_it_has_the_seed_and_one_thread_unless_told(name):
    """under any of the names that a library has for them, by name as by path"""
    by_path = classifier_of(make_entry(**{"class": CLASSIFIERS[name], "params": FEW}), 7)
    for classifier in (make(name), by_path):
        assert {"random_state": 7, ONE_THREAD[name]: 1}.items() <= classifier.get_params().items()
    other = "random_seed" if name == "catboost" else "seed"
    told = make(name, **{other: 3, ONE_THREAD[name]: 2}).get_params()
    assert (3, 2) == (told[other], told[ONE_THREAD[name]])
    assert told.get("random_state") is None


@every_booster
def test_all_else_is_the_librarys_default(name):
    """trees, depth and rate are what the library makes of no parameters"""
    part = make_training_part(DATASET)
    X, y = part.preparation.encode(part.codes), part.y
    quiet = {"xgboost": {"verbosity": 0}, "lightgbm": {"verbosity": -1}}
    quiet["catboost"] = {"verbose": False, "allow_writing_files": False}
    theirs = type(make(name))(random_state=7, **quiet[name], **FEW)
    found = make(name).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(theirs.fit(X, y).predict_proba(X), found, rtol=1e-5)


@every_booster
@pytest.mark.parametrize("strategy", ["baseline", "threshold", "under_bagging"])
def test_it_repeats_to_the_bit(name, strategy):
    """the same rows and seed give the same scores"""
    entry = make_entry(name, params={**FEW, "subsample": 0.8})
    first, second = (evaluate(make_entry(strategy), entry) for _ in range(2))
    assert OK == first.status
    np.testing.assert_array_equal(first.scores, second.scores)


@every_booster
@pytest.mark.parametrize(("weights", "positive"), [("balanced", 255 / 45), ({0: 2, 1: 6}, 3.0)])
def test_class_weight_weighs_positive_rows(name, weights, positive):
    """as each library does it, and the classifier's own weights give way"""
    part = make_training_part(DATASET)
    strategy = recipe_of(make_entry("class_weight", params={"class_weight": weights}))
    resampled = strategy.resample(part)
    if name == "lightgbm":
        rest = 2.0 if isinstance(weights, dict) else 300 / (2 * 255)
        rows = np.where(part.y == 1, rest * positive, rest)
        weighted = make(name).fit(resampled.X, part.y, sample_weight=rows)
    else:
        weighted = make(name, scale_pos_weight=positive).fit(resampled.X, part.y)
    expected = weighted.predict_proba(resampled.X)
    for classifier in (make(name), *(make(name, **{own: value}) for own, value in OWN_WEIGHTS[name].items())):
        assert strategy.refuses(classifier) is None
        fitted = strategy.fit(classifier, part, resampled)
        np.testing.assert_allclose(expected, fitted.model[-1].predict_proba(resampled.X), rtol=1e-6)
        assert fitted.prevalence == pytest.approx(45 * positive / (45 * positive + 255))


@every_booster
def test_weights_that_keep_the_prevalence_reach_it_unless_it_has_its_own(name):
    """each weight that a library knows is refused, with that reason"""
    strategy = make_entry("smote", weights="prevalence")
    outcome = evaluate(strategy, make_entry(name, params=FEW))
    assert (OK, DATASET.y[:220].mean()) == (outcome.status, outcome.prevalence_resampled)
    for own, value in OWN_WEIGHTS[name].items():
        refused = evaluate(strategy, make_entry(name, params={**FEW, own: value}))
        assert refused.status == NOT_APPLICABLE
        assert f"already has {own}" in refused.reason


@every_booster
def test_it_can_be_cloned_with_what_the_job_sets(name):
    """inner folds and bagging clone it"""
    assert make(name).get_params() == clone(make(name)).get_params()


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("xgboost", {"n_estimator": 3}, "did you mean n_estimators?"),
        ("lightgbm", {"n_estimator": 3}, "did you mean n_estimators?"),
        ("catboost", {"iteration": 3}, "did you mean iterations?"),
        ("lightgbm", {"nonsense_in_leaf": 3}, "unknown parameter of LGBMClassifier"),
        ("lightgbm", {"bagging_fraction": 0.5, "path_smooth": 1}, None),
    ],
)
def test_a_parameter_that_a_library_would_pass_over_is_named(name, params, expected):
    """two of the constructors take any; LightGBM's own names are known, and a path is left alone"""
    told = list(check_entry("classifiers", 0, make_entry(name, params=params)))
    assert [] == told if expected is None else expected in told[0][1]
    if name != "catboost":
        by_path = make_entry(**{"class": CLASSIFIERS[name], "params": params})
        assert [] == check_entry("classifiers", 0, by_path)


@every_booster
def test_a_missing_extra_is_told_at_its_entry_with_the_command(name, tmp_path, monkeypatch):
    """before any run, by name as by path, in the checkout as in the image"""
    monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "spec.yaml").write_text(
        "data: {generate: {n_samples: 200}}\n"
        f"classifiers:\n  - gaussian_nb\n  - {name}\n  - {{class: {CLASSIFIERS[name]}, label: x}}\n"
    )
    with pytest.raises(SpecError) as error:
        read_spec(str(tmp_path / "spec.yaml"))
    first, second = error.value.problems
    assert first.where.endswith("spec.yaml:4:5 classifiers[1]")
    assert second.where.endswith("classifiers[2].class")
    for problem in (first, second):
        assert 'pip install "minority-report[boost]"' in problem.message
        assert "--build-arg EXTRA=boost" in problem.message


def test_only_what_is_used_is_imported():
    """a job without a booster pays for none, a job with one for that one"""
    program = """
import sys
from job.names import EXTRAS
from job.pipeline import run_job
from job.snippet.recommended_model import build_snippet
from job.spec.strategy_entries import ClassifierEntry
from job.strategies.recipes import check_entry
for name in ("svc", *EXTRAS):
    check_entry("classifiers", 0, ClassifierEntry.model_validate(name))
    print(name, *(each for each in EXTRAS if each in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    names = list(EXTRAS)
    expected = ["svc", *(" ".join([name, *names[: place + 1]]) for place, name in enumerate(names))]
    assert (expected, "") == (done.stdout.splitlines(), done.stderr)


@every_booster
def test_runs_are_kept_under_its_version(name):
    """another version of a library may find another model"""
    mine, other = describe_entry(make_entry(name)), describe_entry(make_entry("gaussian_nb"))
    assert '""' in other
    assert '""' not in mine


def test_the_prevalence_seen_follows_every_kind_of_weight():
    """of LightGBM under its third name for one, too"""
    y = np.repeat([0, 1], [75, 25])
    for own in ("is_unbalance", "unbalance", "unbalanced_sets"):
        assert prevalence_seen(make("lightgbm", **{own: True}), y) == pytest.approx(0.5)
