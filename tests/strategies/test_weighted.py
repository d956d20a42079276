"""Samplers that keep the prevalence: what rows weigh, who takes it, and that every fit gets it."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps

import numpy as np
import pytest
from factories import DEFAULT_PREPARATION, make_dataset, make_entry, make_spec, make_training_part
from hypothesis import given
from hypothesis import strategies as st
from imblearn.ensemble import BalancedRandomForestClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from job.engine.fingerprint import describe_entry
from job.evaluation.all_rows import fit_on_all_rows
from job.evaluation.cutoff import Request
from job.evaluation.evaluate_unit import FAILED, NOT_APPLICABLE, OK, evaluate_unit
from job.evaluation.grid import HONEST, IMBALANCE, INNER_RATIO, LEAK, RATIO, Study, Unit, seeds_of
from job.names import STRATEGIES
from job.spec.strategy_entries import NO_SAMPLERS, StrategyEntry, calibrated
from job.strategies.prevalence import prevalence_seen
from job.strategies.recipes import recipe_of
from job.strategies.weighted import weigh_rows

SAMPLERS = [name for name in STRATEGIES if name not in NO_SAMPLERS]
DATASET = make_dataset(300, 45, n_numeric=4)
ROWS = np.arange(300, dtype=np.int32)
CUSTOM = make_entry("custom", weights="prevalence")


def make_unit(strategy=CUSTOM, classifier="gaussian_nb", **parts) -> Unit:
    return Unit(
        strategy=strategy,
        classifiers=(make_entry(classifier),),
        repeat=0,
        fold=0,
        train=ROWS[:220],
        test=ROWS[220:],
        preparation=DEFAULT_PREPARATION,
        seeds=seeds_of(42, 0, 0),
        **parts,
    )


@pytest.mark.parametrize("real_share", [0.5, *(pytest.param(share, marks=pytest.mark.long) for share in (None, 0.8))])
@pytest.mark.parametrize("name", SAMPLERS)
def test_each_class_has_the_weight_that_it_had(name, real_share) -> None:
    """whatever a sampler adds, repeats, makes anew or takes away; the same weights each time"""
    part = make_training_part(make_dataset(200, 50, n_numeric=3, n_categorical=2 if name == "SMOTENC" else 0))
    weights = {"real_share": "proportional" if real_share is None else real_share}
    first, second = (recipe_of(make_entry(name, weights=weights)).resample(part) for _ in range(2))
    plain = recipe_of(make_entry(name)).resample(part)

    np.testing.assert_array_equal(plain.X, first.X)
    np.testing.assert_array_equal(second.sample_weight, first.sample_weight)
    assert (first.sample_weight > 0).all()
    for label in (0, 1):
        assert first.sample_weight[first.y == label].sum() == pytest.approx((part.y == label).sum(), rel=1e-12)


@st.composite
def resampled_labels(draw):
    """Labels before and after resampling, both classes in each, and any rows of these marked as added."""
    before = draw(st.lists(st.sampled_from([0, 1]), min_size=2, max_size=60).filter(lambda found: len(set(found)) == 2))
    after = draw(st.lists(st.sampled_from([0, 1]), min_size=2, max_size=90).filter(lambda found: len(set(found)) == 2))
    added = draw(st.lists(st.booleans(), min_size=len(after), max_size=len(after)))
    return np.array(before), np.array(after), np.array(added)


@given(resampled_labels(), st.none() | st.floats(0, 1))
def test_weights_keep_the_prevalence_and_give_real_rows_their_share(labels, real_share) -> None:
    """the totals of both classes stay, rows of one kind weigh the same, and real rows have the share asked for"""
    before, after, added = labels
    weights = weigh_rows(before, after, added, real_share)

    assert (weights >= 0).all()
    for label in (0, 1):
        total, own = (before == label).sum(), after == label
        real, made = weights[own & ~added], weights[own & added]
        assert weights[own].sum() == pytest.approx(total)
        assert len(set(real)) <= 1
        assert len(set(made)) <= 1
        if not len(real) or not len(made) or real_share is None:
            assert set(weights[own]) == {total / own.sum()}
        else:
            assert real.sum() == pytest.approx(total * real_share)
    assert prevalence_seen(LogisticRegression(), after, weights) == before.mean()


def test_half_is_the_default_and_proportional_weighs_all_alike() -> None:
    """prevalence is short for a half on real rows"""
    part = make_training_part()
    short, long, alike = (
        recipe_of(make_entry("smote", weights=weights)).resample(part).sample_weight
        for weights in ("prevalence", {"keep": "prevalence", "real_share": 0.5}, {"real_share": "proportional"})
    )
    y = recipe_of(make_entry("smote")).resample(part).y

    np.testing.assert_array_equal(long, short)
    assert {1.0} == set(short[y == 0]) == set(alike[y == 0])
    assert [12 / 24, 12 / 72] == sorted(set(short[y == 1]), reverse=True)
    assert {24 / 96} == set(alike[y == 1])


class Scaled(LogisticRegression):
    """Weighs the positive class as boosters do."""

    def __init__(self, scale_pos_weight: float = 1.0) -> None:
        super().__init__()
        self.scale_pos_weight = scale_pos_weight


@pytest.mark.parametrize(
    ("classifier", "reason"),
    [
        (KNeighborsClassifier(), "KNeighborsClassifier doesn't accept sample_weight"),
        (make_pipeline(LogisticRegression()), "Pipeline doesn't accept sample_weight"),
        (LogisticRegression(class_weight="balanced"), "LogisticRegression already has class_weight"),
        (SVC(class_weight={0: 1, 1: 9}), "SVC already has class_weight"),
        (GaussianNB(priors=[0.5, 0.5]), "GaussianNB already has priors"),
        (BernoulliNB(fit_prior=False), "BernoulliNB already has fit_prior"),
        (Scaled(9.0), "Scaled already has scale_pos_weight"),
        (BalancedRandomForestClassifier(), "BalancedRandomForestClassifier already has sampling_strategy"),
        (LogisticRegression(), None),
        (Scaled(), None),
        (RandomForestClassifier(), None),
        (HistGradientBoostingClassifier(), None),
        (GaussianNB(), None),
        (BernoulliNB(), None),
        (SVC(), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_needs_a_classifier_that_takes_weights_and_has_none(classifier, reason) -> None:
    """also inside CalibratedClassifierCV"""
    for entry in (CUSTOM, calibrated(CUSTOM)):
        refusal = recipe_of(entry).refuses(classifier)
        assert refusal is None if reason is None else refusal.startswith(reason)


def test_what_cannot_be_weighted_is_not_applicable() -> None:
    """with the reason, and no scores"""
    (outcome,) = evaluate_unit(make_unit(classifier="knn"), DATASET)

    assert (NOT_APPLICABLE, None) == (outcome.status, outcome.scores)
    assert "doesn't accept sample_weight" in outcome.reason


@pytest.fixture
def fits(monkeypatch):
    """The labels and weights of every fit of GaussianNB."""
    recorded, fit = [], GaussianNB.fit

    @wraps(fit)
    def record(self, X, y, sample_weight=None):
        recorded.append((y.copy(), sample_weight))
        return fit(self, X, y, sample_weight)

    monkeypatch.setattr(GaussianNB, "fit", record)
    return recorded


@pytest.mark.parametrize(
    ("unit", "n_fits"),
    [
        (make_unit(), 1),
        (make_unit(request=Request(cost=(9.0, 1.0))), 6),
        (make_unit(calibrated(CUSTOM)), 5),
        (make_unit(study=Study(RATIO, 3)), 1),
        (make_unit(study=Study(INNER_RATIO, 3)), 1),
        (make_unit(study=Study(IMBALANCE, 2.0)), 1),
        (make_unit(study=Study(HONEST)), 1),
        (make_unit(study=Study(LEAK)), 1),
    ],
    ids=["grid", "cutoff", "calibrated", "ratio", "inner ratio", "imbalance", "honest", "leak"],
)
def test_weights_reach_every_fit(unit, n_fits, fits) -> None:
    """of the grid, inner folds and studies; each sees fewer positives by weight than by rows"""
    (outcome,) = evaluate_unit(unit, DATASET)

    assert (OK, n_fits) == (outcome.status, len(fits))
    for y, weights in fits:
        assert weights[y == 1].sum() / weights.sum() < 0.85 * y.mean()


def test_weights_reach_the_saved_model(fits) -> None:
    """the pipeline of all rows is fitted as those of the splits were"""
    spec = make_spec(strategies=[{"name": "custom", "weights": "prevalence"}], classifiers=["gaussian_nb"])
    fit_on_all_rows(spec, DATASET, spec.strategies[0], spec.classifiers[0])

    ((y, weights),) = fits
    assert y.mean() == 0.5
    assert weights[y == 1].sum() == pytest.approx(45)


def test_the_prevalence_seen_is_that_of_the_training_part() -> None:
    """to the bit, so that the prior correction changes nothing"""
    (outcome,) = evaluate_unit(make_unit(classifier="logistic_regression"), DATASET)

    assert outcome.prevalence_resampled == DATASET.y[:220].mean()
    assert outcome.n_resampled > 220


def test_libsvm_fits_its_probabilities_to_rows_and_not_to_weights() -> None:
    """so its prevalence is that of the rows"""
    y, weights = np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 0.1, 0.1])
    assert prevalence_seen(SVC(probability=True), y, weights) == 0.5
    assert prevalence_seen(LogisticRegression(), y, weights) == pytest.approx(0.2 / 2.2)


def test_a_sampler_that_fails_fails_with_weights_too() -> None:
    """for the same reason"""
    unit = make_unit(make_entry("SMOTENC", weights="prevalence"))
    plain = replace(unit, strategy=make_entry("SMOTENC"))
    (weighted,), (expected,) = evaluate_unit(unit, DATASET), evaluate_unit(plain, DATASET)

    assert (FAILED, expected.reason) == (weighted.status, weighted.reason)


def test_weights_are_part_of_what_a_run_is_kept_under() -> None:
    """and an entry without them is described as before there were any"""
    shares = ("proportional", 0.5, 0.25)
    described = {describe_entry(make_entry("smote", weights={"real_share": share})) for share in shares}

    assert len(described | {describe_entry(make_entry("smote"))}) == 4
    assert "weights" not in describe_entry(make_entry("smote"))


@pytest.mark.parametrize("label", [None, "mine", "mine (weighted)"])
def test_the_label_says_so_once(label) -> None:
    """also where an entry is read again from what was written"""
    given = {"name": "smote", "weights": "prevalence"} | ({} if label is None else {"label": label})
    entry = StrategyEntry.model_validate(given)

    assert ("smote (weighted)" if label is None else "mine (weighted)") == entry.label
    assert entry == StrategyEntry.model_validate(entry.model_dump(mode="json", by_alias=True))
