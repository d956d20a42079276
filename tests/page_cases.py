"""Results of every kind of job that the page has to lay out."""

from __future__ import annotations

from evidence_factories import make_decisions, make_picture
from report_factories import (
    CLASSIFIERS,
    STRATEGIES,
    make_audit,
    make_column,
    make_dataset,
    make_results,
    make_runs,
    make_spec,
)
from report_factories import without_numbers as without
from study_factories import make_imbalance_sweep, make_ratio_sweep, make_sweeps

from job.results.results import Results

HOSTILE = """"><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 7*7 }} &amp; </style> $\\bad$"""


def make_hostile_results() -> Results:
    """Results in which every text that a user can choose is markup."""
    strategies = ("baseline", HOSTILE, f"{HOSTILE}2")
    runs = make_runs(strategies, (HOSTILE,), 3)
    runs[1] = without(runs[1], "failed", HOSTILE)
    runs[2] = {**runs[2], "status": "degraded", "reason": HOSTILE, "warnings": [HOSTILE]}
    dataset = make_dataset(
        source=HOSTILE,
        positive=HOSTILE,
        rest=[f"no {HOSTILE}"],
        label_counts={HOSTILE: 209, f"no {HOSTILE}": 1791},
        columns=[make_column(HOSTILE, kind=HOSTILE, role=HOSTILE, why=HOSTILE)],
        notes=[{"code": "x", "column": HOSTILE, "text": HOSTILE}, {"code": "x", "column": None, "text": HOSTILE}],
    )
    data = {"file": {"path": HOSTILE, "target": HOSTILE, "groups": HOSTILE, "query": HOSTILE}}
    spec = make_spec(strategies, (HOSTILE,), title=HOSTILE, data=data)
    return make_results(strategies, (HOSTILE,), runs, dataset=dataset, spec=spec)


def make_failed_results() -> Results:
    """Results of a job without a single number."""
    return make_results(runs=[without(run, "failed", "no luck") for run in make_runs()])


RESULTS = {
    "default": make_results,
    "one run": lambda: make_results(("baseline",), ("svc",), make_runs(("baseline",), ("svc",), 1)),
    "hostile": make_hostile_results,
    "failed": make_failed_results,
    "beside the grid": lambda: make_results(
        sweeps=make_sweeps(
            make_ratio_sweep(("smote", "custom"), CLASSIFIERS), make_imbalance_sweep(classifier=CLASSIFIERS[0])
        ),
        **make_decisions(STRATEGIES, CLASSIFIERS, prevalence_in_use=0.01),
    ),
    "not applicable": lambda: make_results(
        runs=[
            without(run, "not_applicable", "it cannot") if run["strategy"] != "baseline" else run for run in make_runs()
        ]
    ),
}


def make_large_results(n_classifiers: int = 5) -> Results:
    """Ten strategies, seven of them samplers, by some classifiers, with everything that a job can be asked for."""
    samplers = tuple(f"sampler {place}" for place in range(7))
    strategies = ("baseline", "class_weight", "threshold", *samplers)
    classifiers = tuple(f"classifier {place}" for place in range(n_classifiers))
    return make_results(
        strategies,
        classifiers,
        picture=make_picture(samplers),
        audit=make_audit({label: [] for label in samplers}),
        sweeps=make_sweeps(
            make_ratio_sweep(samplers, classifiers), make_imbalance_sweep(strategies, classifier=classifiers[0])
        ),
    )
