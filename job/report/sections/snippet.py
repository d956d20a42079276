"""What a reader takes home: the recommended strategy and classifier as a script, and the files that were asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from job.report.facts import Facts
from job.report.layout import Section
from job.results.study_facts import SavedModel, Snippet
from job.snippet.python_source import literal
from job.text import abbreviate, abbreviate_all, counted, sentence

_LABEL_LENGTH = 40
_REASON_LENGTH = 600


@dataclass(frozen=True)
class TakeHome:
    """The script.

    Parameters
    ----------
    reading : str
        What it is and what it gives.
    code : str
        Nothing where there can be none.
    inside : str
        How long it is.
    notes : tuple of str
        Where its numbers may differ from this page's, or why there is no script.
    model : str
        That the pipeline was saved, or why it wasn't; nothing where nobody asked.
    loading : str
        The lines that load it.
    synthetic : tuple of str
        A sentence for each file of synthetic rows, or why there is none; nothing where nobody asked.
    """

    reading: str
    code: str
    inside: str
    notes: tuple[str, ...]
    model: str
    loading: str
    synthetic: tuple[str, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    found, saved = facts.results.snippet, facts.results.model
    model, loading = ("", "") if saved is None else _describe_model(facts, saved)
    notes = found.notes if found.code else (found.reason or "",)
    inside = counted((found.code or "").count("\n"), "line")
    content = TakeHome(_read(found), found.code or "", inside, notes, model, loading, tuple(_describe_synthetic(facts)))
    return Section("snippet", "Code for the recommended model", content, "" if found.code else "no script")


def _read(found: Snippet) -> str:
    if found.code is None:
        return ""
    chosen = "the recommended model" if found.recommended else "the model with the best mean of the ranking metric"
    return (
        f"This script is {_pair(found)}, {chosen}, written with the public API of scikit-learn and imbalanced-learn "
        "and the seeds of this job. It prints the metrics of every split and their means: those of this page. Its "
        "function fit_model returns the fitted pipeline."
    )


def _pair(found: Snippet | SavedModel) -> str:
    return " with ".join(abbreviate_all([found.strategy or "", found.classifier or ""], _LABEL_LENGTH))


def _describe_model(facts: Facts, saved: SavedModel) -> tuple[str, str]:
    """Say what was saved, or why nothing was; and write the lines that load it."""
    if saved.file is None:
        return f"A saved model was asked for, but there is none: {_because(saved.reason)}", ""
    trusted = "".join(f"    {literal(name)},\n" for name in saved.trusted)
    return (
        f"{saved.file}, beside this page, holds {_pair(saved)}, fitted on all "
        f"{counted(facts.dataset.n_rows, 'row')}. It needs minority-report and the versions below, and takes a data "
        f"frame with the columns of the data, best as the text that the file has. It predicts 1 for {facts.positive}.",
        "import skops.io\n\n"
        f"TRUSTED = [\n{trusted}]\n"
        f'model = skops.io.load("{saved.file}", trusted=TRUSTED)\n'
        "probability = model.predict_proba(rows)[:, 1]  # rows: pd.read_csv(..., dtype=str, keep_default_na=False)\n",
    )


def _because(reason: str | None) -> str:
    return sentence(abbreviate(reason or "", _REASON_LENGTH))


def _describe_synthetic(facts: Facts) -> Iterator[str]:
    if not facts.spec.report.synthetic:
        return
    files = facts.results.synthetic
    if not files:
        yield "Synthetic rows were asked for, but no strategy adds any."
    for file, short in zip(files, abbreviate_all([file.strategy for file in files], _LABEL_LENGTH), strict=True):
        if file.file is None:
            yield f"The rows that {short} adds could not be written: {_because(file.reason)}"
        else:
            parents = f" Their parents are in {file.parents}." if file.parents else ""
            yield f"{file.file} holds the {counted(file.n_rows or 0, 'row')} that {short} adds to all rows.{parents}"
    if any(file.file for file in files):
        yield "These rows are not anonymous: real rows can be computed from them, or are copied in them."
