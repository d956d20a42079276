"""Snippets with the outcomes that they have to give again, and another process that runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from job.data.dataset import Dataset
from job.data.splits import build_splits
from job.evaluation.evaluate_unit import Outcome, evaluate_unit
from job.evaluation.grid import RunKey, enumerate_units
from job.evaluation.metrics.run_metrics import Prediction, build_prediction, metric_context
from job.evidence.runs import collect_runs
from job.pipeline import load_data
from job.results.job_facts import Run
from job.results.record import Pair
from job.results.study_facts import Snippet
from job.snippet.recommended_model import build_snippet
from job.spec.job_spec import JobSpec

ROOT = Path(__file__).parents[1]
METRICS = ("average_precision", "roc_auc", "recall", "precision", "false_alarms_per_1000", "brier")

_DRIVER = """
import contextlib, io, json, os, sys, warnings
warnings.simplefilter("ignore")
for line in sys.stdin:
    folder, scripts = json.loads(line)
    os.chdir(folder)
    found = {}
    for name, code in scripts.items():
        printed, space = io.StringIO(), {"__name__": "__main__"}
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(code, name, "exec"), space)
        except Exception as error:
            found[name] = {"error": f"{type(error).__name__}: {error}"}
            continue
        last = {"scores": space["scores"].tolist(), "alarms": space["alarms"].tolist()}
        found[name] = {"table": json.loads(space["table"].to_json(orient="records", double_precision=15)),
                       "exact": {c: [float(v).hex() for v in space["table"][c]] for c in space["table"]},
                       "printed": printed.getvalue(), **last}
    print(json.dumps(found), flush=True)
"""


@dataclass(frozen=True, eq=False)
class Job:
    """The runs of a small job, in this process."""

    spec: JobSpec
    dataset: Dataset
    outcomes: Sequence[Outcome]
    predictions: Mapping[RunKey, Prediction | None]
    runs: Sequence[Run]

    def snippet(self, strategy: str, classifier: str) -> Snippet:
        """The snippet of one pair, as if the verdict had recommended it."""
        recommended = Pair(strategy=strategy, classifier=classifier)
        return build_snippet(self.spec, self.dataset, self.runs, self.predictions, recommended)

    def runs_of(self, strategy: str, classifier: str) -> list[Run]:
        return [run for run in self.runs if run.place == (strategy, classifier)]

    def last_outcome(self, strategy: str, classifier: str) -> Outcome:
        return [o for o in self.outcomes if (o.key.strategy, o.key.classifier) == (strategy, classifier)][-1]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys((run.strategy, run.classifier) for run in self.runs))


def run_small_job(spec: JobSpec, folder: Path) -> Job:
    """Evaluate every unit here, without workers, files or report."""
    dataset = load_data(spec, folder)
    splits = build_splits(dataset, spec.split)
    units = [unit for unit in enumerate_units(spec, splits) if unit.study is None]
    outcomes = [outcome for unit in units for outcome in evaluate_unit(unit, dataset)]
    by_split = {(split.repeat, split.fold): split for split in splits}
    predictions = {o.key: build_prediction(o, by_split[o.key.repeat, o.key.fold], dataset) for o in outcomes}
    context = metric_context(spec, dataset)
    runs = collect_runs(outcomes, predictions, splits, dataset, context, spec.baseline.label)
    return Job(spec, dataset, outcomes, predictions, runs)


@cache
def _driver() -> subprocess.Popen[str]:
    """The process that runs scripts; it ends with this one, which holds its standard input open."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", _DRIVER], stdin=pipe, stdout=pipe, text=True, env=environment)


def run_scripts(scripts: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Run every script as a program of its own namespace, inside a folder; all share one process, and its imports."""
    driver = _driver()
    assert driver.stdin is not None
    assert driver.stdout is not None
    driver.stdin.write(json.dumps([str(folder), scripts]) + "\n")
    driver.stdin.flush()
    found: dict[str, Any] = json.loads(driver.stdout.readline())
    return found


def check_pair(job: Job, strategy: str, classifier: str, found: Mapping[str, Any]) -> None:
    """Scores and decisions to the bit, counts exactly, and every metric to the last digits but one or two."""
    assert "error" not in found, found
    outcome = job.last_outcome(strategy, classifier)
    np.testing.assert_array_equal(outcome.scores, found["scores"])
    np.testing.assert_array_equal(outcome.decisions, found["alarms"])
    expected = job.runs_of(strategy, classifier)
    assert [(run.repeat, run.fold) for run in expected] == [(row["repeat"], row["fold"]) for row in found["table"]]
    for number, run in enumerate(expected):
        for metric in METRICS:
            if metric not in found["exact"]:
                assert run.metrics[metric] is None
                continue
            actual = float.fromhex(found["exact"][metric][number])
            wanted = np.nan if run.metrics[metric] is None else run.metrics[metric]
            np.testing.assert_allclose(actual, wanted, rtol=1e-12, err_msg=f"{metric} of {run.repeat}")
