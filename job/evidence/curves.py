"""Mean precision-recall and ROC curves on one grid, those of the best possible classifier too."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from job.data.dataset import Dataset
from job.data.splits import Split
from job.evaluation.metrics import ranking_metrics
from job.evaluation.metrics.calibration_metrics import evaluate_probabilities
from job.evidence.runs import Cells, named, number_or_none
from job.results.decision_facts import BestOnSplit, BestPossible, Curve, MeanCurve, MeanMetric
from job.results.job_facts import SummaryRow

GRID = np.round(np.linspace(0.0, 1.0, 101), 2)
METRICS = ("average_precision", "roc_auc", "brier", "log_loss")
NOT_KNOWN = (
    "what the best possible classifier would reach isn't known: only data.generate of kind mixture knows the truth "
    "behind its data"
)
_KINDS: dict[str, Callable[[ranking_metrics.Ranking, np.ndarray], np.ndarray]] = {
    "precision_recall": ranking_metrics.read_precision_recall,
    "roc": ranking_metrics.read_roc,
}


def average_curves(cells: Cells) -> tuple[Curve, ...]:
    """Average the curves of each strategy × classifier vertically over its splits (Fawcett 2006, section 9.1).

    ``x`` is recall and ``y`` the highest precision at that recall or more, or the false-positive rate and the recall
    there. A strategy without any scored split has no curve.

    References
    ----------
    Fawcett (2006), An introduction to ROC analysis, Pattern Recognition Letters 27, 861-874.
    """
    curves = []
    for place, cell in cells.items():
        rankings = [each.ranking for each in cell.values() if not each.ranking.lacks]
        curves += [Curve(**named(place), **vars(curve)) for curve in _average_all(rankings)]
    return tuple(curves)


def with_decisions(curves: Iterable[Curve], summary: Iterable[SummaryRow]) -> tuple[Curve, ...]:
    """Read each mean curve where its strategy decides on average: at its recall, or at its false-positive rate."""
    means = {(*row.place, row.metric): row.value for row in summary}
    found = []
    for curve in curves:
        value = means[(*curve.place, "specificity" if curve.kind == "roc" else "recall")]
        at = 1 - value if value is not None and curve.kind == "roc" else value
        point = None if at is None else (at, float(np.interp(at, curve.x, curve.y)))
        found.append(curve.model_copy(update={"decision": point}))
    return tuple(found)


def build_best_possible(dataset: Dataset, splits: Sequence[Split]) -> BestPossible:
    """Score the posterior as if it were a classifier.

    No classifier has a smaller expected Brier score or log loss than the probability itself, which are strictly
    proper scores [1]_, and none ranks better: the ROC curve of the likelihood ratio lies above every other at each
    false-positive rate (Neyman-Pearson) [2]_, and with it the precision-recall curve [3]_. In a sample a classifier may
    still be ahead by luck.

    References
    ----------
    .. [1] Gneiting, Raftery (2007). Strictly proper scoring rules, prediction, and estimation. Journal of the American
       Statistical Association 102, 359-378.
    .. [2] Green, Swets (1966). Signal detection theory and psychophysics. Wiley, chapter 1.
    .. [3] Davis, Goadrich (2006). The relationship between precision-recall and ROC curves. ICML, theorem 3.2.
    """
    if dataset.posterior is None:
        return BestPossible(reason=NOT_KNOWN, metrics=(), splits=(), curves=())
    parts = [(dataset.y[split.test], dataset.posterior[split.test]) for split in splits]
    rankings = [ranking_metrics.build_ranking(y, p) for y, p in parts]
    scores = [_score(ranking, *part) for ranking, part in zip(rankings, parts, strict=True)]
    whole = [ranking for ranking in rankings if ranking.lacks is None]
    return BestPossible(
        reason=None,
        metrics=tuple(_summarize(metric, [score[metric] for score in scores]) for metric in METRICS),
        splits=tuple(
            BestOnSplit.model_validate({"repeat": split.repeat, "fold": split.fold, **score})
            for split, score in zip(splits, scores, strict=True)
        ),
        curves=tuple(_average_all(whole)),
    )


def _score(ranking: ranking_metrics.Ranking, y: np.ndarray, p: np.ndarray) -> dict[str, float | None]:
    ranked = {
        "average_precision": ranking_metrics.average_precision(ranking),
        "roc_auc": ranking_metrics.roc_auc(ranking),
    }
    found = {**ranked, **evaluate_probabilities(y, p)}
    return {name: number_or_none(found[name]) for name in METRICS}


def _summarize(metric: str, found: Iterable[float | None]) -> MeanMetric:
    values = [value for value in found if value is not None]
    return MeanMetric(
        metric=metric,
        n=len(values),
        value=float(np.mean(values)) if values else None,
        sd=float(np.std(values, ddof=1)) if len(values) > 1 else None,
        reason=None if values else "no test part has rows of both classes",
    )


def _average_all(rankings: Sequence[ranking_metrics.Ranking]) -> Iterator[MeanCurve]:
    """Average each kind of curve, where there are any."""
    for kind, read in _KINDS.items() if rankings else ():
        y = np.mean([read(ranking, GRID) for ranking in rankings], axis=0).tolist()
        yield MeanCurve(kind=kind, x=GRID.tolist(), y=y, n=len(rankings))
