"""Write tests/suite/baycomp.json: baycomp's hierarchical test on published tables, for the tests to compare ours with.

baycomp needs pystan for it, which compiles a program, so it needs an environment of its own, with Python 3.11 and g++.
ACCURACIES is docs/code/accuracies.txt of baycomp's repository: 10 times 10-fold accuracies of five classifiers on 54 of
UCI's data sets (Benavoli, Corani, Demšar & Zaffalon, 2017, Journal of Machine Learning Research 18, 1-36). The fixture
has means and sums of squares of their differences only.

    python3.11 -m venv /tmp/baycomp && /tmp/baycomp/bin/pip install baycomp==1.0.3 pystan==3.10.0 'setuptools<80'
    /tmp/baycomp/bin/python benchmarks/baycomp_fixture.py ACCURACIES
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import chdir
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import stan
from baycomp import HierarchicalTest

PATH = Path(__file__).resolve().parents[1] / "tests" / "suite" / "baycomp.json"
PAIRS = (("nbc", "aode"), ("nbc", "j48"), ("aode", "j48"))
ROPE = 1.0
"""One percentage point of accuracy, as in the paper."""
N_RUNS = 10
N_CHAINS = 2
N_DRAWS = 1500
N_BATCHES = 10


def main() -> None:
    """Write what baycomp says of each pair, with Monte-Carlo errors from batches of its chains."""
    scores = _read_scores(Path(sys.argv[1]))
    tables = [_compare(pair, scores[pair[0]], scores[pair[1]]) for pair in PAIRS]
    facts = {"baycomp": version("baycomp"), "pystan": version("pystan"), "rope": ROPE, "rho": N_RUNS / 100}
    rows = ",\n".join(map(json.dumps, tables))
    PATH.write_text(f'{json.dumps(facts)[:-1]}, "tables": [\n{rows}\n]}}\n')


def _read_scores(path: Path) -> dict[str, np.ndarray]:
    """Read blocks of lines: a classifier alone, then one line for each data set, its name and 100 accuracies."""
    found: dict[str, list[list[float]]] = {}
    for line in path.read_text().splitlines():
        name, *values = line.split() or [""]
        if values:
            found[list(found)[-1]].append([float(value) for value in values])
        elif name:
            found[name] = []
    return {name: np.array(rows) for name, rows in found.items()}


def _compare(pair: tuple[str, str], left: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    draws = np.stack([_sample_chain(left, right, chain) for chain in range(N_CHAINS)])
    winners = np.eye(3)[draws.argmax(axis=2)]
    differences = right - left
    squares = differences.var(axis=1) * differences.shape[1]
    found = {
        "pair": pair,
        "n": differences.shape[1],
        "mean": differences.mean(axis=1).round(6).tolist(),
        "squares": squares.round(4).tolist(),
        "probabilities": _with_error(winners),
        "regions": _with_error(draws),
    }
    print(pair, found["probabilities"], found["regions"], flush=True)
    return found


def _sample_chain(left: np.ndarray, right: np.ndarray, chain: int) -> np.ndarray:
    """Return how likely a data set lies below, within and above the ROPE; shape (N_DRAWS, 3)."""
    seeded = partial(stan.build, random_seed=chain + 1)  # baycomp gives Stan no seed
    with tempfile.TemporaryDirectory() as folder, chdir(folder), patch.object(stan, "build", seeded):
        # baycomp keeps its last sample in the working directory and returns it for the same data, whatever the seed
        sample: np.ndarray = HierarchicalTest.sample(
            left, right, ROPE, runs=N_RUNS, chains=1, nsamples=N_DRAWS, random_state=chain
        )
    return sample


def _with_error(draws: np.ndarray) -> dict[str, list[float]]:
    batches = draws.reshape(N_CHAINS * N_BATCHES, -1, 3).mean(axis=1)
    error = batches.std(axis=0, ddof=1) / np.sqrt(len(batches))
    return {"mean": draws.mean(axis=(0, 1)).round(5).tolist(), "error": error.round(5).tolist()}


if __name__ == "__main__":
    main()
