"""What a reader takes home: the recommended strategy and classifier as a script, and the files that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from job.report.facts import Facts, Found
from job.report.layout import Section
from job.snippet.python_source import literal
from job.text import abbreviate, abbreviate_all, counted, sentence

_LABEL_LENGTH = 40
_ABSENT = "These results hold no script."


@dataclass(frozen=True)
class TakeHome:
    """The script.

    Parameters
    ----------
    reading : str
        What it is and what it gives.
    code : str
        Nothing where there can be none.
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
    notes: tuple[str, ...]
    model: str
    loading: str
    synthetic: tuple[str, ...]


def build(facts: Facts) -> Section:
    """Build the section."""
    found: Found = facts.results.get("snippet") or {"code": None, "reason": _ABSENT}
    saved = facts.results.get("model")
    model, loading = ("", "") if saved is None else (_describe_model(facts, saved), _load(saved))
    written = _describe_synthetic(facts.results.get("synthetic"))
    if found["code"] is None:
        content = TakeHome("", "", (str(found["reason"]),), model, loading, written)
    else:
        content = TakeHome(_read(found), found["code"], tuple(found["notes"]), model, loading, written)
    return Section("snippet", "Take it home", content)


def _read(found: Found) -> str:
    strategy, classifier = abbreviate_all([str(found["strategy"]), str(found["classifier"])], _LABEL_LENGTH)
    chosen = "what is recommended" if found["recommended"] else "the best mean of the ranking metric"
    return (
        f"This script is {strategy} with {classifier}, {chosen}, written in public calls of scikit-learn and "
        "imbalanced-learn, with the seeds of this job. It prints the metrics of every split and their means: those of "
        "this page. The function fit_model in it makes the pipeline to keep."
    )


def _describe_model(facts: Facts, saved: Found) -> str:
    if saved["file"] is None:
        return f"A saved model was asked for, but there is none: {sentence(abbreviate(str(saved['reason']), 600))}"
    strategy, classifier = abbreviate_all([str(saved["strategy"]), str(saved["classifier"])], _LABEL_LENGTH)
    return (
        f"{saved['file']}, beside this page, holds {strategy} with {classifier}, fitted on all "
        f"{counted(facts.dataset['n_rows'], 'row')}. It needs minority-report and the versions below, and takes a data "
        f"frame with the columns of the data, best as the text that the file has. It predicts 1 for {facts.positive}."
    )


def _describe_synthetic(files: Sequence[Found] | None) -> tuple[str, ...]:
    if files is None:
        return ()
    shorts = abbreviate_all([str(file["strategy"]) for file in files], _LABEL_LENGTH)
    sentences = [
        f"{file['file']} holds the {counted(file['n_rows'], 'row')} that {short} adds to all rows."
        + (f" Their parents are in {file['parents']}." if file.get("parents") else "")
        if file["file"]
        else f"The rows that {short} adds could not be written: {sentence(abbreviate(str(file['reason']), 600))}"
        for file, short in zip(files, shorts, strict=True)
    ]
    if any(file["file"] for file in files):
        sentences.append("These rows are not anonymous: real rows can be computed from them, or are copied in them.")
    return tuple(sentences) or ("Synthetic rows were asked for, but no strategy adds any.",)


def _load(saved: Found) -> str:
    if saved["file"] is None:
        return ""
    trusted = "".join(f"    {literal(name)},\n" for name in saved["trusted"])
    return (
        "import skops.io\n\n"
        f"TRUSTED = [\n{trusted}]\n"
        f'model = skops.io.load("{saved["file"]}", trusted=TRUSTED)\n'
        "probability = model.predict_proba(rows)[:, 1]  # rows: pd.read_csv(..., dtype=str, keep_default_na=False)\n"
    )
