"""What tuning chooses from: seeded candidates, the same for every strategy."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from job.spec.spec_section import Complaint
from job.spec.strategy_entries import AnyStrategy, Entry
from job.spec.tune_spec import REAL_SHARE, TuneSpec

_DIGITS = 4  # of drawn numbers, so that a table can show them as they are
_AnyEntry = TypeVar("_AnyEntry", bound=Entry)


@dataclass(frozen=True)
class Tuning:
    """What tuning depends on beside a pair of entries, the same for all of a job.

    Parameters
    ----------
    seed : int
        The spec's.
    metric : str
        The primary one.
    in_time : bool
        Whether test rows are later than training rows, so that inner folds have to be so too.
    """

    seed: int
    metric: str
    in_time: bool


@dataclass(frozen=True)
class Candidate:
    """Parameters that differ from those of the entries; empty for candidate 0.

    Parameters
    ----------
    strategy, classifier : Mapping[str, Any]
    """

    strategy: Mapping[str, Any]
    classifier: Mapping[str, Any]


def budget_of(strategy: Entry, classifier: Entry) -> tuple[int, int]:
    """Return the candidates and inner folds of a pair: the larger numbers of both; no candidate where none is tuned."""
    tunes = [entry.tune for entry in (strategy, classifier) if entry.tune is not None]
    return max((t.n_candidates for t in tunes), default=0), max((t.inner_folds for t in tunes), default=0)


def list_candidates(seed: int, strategy: Entry, classifier: Entry) -> tuple[Candidate, ...]:
    """List the candidates of a pair, the entries as they are first.

    Each parameter has random numbers of its own, so the part of a classifier doesn't depend on the strategy, the part
    of a strategy not on the classifier, and a larger number of candidates begins with the smaller one's.

    Parameters
    ----------
    seed : int
        The spec's: all splits have the same candidates.
    strategy, classifier : Entry

    Returns
    -------
    tuple of Candidate
    """
    n, _ = budget_of(strategy, classifier)
    tunes = {"strategy": strategy.tune, "classifier": classifier.tune}
    parts = (_draw(seed, role, tune, n - 1) for role, tune in tunes.items())
    return (Candidate({}, {}), *(Candidate(*pair) for pair in zip(*parts, strict=True)))


def _draw(seed: int, role: str, tune: TuneSpec | None, n: int) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = [{} for _ in range(n)]
    for name, values in ({} if tune is None else tune.space).items():
        digest = hashlib.sha256(f"{seed}/tune/{role}/{name}".encode()).digest()
        shares = np.random.default_rng(int.from_bytes(digest[:8], "big")).random(n)
        for candidate, share in zip(drawn, shares.tolist(), strict=True):
            candidate[name] = _value_at(share, values)
    return drawn


def _value_at(share: float, values: Any) -> Any:
    """Return the quantile of a space: its values at shares from 0 to 1 are spread as it says."""
    if isinstance(values, list | tuple):
        return values[int(share * len(values))]
    ((kind, (low, high)),) = values.items()
    if kind == "int":
        return low + int(share * (high - low + 1))
    if kind == "log_int":  # each whole number has what is nearest to it
        return min(max(round((low - 0.5) * ((high + 0.5) / (low - 0.5)) ** share), low), high)
    value = low * (high / low) ** share if kind == "log" else low + (high - low) * share
    return float(f"{value:.{_DIGITS}g}")


def with_parameters(entry: _AnyEntry, changed: Mapping[str, Any]) -> _AnyEntry:
    """Make the entry that a candidate stands for: its parameters, and no tuning."""
    update: dict[str, Any] = {"tune": None, "params": {**entry.params, **changed}}
    if REAL_SHARE in changed and isinstance(entry, AnyStrategy) and entry.weights is not None:
        update["weights"] = entry.weights.model_copy(update={REAL_SHARE: update["params"].pop(REAL_SHARE)})
    return entry.model_copy(update=update)


def edges_of(entry: Entry) -> Iterable[tuple[str, Entry]]:
    """Yield each parameter of an entry's space with an entry that has one of its choices, or an end of its range."""
    for name, values in ({} if entry.tune is None else entry.tune.space).items():
        ends = values if isinstance(values, list | tuple) else next(iter(values.values()))
        yield from ((name, with_parameters(entry, {name: value})) for value in ends)


def complain_about_space(entry: Entry, complaints: Callable[[Entry], Iterable[Complaint]]) -> Iterable[Complaint]:
    """Check choices and ends of ranges as parameters are checked: `complaints` says what is wrong with an entry's."""
    for name, edge in edges_of(entry):
        yield from ((("tune", "space", name), message) for path, message in complaints(edge) if path[-1:] == (name,))
        weights = edge.weights if isinstance(edge, AnyStrategy) else None
        share = "proportional" if weights is None else weights.real_share
        if name == REAL_SHARE and name not in edge.params and not _is_share(share):
            yield ("tune", "space", name), f"got {share!r}, must be a number from 0 to 1, or proportional"


def _is_share(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value == "proportional" or (is_number and 0 <= float(value) <= 1)  # type: ignore[arg-type]


def at_defaults(entry: _AnyEntry) -> _AnyEntry:
    """Return an entry as it is without tuning, under its own label."""
    return entry if entry.tune is None else entry.model_copy(update={"tune": None})
