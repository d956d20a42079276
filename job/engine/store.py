"""The store: each finished run under a digest of all that it depends on, so that a job goes on where one stopped."""

import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from job.engine.fingerprint import describe_entry
from job.evaluation.audit import ResamplingAudit
from job.evaluation.cutoff import Cutoff
from job.evaluation.evaluate_unit import Outcome
from job.evaluation.grid import RunKey, Unit
from job.evaluation.search import Tuned
from job.spec.strategy_entries import Entry

_ARRAYS = ("scores", "decisions", "y", "is_real")
_RECORDS: Mapping[str, Callable[..., Any]] = {"audit": ResamplingAudit, "cutoff": Cutoff, "tuned": Tuned}
_APART = ("key", *_RECORDS, *_ARRAYS)
_DIGEST_BYTES = hashlib.sha256().digest_size
_NAME = re.compile(r"[0-9a-f]{64}")
# What the machine had too little of at that moment, by the names of numpy's and C++'s errors.
_NO_MEMORY = re.compile(r"MemoryError|bad_alloc|[Cc]annot allocate memory")
_ROOM_AFTER_TRIM = 0.9


class Store:
    """Finished runs in a folder, one file each: a checksum, then arrays and JSON in numpy's ``npz`` format.

    An entry holds scores, decisions, counts, warnings and durations, and where synthetic rows lie in the picture; never
    a feature's value. A file that is damaged, or that somebody else put there, is as good as none.

    Parameters
    ----------
    folder : Path
        Where entries are; made when the first is kept. One that is a link is not used.
    scratch : Path
        A folder of the same file system, where entries are written before they are renamed into place.
    basis : str
        What every run depends on beside its unit: the data, the program and the kind of CPU.
    most_bytes : int
        Beyond it the entries that were not used for longest are taken away.
    """

    def __init__(self, folder: Path, scratch: Path, basis: str, most_bytes: int) -> None:
        self._folder = folder
        self._scratch = scratch
        self._basis = basis
        self._most_bytes = most_bytes
        self._names = dict[RunKey, str]()
        self.problem: str | None = f"{folder} is a symbolic link, remove it" if folder.is_symlink() else None

    def recall(self, units: Iterable[Unit], is_fresh: bool = False) -> tuple[list[Unit], list[Outcome]]:
        """Take what is kept of these units.

        Parameters
        ----------
        units : iterable of Unit
        is_fresh : bool
            Whether nothing is to be taken, only kept.

        Returns
        -------
        left : list of Unit
            What is still to be run, each with those of its classifiers that are missing.
        found : list of Outcome
        """
        left, found = list[Unit](), list[Outcome]()
        for unit in units:
            shared, missing = _digest_unit(unit, self._basis), list[Entry]()
            for key, classifier in zip(unit.keys, unit.classifiers, strict=True):
                is_tuned = unit.strategy.tune is not None or classifier.tune is not None
                parts = (shared, describe_entry(classifier), *([str(unit.tuning)] if is_tuned else []))
                self._names[key] = hashlib.sha256(" ".join(parts).encode()).hexdigest()
                outcome = None if is_fresh else self._read(key)
                if outcome is None:
                    missing.append(classifier)
                else:
                    found.append(outcome)
            if missing:
                left.append(replace(unit, classifiers=tuple(missing)))
        return left, found

    def keep(self, outcomes: Iterable[Outcome]) -> None:
        """Keep outcomes of the units that `recall` was asked about; without room for them the job goes on."""
        for outcome in outcomes:
            if self.problem is None and lasts(outcome):
                name = self._names[outcome.key]
                packed, path = _pack(outcome), self._path(name)
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    (self._scratch / name).write_bytes(packed)
                    os.replace(self._scratch / name, path)
                except OSError as error:
                    self.problem = error.strerror or str(error)
                    with suppress(OSError):
                        (self._scratch / name).unlink(missing_ok=True)

    def trim(self) -> None:
        """Take away the entries that were not used for longest, where all together are too large."""
        found = sorted(self._entries(), reverse=True)
        if sum(size for _, size, _ in found) > self._most_bytes:
            kept = 0
            for _, size, path in found:
                kept += size
                if kept > _ROOM_AFTER_TRIM * self._most_bytes:
                    with suppress(OSError):
                        path.unlink()

    def _entries(self) -> Iterator[tuple[int, int, Path]]:
        """When each entry was last used, its bytes and its place."""
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(OSError):  # another job may have taken it away
                if _NAME.fullmatch(path.name) and not path.is_symlink():
                    yield path.stat().st_mtime_ns, path.stat().st_size, path

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _read(self, key: RunKey) -> Outcome | None:
        path = self._path(self._names[key])
        if self._folder.is_symlink():
            return None
        try:
            outcome = _unpack(path.read_bytes(), key)
            os.utime(path)
        except (OSError, ValueError, KeyError, TypeError):  # none, or a damaged one
            return None
        return outcome


def lasts(outcome: Outcome) -> bool:
    """Tell whether a run would end the same again: not where time, memory or a worker was what failed."""
    said = (outcome.reason, None if outcome.cutoff is None else outcome.cutoff.detail)
    is_starved = any(_NO_MEMORY.search(words) for words in said if words is not None)
    return not (outcome.is_lost or is_starved)


def _digest_unit(unit: Unit, basis: str) -> str:
    """Digest all that a unit's runs depend on, but for the classifier; labels are no part of it."""
    parts = {
        "basis": basis,
        "strategy": describe_entry(unit.strategy),
        "place": (unit.repeat, unit.fold),
        "rows": [hashlib.sha256(rows.tobytes()).hexdigest() for rows in (unit.train, unit.test)],
        "preparation": unit.preparation.model_dump(mode="json"),
        "seeds": asdict(unit.seeds),
        "study": None if unit.study is None else asdict(unit.study),
        "request": None if unit.request is None else asdict(unit.request),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _pack(outcome: Outcome) -> bytes:
    arrays = {name: getattr(outcome, name) for name in _ARRAYS if getattr(outcome, name) is not None}
    plain = {field.name: getattr(outcome, field.name) for field in fields(outcome) if field.name not in _APART}
    plain |= {name: dict(vars(found)) for name in _RECORDS if (found := getattr(outcome, name)) is not None}
    if "audit" in plain and (placed := plain["audit"].pop("placed")) is not None:
        arrays["placed"] = placed
    text = json.dumps(plain, default=lambda number: number.item()).encode()
    packed = io.BytesIO()
    np.savez(packed, plain=np.frombuffer(text, dtype=np.uint8), **arrays)
    return hashlib.sha256(packed.getvalue()).digest() + packed.getvalue()


def _unpack(content: bytes, key: RunKey) -> Outcome:
    checksum, packed = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(packed).digest() != checksum:
        raise ValueError("the checksum is another")
    with np.load(io.BytesIO(packed), allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    plain: dict[str, Any] = json.loads(arrays.pop("plain").tobytes())
    plain["warnings"], placed = tuple(plain["warnings"]), arrays.pop("placed", None)
    made = {name: kind(**plain.pop(name)) for name, kind in _RECORDS.items() if name in plain}
    if placed is not None:
        made["audit"] = replace(made["audit"], placed=placed)
    return Outcome(key, **plain, **arrays, **made)
