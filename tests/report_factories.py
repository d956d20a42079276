"""Results of jobs that never ran, as results.json has them; every part can be overridden."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alarm_factories import make_alarms, make_cutoffs
from evidence_factories import (
    make_decisions,
    make_diagnosis,
    make_harm,
    make_minority_types,
    make_picture,
    make_rescued,
)
from study_factories import make_leak, make_sweeps

from job.evaluation.audit import MEASURES
from job.evaluation.cutoff import Cutoff, Request
from job.evidence.curves import with_decisions
from job.evidence.statistics.family import Question, Sizes
from job.evidence.statistics.measured import measure_runs
from job.evidence.strategy_kinds import Roles
from job.evidence.summary import build_levels, build_tradeoff, part_gains, summarize_runs
from job.evidence.verdict.build_verdict import judge_measured
from job.evidence.verdict.cutoff_advice import with_advice
from job.names import METRICS
from job.report.facts import load_facts
from job.report.render import Page as RenderedPage
from job.report.render import build_section, lay_out
from job.results.decision_facts import Curve
from job.results.job_facts import Run
from job.results.results import Results, Timings

STRATEGIES = ("baseline", "class_weight", "threshold", "smote", "custom")
PLAIN = ("baseline", "class_weight", "threshold")
"""Those that add no rows."""
CLASSIFIERS = ("logistic_regression", "hist_gradient_boosting")
EVALUATION = {"cost_false_negative": 1791 / 209, "cost_false_positive": 1.0, "alerts_per_1000": 104.5}
REQUEST = Request(cost=(1791 / 209, 1.0))
COUNTS = ("tn", "fp", "fn", "tp")
GRID = tuple(point / 100 for point in range(101))


def make_run(strategy: str, classifier: str, repeat: int, luck: random.Random, **changes: Any) -> dict[str, Any]:
    """One run on a test part of 400 rows, 42 of them positive, with every metric defined."""
    found = luck.randint(12, 40)
    false_alarms = luck.randint(2, 80)
    counts = {"tn": 358 - false_alarms, "fp": false_alarms, "fn": 42 - found, "tp": found}
    others = {name: luck.uniform(0.2, 0.9) for name in METRICS if name not in COUNTS}
    shares = {"recall": found / 42, "precision": found / (found + false_alarms)}
    metrics = {**counts, **others, **shares, "false_alarms_per_1000": false_alarms / 0.4}
    return {
        "strategy": strategy,
        "classifier": classifier,
        "repeat": repeat,
        "fold": 0,
        "status": "ok",
        "reason": None,
        "warnings": [],
        "n_train": 1600,
        "n_train_positive": 168,
        "n_resampled": 1600 if strategy in PLAIN else 2864,
        "n_resampled_positive": 168 if strategy in PLAIN else 1432,
        "n_synthetic": 0 if strategy in PLAIN else 1264,
        "n_test": 400,
        "n_test_positive": 42,
        "threshold": 0.2 if strategy == "threshold" else None,
        "metrics": {name: metrics[name] for name in METRICS},
        "undefined": {},
        **changes,
    }


def without_numbers(run: Mapping[str, Any], status: str, reason: str) -> dict[str, Any]:
    """The same run, had it failed or not been possible."""
    nothing = dict.fromkeys(("n_resampled", "n_resampled_positive", "n_synthetic", "threshold"))
    metrics = dict.fromkeys(METRICS)
    return {**run, **nothing, "status": status, "reason": reason, "metrics": metrics, "undefined": {}}


def make_column(name: str, **changes: Any) -> dict[str, Any]:
    """A feature of numbers."""
    why = "All present values are numbers."
    column = {"name": name, "kind": "number", "role": "feature", "n_missing": 0, "n_distinct": 2000, "why": why}
    return {**column, **changes}


def make_dataset(**changes: Any) -> dict[str, Any]:
    """Two thousand generated rows, a tenth of them positive."""
    dataset = {
        "source": "make_classification",
        "n_rows": 2000,
        "n_positive": 209,
        "positive": "1",
        "rest": ["0"],
        "label_counts": {"0": 1791, "1": 209},
        "prevalence": 0.1045,
        "imbalance_ratio": 1791 / 209,
        "columns": [make_column(f"feature_{index}") for index in range(15)],
        "notes": [],
        "minority_types": make_minority_types(),
        "diagnosis": make_diagnosis(),
    }
    return {**dataset, **changes}


def make_spec(strategies: Iterable[str], classifiers: Iterable[str], **changes: Any) -> dict[str, Any]:
    """The spec of the built-in example, as results.json has it."""
    generate = {
        "kind": "classification",
        "n_samples": 2000,
        "n_features": 15,
        "weights": [0.9, 0.1],
        "random_state": 42,
    }
    spec = {
        "title": "Does oversampling help?",
        "seed": 42,
        "data": {"generate": generate},
        "split": {"method": "holdout", "test_size": 0.2, "n_splits": 5, "n_repeats": 20, "random_state": 42},
        "preparation": {"scale": "standard", "impute": "median", "max_categories": 20},
        "strategies": [{"name": "smote", "params": {}, "label": label} for label in strategies],
        "classifiers": [{"name": "svc", "params": {}, "label": label} for label in classifiers],
        "evaluation": {"primary": "average_precision", "rope": 0.01, "confidence": 0.95},
        "report": {"timings": False, "model": False, "synthetic": False},
    }
    return {**spec, **changes}


def make_runs(
    strategies: Iterable[str] = STRATEGIES, classifiers: Iterable[str] = CLASSIFIERS, n_repeats: int = 20
) -> list[dict[str, Any]]:
    """Every run of a job, all of them well."""
    luck = random.Random(42)
    return [
        make_run(strategy, classifier, repeat, luck)
        for repeat in range(n_repeats)
        for strategy in strategies
        for classifier in classifiers
    ]


def make_results(
    strategies: Sequence[str] = STRATEGIES,
    classifiers: Sequence[str] = CLASSIFIERS,
    runs: Sequence[Mapping[str, Any]] | None = None,
    **changes: Any,
) -> Results:
    """The results of a job with these runs; summary, curves and counts follow from them."""
    runs = make_runs(strategies, classifiers) if runs is None else runs
    rows = [Run.model_validate(run) for run in runs]
    splits = {(run["repeat"], run["fold"]) for run in runs}
    summary = summarize_runs(rows, strategies, classifiers, strategies[0])
    statuses = Counter(run["status"] for run in runs)
    results = {
        "schema_version": 2,
        "spec": make_spec(strategies, classifiers),
        "provenance": {
            "versions": {"minority-report": "0.1.0", "python": "3.13.1", "numpy": "2.4.0"},
            "spec_digest": "5" * 64,
            "data_digest": "d" * 64,
            "seed": 42,
        },
        "dataset": make_dataset(),
        "splits": {
            "method": "holdout",
            "n_splits_total": len(splits),
            "n_repeats": len({repeat for repeat, _ in splits}),
            "n_folds": len({fold for _, fold in splits}),
            "n_train_mean": 1600.0,
            "n_test_mean": 400.0,
            "n_test_positive_mean": 42.0,
        },
        "evaluation": EVALUATION,
        "strategies": [
            {**_entry(label, label == strategies[0]), "description": f"what {label[:20]} does"} for label in strategies
        ],
        "classifiers": [{"name": "svc", "params": {"C": 2}, "label": label} for label in classifiers],
        "runs": list(runs),
        "summary": summary,
        "tradeoff": build_tradeoff(rows, summary),
        "gains": part_gains(rows, strategies[0]),
        "levels": build_levels(rows, {}, 42),
        "curves": with_decisions(make_curves(runs, strategies, classifiers), summary),
        "alarms": make_alarms(runs, strategies, classifiers, EVALUATION),
        "decisions": make_cutoffs(runs, strategies, classifiers, REQUEST, Cutoff(0.4)),
        "calibration": make_harm(strategies, classifiers),
        **make_decisions(strategies, classifiers),
        "rescued": make_rescued(strategies, classifiers),
        "best_possible": {"reason": "the truth isn't known", "metrics": [], "splits": [], "curves": []},
        "picture": make_picture(strategies[-2:]),
        "audit": make_audit({label: [] for label in strategies[-2:]}),
        "snippet": make_snippet(strategies[-1], classifiers[-1]),
        "leak": make_leak(classifiers=classifiers),
        "sweeps": make_sweeps(),
        **make_judged(rows, strategies, classifiers),
        "status": {
            "n_runs": len(runs),
            **{f"n_{status}": statuses[status] for status in ("ok", "degraded", "failed", "not_applicable")},
        },
    }
    made = Results.model_validate({**results, **changes})
    headline = with_advice(made.verdict.headline, made.decisions)
    return made.model_copy(update={"verdict": made.verdict.model_copy(update={"headline": headline})})


def make_judged(runs: Iterable[Run], strategies: Sequence[str], classifiers: Sequence[str]) -> dict[str, Any]:
    """Comparisons, power and verdict that follow from these runs; scores there are none."""
    plain = (strategies[0], *PLAIN)
    roles = Roles(
        baseline=strategies[0],
        oversamplers=tuple(label for label in strategies if label not in plain),
        customs=tuple(label for label in strategies if label == "custom"),
        smotes=tuple(label for label in strategies if label == "smote"),
        thresholds=tuple(label for label in strategies if label == "threshold"),
        order={label: place for place, label in enumerate(strategies)},
    )
    measured = measure_runs(runs, [(strategy, classifier) for classifier in classifiers for strategy in strategies])
    sizes = Sizes(209, 209, n_minority_groups=None, n_test_positive=42.0, prevalence=0.105)
    return judge_measured(measured, {}, roles, Question("average_precision", 0.01, 0.95), sizes)._asdict()


def _entry(label: str, is_first: bool) -> dict[str, Any]:
    name = "baseline" if is_first else label if label in STRATEGIES else "smote"
    kind = "baseline" if is_first else label if label in PLAIN else "synthetic"
    return {"name": name, "params": {}, "label": label, "kind": kind}


def make_audit(flags: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Any]:
    """An audit of these samplers, with these flags."""
    rows = [
        {
            "strategy": strategy,
            "n_splits": 20,
            "n_rows": 1264.0,
            "n_parents": None if index else 160.5,
            "synthetic": dict.fromkeys(MEASURES, 0.25),
            "held_out": {**dict.fromkeys(MEASURES, 0.5), "detection": None},
            "held_out_low": {**dict.fromkeys(MEASURES, 0.4), "detection": None},
            "held_out_high": {**dict.fromkeys(MEASURES, 0.7), "detection": None},
            "flags": list(raised),
        }
        for index, (strategy, raised) in enumerate(flags.items())
    ]
    return {"reason": None, "strategies": rows}


def make_snippet(strategy: str, classifier: str, **changes: Any) -> dict[str, Any]:
    """A script of two lines; its names stand in it as Python has them."""
    code = f"# {strategy!r} with {classifier!r}\nprint(1 < 2)\n"
    head = {"strategy": strategy, "classifier": classifier, "recommended": True}
    return {**head, "code": code, "notes": [], "reason": None, **changes}


def make_curves(
    runs: Iterable[Mapping[str, Any]], strategies: Sequence[str], classifiers: Iterable[str]
) -> list[Curve]:
    """A curve of either kind wherever a run has numbers."""
    scored = {(run["strategy"], run["classifier"]) for run in runs if run["status"] in ("ok", "degraded")}
    bend = {strategy: 1.2 + index / 2 for index, strategy in enumerate(strategies)}
    shapes = {"precision_recall": lambda x, b: 1 - 0.9 * x**b, "roc": lambda x, b: x ** (0.3 / b)}
    return [
        Curve(
            strategy=strategy,
            classifier=classifier,
            kind=kind,
            x=GRID,
            y=tuple(shape(x, bend[strategy]) for x in GRID),
            n=20,
        )
        for classifier in classifiers
        for strategy in strategies
        if (strategy, classifier) in scored
        for kind, shape in shapes.items()
    ]


def render_sections(results: Results, *names: str, timings: Timings | None = None) -> str:
    """A page with these sections only: a test of one doesn't draw the charts of all others."""
    facts = load_facts(results, timings)
    sections = tuple(section for name in names if (section := build_section(facts, name)))
    return lay_out(RenderedPage("title", "question", sections, "version"))
