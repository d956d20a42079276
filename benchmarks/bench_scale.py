"""What a large job costs: CPU beside a plain script that does the same, peak memory, and how each step grows."""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil
from bench_revision import ROOT, SECONDS_BETWEEN_LOOKS, held_by
from ruamel.yaml import YAML

from job.data.splits import build_splits, settle_split
from job.evaluation.evaluate_unit import evaluate_unit
from job.evaluation.grid import enumerate_units
from job.evidence.build_results import build_results
from job.pipeline import load_data
from job.spec.job_spec import JobSpec

MOST_TIMES, MOST_BYTES = 3.0, 3e9
STEEPEST = 1.25  # of a step's exponent between both sizes; n log n has 1.08
LEAST_SECONDS = 0.1  # less is not worth a bound

GENERATED = "{n_samples: %d, n_features: 20, n_informative: 8, weights: [%g], random_state: %d}"
SHARE, SHARE_GROWING = 0.99, 0.97  # with fewer minority rows a small job has no bootstrap to compare with
SPEC = """\
title: A large table
data: {%s}
split: {method: holdout, n_repeats: 1}
strategies: [baseline, smote, custom]
classifiers: [logistic_regression]
"""
SCRIPT = """\
import numpy as np, pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from job.samplers.affinity_smote import AffinitySMOTE

%s
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=42)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
for sampler in (None, SMOTE(random_state=0), AffinitySMOTE(random_state=0)):
    rows, labels = (X_train, y_train) if sampler is None else sampler.fit_resample(X_train, y_train)
    model = LogisticRegression(max_iter=1000, random_state=0).fit(rows, labels)
    p = model.predict_proba(X_test)[:, 1]
    print(average_precision_score(y_test, p), roc_auc_score(y_test, p), brier_score_loss(y_test, p),
          recall_score(y_test, p >= 0.5))
"""
DRAWN = """\
X, y = make_classification(n_samples=%d, n_features=20, n_informative=8, weights=[%g], random_state=%d)
"""
READ = """\
table = pd.read_csv(%r)
y, X = table.pop("target").to_numpy(), table.to_numpy()
"""
WRITE = """
import pandas as pd
from sklearn.datasets import make_classification
%s
pd.DataFrame(X, columns=[f"x{i}" for i in range(20)]).assign(target=y).to_csv(%r, index=False, float_format="%%.12f")
"""

STEPS = {
    "generate": "job.data.generating.classification.make_classification",
    "describe generated data": "job.data.generating.classification.digest_dataset",
    "split": "job.data.splits.train_test_split",
    "fit the preparation": "job.strategies.preparation.Preparation.fit",
    "prepare rows": "job.strategies.preparation.Preparation.codes",
    "(resample)": "job.strategies.resampling.fit_resample",
    "(fit)": "job.strategies.recipe.Recipe.fit",
    "score": "job.evaluation.evaluate_unit.score_and_decide",
    "audit": "job.evaluation.evaluate_unit.audit_resampling",
    "metrics": "job.evidence.build_results.collect_runs",
    "verdict": "job.evidence.build_results.judge_strategies",
    "types of the minority": "job.evidence.build_results.describe_minority_types",
    "diagnosis": "job.evidence.build_results.build_diagnosis",
    "cut-offs": "job.evidence.build_results.build_decisions",
    "curves": "job.evidence.build_results.average_curves",
    "alerts": "job.evidence.build_results.build_alarms",
    "levels": "job.evidence.build_results.build_levels",
    "calibration": "job.evidence.build_results.build_calibration",
    "net benefit": "job.evidence.build_results.build_net_benefit",
    "recovered rows": "job.evidence.build_results.build_rescued",
    "picture": "job.evidence.build_results.build_picture",
    "leak": "job.evidence.build_results.build_leak",
    "everything": "",
}
"""Steps of a job and the functions that take them; in brackets what isn't ours."""


