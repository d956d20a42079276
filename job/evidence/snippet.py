"""The winner as code to paste: public calls of scikit-learn and imbalanced-learn that give the report's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from job.data.dataset import Dataset
from job.evaluation.metrics import Prediction
from job.evaluation.runs import RunKey, strategies_of
from job.evidence.python_code import literal, write_imports
from job.evidence.snippet_data import write_data
from job.evidence.snippet_model import write_model
from job.evidence.snippet_parts import Part, Winner
from job.evidence.snippet_split import write_splits
from job.evidence.statistics.measured import find_comparable
from job.spec.job_spec import JobSpec
from job.spec.strategy_entries import CalibratedEntry, Entry

_METRICS = "sklearn.metrics"
_NO_PAIR = "No snippet: no strategy has a score with any classifier."
_NOT_LISTED = "No snippet: what is recommended is no strategy of the spec itself."
_ONE_THREAD = "threadpool_limits(1)  # as in the report: the order of a sum shows in its last digits"
_PACKAGES = ("scikit-learn", "imbalanced-learn", "pandas", "numpy")


def build_snippet(
    spec: JobSpec,
    dataset: Dataset,
    runs: Sequence[dict[str, Any]],
    predictions: Mapping[RunKey, Prediction | None],
    verdict: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the recommended strategy and classifier as a script.

    Parameters
    ----------
    spec : JobSpec
    dataset : Dataset
    runs : sequence of dict
        As in results.json.
    predictions : Mapping of RunKey to Prediction or None
    verdict : Mapping or None
        As in results.json; without a recommendation, the pair with the best mean primary metric is taken.

    Returns
    -------
    dict
        ``strategy``, ``classifier``, ``recommended`` (whether the verdict named them), ``code`` and ``notes``
        (where the script's numbers may differ from the report's). Where there can be no script, ``code`` is None and
        ``reason`` says why.
    """
    named = ((verdict or {}).get("headline") or {}).get("recommended")
    pair = (named["strategy"], named["classifier"]) if named else find_best(spec, runs)
    if pair is None:
        return _without_code(None, None, _NO_PAIR)
    winner = find_winner(spec, dataset, runs, predictions, *pair)
    if winner is None:
        return _without_code(pair[0], pair[1], _NOT_LISTED)
    code, notes = write_script(winner)
    head = {"strategy": pair[0], "classifier": pair[1], "recommended": bool(named)}
    return {**head, "code": code, "notes": list(notes), "reason": None}


