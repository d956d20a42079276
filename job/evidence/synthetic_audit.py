"""The audit of synthetic rows over the splits: means, flags, and how to read them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from job.evaluation.audit import MEASURES, Measured, ResamplingAudit
from job.evaluation.evaluate_unit import Outcome
from job.results.study_facts import Audit, AuditFlag, StrategyAudit

LEAST_DENSITY = 0.7
NOTHING_ADDED = "No strategy added a row of the minority, so there is nothing to audit."


class Flag(NamedTuple):
    """Something about synthetic rows that a reader should know, from the means of them and of held-out real rows."""

    code: str
    measure: str
    margin: float
    text: str

    def is_raised(self, synthetic: Measured, held_out: Measured) -> bool:
        """Tell whether synthetic rows have more than real ones and the margin; of density, too little."""
        made, real = synthetic[self.measure], held_out[self.measure] or 0.0
        if made is None or self.measure == "density":
            return made is not None and made < LEAST_DENSITY
        return made > real + self.margin


FLAGS = (
    Flag(
        "copies",
        "copies",
        0.05,
        "more of the rows equal a training row than of held-out real rows do: nothing new is learnt from these",
    ),
    Flag(
        "majority-like",
        "majority_train",
        0.1,
        "the nearest training row is more often one of the majority than it is for real minority rows: "
        "they teach the classifier to call majority rows minority",
    ),
    Flag("off-the-data", "density", 0.0, "they lie where few real minority rows do (density below 0.7)"),
    Flag("out-of-range", "out_of_range", 0.0, "some hold a number that is outside the range of all real rows"),
    Flag("not-whole", "not_whole", 0.0, "they hold fractions in columns of whole numbers"),
    Flag("no-category", "no_category", 0.0, "some lie between the categories of a column"),
)


def build_audit(outcomes: Iterable[Outcome], strategies: Iterable[str]) -> Audit:
    """Average the audits of each strategy over the splits of the grid."""
    audits: dict[str, dict[tuple[int, int], ResamplingAudit]] = {}
    for outcome in outcomes:
        if outcome.audit is not None and outcome.audit.synthetic is not None:
            split = (outcome.key.repeat, outcome.key.fold)
            audits.setdefault(outcome.key.strategy, {}).setdefault(split, outcome.audit)
    rows = tuple(_summarize(label, [*audits[label].values()]) for label in strategies if label in audits)
    return Audit(reason=None if rows else NOTHING_ADDED, strategies=rows)


def _summarize(label: str, audits: Sequence[ResamplingAudit]) -> StrategyAudit:
    real = [audit.held_out for audit in audits if audit.held_out is not None]
    synthetic = _over_splits([audit.synthetic for audit in audits if audit.synthetic is not None], _average)
    held_out = _over_splits(real, _average)
    return StrategyAudit(
        strategy=label,
        n_splits=len(audits),
        n_rows=_mean([audit.n_minority for audit in audits]),
        n_parents=_mean([audit.n_parents for audit in audits]),
        synthetic=synthetic,
        held_out=held_out,
        held_out_low=_over_splits(real, min),
        held_out_high=_over_splits(real, max),
        flags=tuple(AuditFlag(code=f.code, text=f.text) for f in FLAGS if f.is_raised(synthetic, held_out)),
    )


def _over_splits(measured: Sequence[Mapping[str, float | None]], summarize: Callable[[list[float]], float]) -> Measured:
    found = {name: [value for each in measured if (value := each[name]) is not None] for name in MEASURES}
    return {name: summarize(values) if values else None for name, values in found.items()}


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return _average(there) if there else None


def _average(values: list[float]) -> float:
    return sum(values) / len(values)