def main() -> None:
    """Print what a job costs beside the script and how its steps grow; fail where a bar doesn't hold."""
    options = parse_options()
    with tempfile.TemporaryDirectory() as folder:
        table = str(Path(folder, "table.csv"))
        drawn = DRAWN % (options.rows, SHARE, options.seed)
        generated = GENERATED % (options.rows, SHARE, options.seed)
        failed = compare("generated", f"generate: {generated}", drawn, Path(folder))
        measure([sys.executable, "-c", WRITE % (drawn, table)])
        what = f"a CSV file of {Path(table).stat().st_size / 1e6:.0f} MB"
        file = f"file: {{path: {table}, target: target, max_rows: {options.rows}}}"
        failed += compare(what, file, READ % table, Path(folder))
    if not options.no_growth:
        failed += compare_growth(10_000, options.rows)
    if failed:
        raise SystemExit("\n".join(failed))


def parse_options() -> argparse.Namespace:
    """Read how large the job is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1, help="of the data")
    parser.add_argument("--no-growth", action="store_true", help="leave out how steps grow")
    return parser.parse_args()


def compare(what: str, data: str, load: str, folder: Path) -> list[str]:
    """Run the script and the job on the same data, one after the other."""
    spec = folder / "spec.yaml"
    spec.write_text(SPEC % data)
    job = ["-m", "job", "run", str(spec), "--workers", "1", "--output", str(folder / "output")]
    (theirs, their_peak), (ours, our_peak) = (
        measure([sys.executable, *command]) for command in (["-c", SCRIPT % load], job)
    )
    ratio = ours / theirs
    print(f"{what}: {ours:.1f} CPU-seconds, the script {theirs:.1f}; ratio {ratio:.2f}, bar {MOST_TIMES}")
    print(f"{what}: peak memory {our_peak / 1e9:.2f} GB, the script {their_peak / 1e9:.2f}; bar {MOST_BYTES / 1e9:g}")
    failed = [f"{what}: {ratio:.2f} times the script's CPU"] * (ratio > MOST_TIMES)
    return failed + [f"{what}: {our_peak / 1e9:.2f} GB at the peak"] * (our_peak > MOST_BYTES)


def measure(command: list[str]) -> tuple[float, float]:
    """Run a command; return its CPU-seconds and the most bytes it held at once, its children included in both."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    peak = 0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, held_by(psutil.Process(process.pid)))
        time.sleep(SECONDS_BETWEEN_LOOKS)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)[:200]} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, peak


def compare_growth(small: int, large: int) -> list[str]:
    """Time the steps of a job of either size in this process, and compare them with n log n."""
    before, after = time_steps(small), time_steps(large)
    failed = []
    print(f"{'CPU-seconds of':26}{small:>12,}{large:>12,}   exponent")
    for step in STEPS:
        exponent = math.log(max(after[step], 1e-9) / max(before[step], 1e-9)) / math.log(large / small)
        print(f"{step:26}{before[step]:12.3f}{after[step]:12.3f}   {exponent:8.2f}")
        if after[step] > LEAST_SECONDS and exponent > STEEPEST and step[0] != "(":
            failed.append(f"{step} grows as n^{exponent:.2f}")
    return failed


def time_steps(n_rows: int) -> dict[str, float]:
    """Run a job without its report in this process, with a clock in each step."""
    spent = dict.fromkeys(STEPS, 0.0)
    spec = JobSpec.model_validate(YAML(typ="safe").load(SPEC % f"generate: {GENERATED % (n_rows, SHARE_GROWING, 1)}"))
    with ExitStack() as stack:
        for step, path in STEPS.items():
            if path:
                stack.enter_context(_clocked(path, step, spent))
        started = time.process_time()
        spec, dataset = settle_split(spec, load_data(spec, Path()))
        splits = build_splits(dataset, spec.split)
        outcomes = [each for unit in enumerate_units(spec, splits) for each in evaluate_unit(unit, dataset)]
        build_results(spec, dataset, splits, outcomes)
        spent["everything"] = time.process_time() - started
    return spent


def _clocked(path: str, step: str, spent: dict[str, float]) -> Any:
    where, _, name = path.rpartition(".")
    try:
        owner: Any = import_module(where)
    except ModuleNotFoundError:  # a class
        module, _, kind = where.rpartition(".")
        owner = getattr(import_module(module), kind)
    function: Callable[..., Any] = getattr(owner, name)

    @wraps(function)
    def timed(*arguments: Any, **keywords: Any) -> Any:
        started = time.process_time()
        try:
            return function(*arguments, **keywords)
        finally:
            spent[step] += time.process_time() - started

    return patch.object(owner, name, timed)


if __name__ == "__main__":
    main()
