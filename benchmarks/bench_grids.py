"""Two grids beside plain scikit-learn: one where resampling is dear, one of random forests, each on two workers.

The peer is a script that anyone would write: `cross_validate(n_jobs=2)` over imbalanced-learn pipelines, one call for
each strategy and classifier. "grid" is what the script does, too: the runs that the spec lists, from the data to their
scores, the start of workers included, and baseline's, which the script of the dear grid doesn't make. "job" is all of
it, from `python -m job run` to the report, the leak demonstration among it: five more units of SMOTE.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from job.data.splits import build_splits, settle_split
from job.engine.execute import Engine, execute
from job.engine.local_workers import local_executor
from job.engine.work import build_work
from job.evaluation.grid import enumerate_units
from job.pipeline import load_data, read_spec

ROOT = Path(__file__).parents[1]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
DATA = (
    "n_samples: {n}, n_features: {d}, n_informative: 8, weights: [0.9], flip_y: 0.05, class_sep: 0.8, random_state: 0"
)

DEAR_SPEC = f"""
data: {{generate: {{kind: classification, {DATA.format(n=12_000, d=18)}}}}}
split: {{method: kfold, n_splits: 5}}
strategies: [SMOTEENN, SVMSMOTE, SMOTETomek, smote]
classifiers:
  - logistic_regression
  - gaussian_nb
  - {{name: decision_tree, params: {{max_depth: 5}}}}
  - {{class: sklearn.discriminant_analysis.LinearDiscriminantAnalysis}}
engine: {{workers: 2}}
"""
FOREST_SPEC = f"""
data: {{generate: {{kind: classification, {DATA.format(n=20_000, d=20)}}}}}
split: {{method: kfold, n_splits: 5}}
strategies: [baseline, smote, RandomUnderSampler, RandomOverSampler]
classifiers: [random_forest]
engine: {{workers: 2}}
"""
SCRIPT = """
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE, SVMSMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.datasets import make_classification
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

X, y = make_classification({data})
folds = StratifiedKFold(5, shuffle=True, random_state=0)
for sampler in ({samplers}):
    for classifier in ({classifiers}):
        steps = [StandardScaler(), *([sampler] if sampler else []), classifier]
        cross_validate(make_pipeline(*steps), X, y, cv=folds, scoring=["average_precision", "roc_auc"], n_jobs=2)
"""


def script_of(n: int, d: int, samplers: str, classifiers: str) -> str:
    """Write the peer of a grid."""
    data = DATA.format(n=n, d=d).replace(": ", "=")
    return SCRIPT.format(data=data, samplers=samplers, classifiers=classifiers)


GRIDS = {
    "dear": (
        DEAR_SPEC,
        script_of(
            12_000,
            18,
            "SMOTEENN(random_state=0), SVMSMOTE(random_state=0), SMOTETomek(random_state=0), SMOTE(random_state=0)",
            "LogisticRegression(), GaussianNB(), DecisionTreeClassifier(max_depth=5), LinearDiscriminantAnalysis()",
        ),
        3.0,
    ),
    "forests": (
        FOREST_SPEC,
        script_of(
            20_000,
            20,
            "None, SMOTE(random_state=0), RandomUnderSampler(random_state=0), RandomOverSampler(random_state=0)",
            "RandomForestClassifier(random_state=0),",
        ),
        1.05,
    ),
}


def main() -> None:
    """Measure the script and the job in turn, and print the ratios with their spread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("grids", nargs="*", default=list(GRIDS), help="dear, forests, or both")
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    for name in options.grids:
        spec, script, bar = GRIDS[name]
        script_times, job_times = list[tuple[float, float]](), list[tuple[float, float, float]]()
        for _ in range(options.pairs):
            script_times.append(measure("-c", script))
            job_times.append(measure_job(spec))
        for what, place in (("job, wall", 0), ("job, CPU", 1), ("grid, wall", 2)):
            peer = [times[1 if place == 1 else 0] for times in script_times]
            own = [times[place] for times in job_times]
            ratios = [there / here for there, here in zip(peer, own, strict=True)]
            spread = f"{median(ratios):.2f} times faster ({min(ratios):.2f} to {max(ratios):.2f})"
            print(f"{name:8} {what:10} script {median(peer):6.1f} s, here {median(own):6.1f} s: {spread}", flush=True)
        print(f"{name:8} bar {bar}")


def measure_job(spec: str) -> tuple[float, float, float]:
    """Run a job, from the command to its report, and once more from its data to its scores."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spec.yaml")
        path.write_text(spec)
        whole = measure("-m", "job", "run", str(path), "-q", "--output", f"{folder}/output")
        return *whole, evaluate_grid(path)


def evaluate_grid(path: Path) -> float:
    """Evaluate the units that a spec lists, on two workers, without evidence and report: seconds on the wall."""
    loaded = read_spec(str(path))
    spec, dataset = settle_split(loaded.spec, load_data(loaded.spec, loaded.folder))
    units = [unit for unit in enumerate_units(spec, build_splits(dataset, spec.split)) if unit.study is None]
    start = time.perf_counter()
    work = build_work(dataset, path.with_name("dataset"))
    execute(units, work, Engine(local_executor, 2, scratch=path.parent), lambda ended: None)
    return time.perf_counter() - start


def measure(*arguments: str) -> tuple[float, float]:
    """Run Python and return its seconds on the wall, and on all processors together."""
    start, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, env={**os.environ, **ONE_THREAD})
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return time.perf_counter() - start, cpu


if __name__ == "__main__":
    main()
