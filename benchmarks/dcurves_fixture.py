"""Write tests/evidence/dcurves.json: net benefits by the package dcurves, for the tests to compare ours with.

dcurves brings lifelines and statsmodels, so it is no development dependency; it needs an environment of its own:

    python -m venv /tmp/dcurves && /tmp/dcurves/bin/pip install dcurves==1.1.7
    /tmp/dcurves/bin/python benchmarks/dcurves_fixture.py
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from dcurves import dca

PATH = Path(__file__).parents[1] / "tests" / "evidence" / "dcurves.json"
THRESHOLDS = [0.001, 0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 0.9, 0.99]


def main() -> None:
    """Write net benefits at two prevalences: the data's, and a given one."""
    cases = [(60, 0.3, 9, None), (80, 0.1, 1, None), (80, 0.1, 1, 0.01), (50, 0.5, 9, 0.001), (40, 0.2, 0, 0.7)]
    found = [_case(place, *case) for place, case in enumerate(cases)]
    PATH.write_text(json.dumps({"dcurves": version("dcurves"), "thresholds": THRESHOLDS, "cases": found}) + "\n")


def _case(seed: int, n: int, share: float, digits: int, prevalence: float | None) -> dict[str, Any]:
    """Few digits make ties, ties with a threshold, and probabilities of 0 and 1."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < share * n).astype(int)
    p = np.round(1 / (1 + np.exp(-(1.5 * y - 1 + 1.2 * rng.normal(size=n)))), digits)
    data = pd.DataFrame({"y": y, "p": p})
    curves = dca(data=data, outcome="y", modelnames=["p"], thresholds=THRESHOLDS, prevalence=prevalence)
    benefit = {name: curves.loc[curves["model"] == name, "net_benefit"].tolist() for name in ("p", "all", "none")}
    benefit["model"] = benefit.pop("p")
    return {"y": y.tolist(), "p": p.tolist(), "prevalence": prevalence, **benefit}


if __name__ == "__main__":
    main()