def find_best(spec: JobSpec, runs: Iterable[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Find the strategy and classifier with the best mean of the primary metric; the first of equals.

    Only those with a value on the same splits are ranked: no mean is the better for runs that failed.
    """
    found: dict[tuple[str, str], dict[tuple[int, int], float]] = {}
    splits: dict[tuple[int, int], None] = {}
    for run in runs:
        value, split = run["metrics"][spec.evaluation.primary], (run["repeat"], run["fold"])
        splits[split] = None
        if value is not None:
            found.setdefault((run["strategy"], run["classifier"]), {})[split] = value
    listed = [(s.label, c.label) for s in _listed(spec) for c in spec.classifiers]
    scored = {pair: set(found[pair]) for pair in listed if pair in found}
    compared = find_comparable(scored, list(splits))
    sums = {pair: sum(found[pair][split] for split in compared.splits) for pair in compared.places}
    return max(sums, key=lambda pair: sums[pair]) if sums else None


def find_winner(
    spec: JobSpec,
    dataset: Dataset,
    runs: Sequence[dict[str, Any]],
    predictions: Mapping[RunKey, Prediction | None],
    strategy: str,
    classifier: str,
) -> Winner | None:
    """Put together what a snippet has to know about one strategy and classifier; None where the spec lacks them."""
    strategies = [entry for entry in _listed(spec) if entry.label == strategy]
    classifiers = [entry for entry in spec.classifiers if entry.label == classifier]
    if not strategies or not classifiers:
        return None
    own = [run for run in runs if (run["strategy"], run["classifier"]) == (strategy, classifier)]
    scored = (predictions.get(RunKey(strategy, classifier, run["repeat"], run["fold"])) for run in own)
    is_probability = next((found.is_probability for found in scored if found is not None), True)
    return Winner(spec, dataset, strategies[0], classifiers[0], own, is_probability)


def _listed(spec: JobSpec) -> list[Entry]:
    return [entry for entry in strategies_of(spec) if not isinstance(entry, CalibratedEntry)]


def _without_code(strategy: str | None, classifier: str | None, reason: str) -> dict[str, Any]:
    head = {"strategy": strategy, "classifier": classifier, "recommended": False}
    return {**head, "code": None, "notes": [], "reason": reason}


def write_script(winner: Winner) -> tuple[str, tuple[str, ...]]:
    """Write the whole script, and say where its numbers may differ from the report's.

    Parameters
    ----------
    winner : Winner

    Returns
    -------
    code : str
    notes : tuple of str
    """
    data, splits, model, loop = write_data(winner), write_splits(winner), write_model(winner), _write_loop(winner)
    notes = (*data.notes, *splits.notes, *model.notes)
    body = "\n".join(line for part in (model, loop) for line in part.lines)
    seeds = _write_seeds(winner.spec.seed) if "seed_of(" in body else Part(())
    parts = (Part((), (("threadpoolctl.threadpool_limits", ""),)), data, splits, seeds, model, loop)
    imports = [path for part in parts for path in part.imports]
    blocks = (
        [*_head(winner, notes, imports), *write_imports(imports), "", _ONE_THREAD, "", *data.lines],
        *([seeds.lines] if seeds.lines else []),
        splits.lines,
        model.lines,
        loop.lines,
    )
    return "\n\n\n".join("\n".join(block).strip("\n") for block in blocks) + "\n", notes


def _head(winner: Winner, notes: Iterable[str], imports: Iterable[tuple[str, str]]) -> list[str]:
    """Say in comments what this is; texts of the spec stand there as literals, which have one line."""
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    what = f"{literal(winner.strategy.label)} with {literal(winner.classifier.label)}"
    lines = [f"# {what}: the numbers of the report again.", f"# Equal numbers need equal versions: {versions}."]
    if winner.spec.data.file is not None:
        lines.append("# Run it where the spec is: the data file is named as the spec names it.")
    if any(path.startswith("job.") for path, _ in imports):
        lines.append("# What is imported from job comes with minority-report.")
    return [*lines, *(f"# Note: {note}" for note in notes)]


def _write_seeds(seed: int) -> Part:
    return Part(
        (
            "def seed_of(repeat, fold, role):",
            '    """Seed of one split for one role: equal for all strategies, so that all have the same luck."""',
            f'    digest = hashlib.sha256(f"{seed}/{{repeat}}/{{fold}}/{{role}}".encode()).digest()',
            '    return int.from_bytes(digest[:4], "big") >> 1',
        ),
        (("hashlib", ""),),
    )


def _write_loop(winner: Winner) -> Part:
    one_class = any(run["n_test_positive"] in (0, run["n_test"]) for run in winner.runs)
    wanted = ["average_precision_score", "confusion_matrix", "roc_auc_score"]
    scores = "predict_proba(X.iloc[test])[:, 1]" if winner.is_probability else "decision_function(X.iloc[test])"
    ranking = " if 0 < y[test].sum() < len(test) else np.nan" if one_class else ""
    table = {
        "repeat": "repeat",
        "fold": "fold",
        "average_precision": f"average_precision_score(y[test], scores){ranking}",
        "roc_auc": f"roc_auc_score(y[test], scores){ranking}",
        "recall": "tp / (tp + fn) if tp + fn else np.nan",
        "precision": "tp / (tp + fp) if tp + fp else np.nan",
        "false_alarms_per_1000": "1000 * fp / len(test)",
    }
    if winner.is_probability:
        wanted.append("brier_score_loss")
        table["brier"] = "brier_score_loss(y[test], scores)"
    lines = (
        "rows = []",
        "for repeat, fold, train, test in splits():",
        "    model = fit_model(train, repeat, fold)",
        f"    scores = model.{scores}",
        "    alarms = model.predict(X.iloc[test])",
        "    tn, fp, fn, tp = confusion_matrix(y[test], alarms, labels=[0, 1]).ravel().tolist()",
        "    rows.append({",
        *(f'        "{name}": {value},' for name, value in table.items()),
        "    })",
        "",
        "table = pd.DataFrame(rows)",
        "print(table.to_string(index=False))",
        'print("\\nMean over splits, as in the report:")',
        'print(table.drop(columns=["repeat", "fold"]).mean().to_string())',
        "",
        "# For new rows: model = fit_model(np.arange(len(y)), 0, 0), fitted on all rows.",
    )
    return Part(lines, (("numpy", "np"), ("pandas", "pd"), *((f"{_METRICS}.{name}", "") for name in wanted)))
