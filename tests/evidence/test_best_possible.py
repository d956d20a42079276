"""The best possible classifier: what the posterior scores, and that nothing beats it but by luck."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from factories import make_dataset
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from small_job import small_spec

from job.data.generating.mixture import generate_mixture
from job.data.splits import build_splits
from job.evidence.curves import METRICS, NOT_KNOWN, build_best_possible
from job.pipeline import read_spec, run_job
from job.spec.generators import MixtureSpec
from job.spec.job_spec import SplitSpec

THEIRS = (average_precision_score, roc_auc_score, brier_score_loss, log_loss)


def draw(**parameters):
    return generate_mixture(MixtureSpec.model_validate({"kind": "mixture", **parameters}))


def holdouts(dataset, n_repeats):
    return build_splits(dataset, SplitSpec.model_validate({"n_repeats": n_repeats, "test_size": 0.5}))


def test_its_numbers_are_those_of_scikit_learn() -> None:
    """Each split's four numbers are scikit-learn's of the posterior on the test rows; the mean is their mean."""
    dataset = draw(n_samples=600, label_noise=0.05, missing=0.1)
    splits = holdouts(dataset, 3)

    found = build_best_possible(dataset, splits)

    expected = [[score(dataset.y[s.test], dataset.posterior[s.test]) for score in THEIRS] for s in splits]
    np.testing.assert_allclose([[getattr(row, name) for name in METRICS] for row in found.splits], expected, rtol=1e-12)
    np.testing.assert_allclose([row.value for row in found.metrics], np.mean(expected, axis=0), rtol=1e-12)
    np.testing.assert_allclose([row.sd for row in found.metrics], np.std(expected, axis=0, ddof=1), rtol=1e-9)
    assert [(split.repeat, split.fold) for split in splits] == [(r.repeat, r.fold) for r in found.splits]
    assert found.reason is None


@pytest.mark.parametrize("shift", [0.5, 1.5])
def test_no_classifier_is_ahead_of_it(shift) -> None:
    """On 25,000 test rows a model that knows nothing of wrong labels has the worse probabilities, and a ranking that is
    ahead by luck at most."""
    dataset = draw(n_samples=50_000, n_continuous=3, shift=[shift, 0, -shift], label_noise=0.02)
    (split,) = holdouts(dataset, 1)
    X = dataset.X.to_numpy()
    fitted = LogisticRegression().fit(X[split.train], dataset.y[split.train])
    p = fitted.predict_proba(X[split.test])[:, 1]

    (best,) = build_best_possible(dataset, [split]).splits

    theirs = dict(zip(METRICS, (score(dataset.y[split.test], p) for score in THEIRS), strict=True))
    assert best.brier < theirs["brier"]
    assert best.log_loss < theirs["log_loss"]
    assert [] == [name for name in METRICS[:2] if not -0.001 < getattr(best, name) - theirs[name] < 0.01]


def test_its_curves_are_means_over_the_splits() -> None:
    """They stand on the grid of the strategies' curves, and the ROC curve ends in the corner."""
    dataset = draw(n_samples=400)

    curves = {curve.kind: curve for curve in build_best_possible(dataset, holdouts(dataset, 4)).curves}

    assert {"precision_recall", "roc"} == set(curves)
    assert {(101, 101, 4)} == {(len(curve.x), len(curve.y), curve.n) for curve in curves.values()}
    assert 1 == curves["roc"].y[-1]
    assert 1 == curves["precision_recall"].y[0] > curves["precision_recall"].y[-1] > dataset.prevalence


def test_a_test_part_of_one_class_has_no_ranking() -> None:
    """It counts for the errors of the probabilities only, and where no other is left the reason is given."""
    dataset = draw(n_samples=100)
    (split,) = holdouts(dataset, 1)
    rest = replace(split, test=np.flatnonzero(dataset.y == 0))

    found = build_best_possible(dataset, [rest])

    by_name = {row.metric: row for row in found.metrics}
    assert [None, None] == [by_name[name].value for name in ("average_precision", "roc_auc")]
    assert "no test part has rows of both classes" == by_name["roc_auc"].reason
    assert by_name["brier"].value == pytest.approx((dataset.posterior[dataset.y == 0] ** 2).mean(), rel=1e-12)
    assert () == found.curves


def test_without_a_known_truth_there_is_a_reason() -> None:
    """Nobody knows what the best possible classifier does on a file."""
    dataset = make_dataset()

    found = build_best_possible(dataset, holdouts(dataset, 1))

    assert (NOT_KNOWN, (), (), ()) == (found.reason, found.metrics, found.splits, found.curves)


@pytest.mark.parametrize(
    "generate",
    [
        "preset: diagnosis, n_samples: 400",
        *(
            pytest.param(f"kind: mixture, n_samples: 300, {extreme}", marks=pytest.mark.long)
            for extreme in (
                "n_continuous: 0, n_categorical: 4, clusters: 1000, missing: 0.3",
                "n_continuous: 1, separation: 1000, cluster_spread: 0.001",
                "n_integer: 2, n_categorical: 2, missing: 0.9, label_noise: 0.4",
            )
        ),
    ],
    ids=["every kind of column", "all categories", "one column", "hardly any cell"],
)
def test_a_job_on_such_data_shows_it(generate, tmp_path) -> None:
    """Whatever is drawn goes through the job, and the report says what could be reached."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=2, data=f"generate: {{{generate}}}"))

    result = run_job(read_spec(str(tmp_path / "spec.yaml")), tmp_path / "output", workers=1)

    status, best = result.results.status, result.results.best_possible
    assert status.n_runs == status.n_ok
    assert [row.n for row in best.metrics] == [2] * 4
    page = result.report.read_text()
    assert "drawn from a mixture of normals whose truth is known (" in page
    assert "Thin line: the best possible classifier" in page
    (said,) = re.findall(r"have average precision ([\d.]+)", page)
    assert float(said) == pytest.approx(best.metrics[0].value, abs=0.05)
