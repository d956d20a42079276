"""Every command on what nobody meant to give it: a documented exit code, a line that says why, and no traceback.

`make test` calls few cases, always the same; `make fuzz` sets FUZZ_CASES, and runs whole jobs, too.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from fuzz.calling import call, complaints
from fuzz.cases import CASES, JOBS, Case
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from job import pipeline

LONG = int(os.environ.get("FUZZ_CASES", 0))
N_JOBS = 50
SHARES: Mapping[str, tuple[int, float]] = {
    "validate": (100, 0.45),
    "init": (40, 0.12),
    "generate": (50, 0.15),
    "run": (50, 0.12),
    "render": (15, 0.03),
    "compare": (50, 0.13),
}
"""Command -> cases in `make test`, and its share of those in `make fuzz`: a page takes as long as a hundred specs."""
LEAST_GOOD = 0.02
"""Of a command's cases; else what is drawn is so wrong that only the first check of each command is tried."""


def fuzz(cases: st.SearchStrategy[Case], n_cases: int, tell: Callable[[str], None], **options: bool) -> None:
    """Call cases until all are called, and fail with everything that was wrong."""
    codes, wrong, begun, busy = Counter[int](), Counter[str](), time.monotonic(), time.process_time()

    @settings(
        max_examples=n_cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def call_all(case: Case) -> None:
        ended = call(case, **options)
        codes[ended.code] += 1
        for complaint in complaints(case, ended, **options):
            wrong[complaint] += 1
            if len(wrong) <= 20 and wrong[complaint] == 1:
                tell(f"{' '.join(case.words)} {case.spec}: {complaint}")

    call_all()
    told = ", ".join(f"exit {code}: {n:,}" for code, n in sorted(codes.items()))
    seconds = f"{time.monotonic() - begun:.0f} s ({time.process_time() - busy:.0f} s of this process)"
    tell(f"{codes.total():,} cases in {seconds}; {told}; {wrong.total():,} complaints")
    assert not wrong, "\n".join(wrong)
    assert codes.total() >= n_cases
    assert codes[0] >= LEAST_GOOD * n_cases


@pytest.fixture
def tell(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say something on the terminal, where the fuzz is long."""

    def tell(text: str) -> None:
        if LONG:
            with capsys.disabled():
                print(f"{request.node.name}: {text}", file=sys.stderr)

    return tell


@pytest.mark.parametrize("command", [*CASES, *(["whole jobs"] if LONG else [])])
def test_no_case_ends_in_a_traceback(command: str, tell: Callable[[str], None]) -> None:
    """each ends with a documented code, and an error is a line on standard error; only whole jobs run units"""
    if command in CASES:
        few, share = SHARES[command]
        fuzz(CASES[command], round(LONG * share) if LONG else few, tell)
    else:
        fuzz(JOBS, N_JOBS, tell, runs_units=True)


BROKEN: Mapping[str, Callable[..., object]] = {
    "an error of ours": lambda *given, **named: {}["of ours"],
    "a print": lambda *given, **named: print("Traceback (most recent call last)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_fuzz_notices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """what it looks for, where it is put into the program"""
    monkeypatch.setattr(pipeline, "count_runs", BROKEN[name])
    case = Case(("validate", "spec.yaml"), {"spec.yaml": json.dumps({"data": {"generate": {}}}).encode()})

    assert list(complaints(case, call(case)))
