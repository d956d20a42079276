"""Our oversampler against SMOTE, with every classifier: a family of tests of its own."""

from __future__ import annotations

from typing import Any

from job.evidence.family import Question, judge_family
from job.evidence.measured import Measured
from job.evidence.roles import Roles
from job.evidence.verdict.ranking import Sizes, find_shortage, grade_ranking


def judge_rivals(measured: Measured, roles: Roles, question: Question, sizes: Sizes) -> list[dict[str, Any]]:
    """Grade each ``custom`` against each plain SMOTE.

    Parameters
    ----------
    measured : Measured
    roles : Roles
    question : Question
    sizes : Sizes

    Returns
    -------
    list of dict
        As ``verdict.custom_against_smote`` in results.json: one for each pair × classifier.
    """
    classifiers = dict.fromkeys(classifier for _, classifier in measured.places)
    pairs = [
        ((custom, classifier), (smote, classifier))
        for classifier in classifiers
        for custom in roles.customs
        for smote in roles.smotes
    ]
    rows = []
    for (left, right), tested in zip(pairs, judge_family(measured, pairs, question.primary, question), strict=True):
        code = grade_ranking(tested, find_shortage(tested, sizes, measured.n_splits), question)
        rows.append(
            {"strategy": left[0], "reference": right[0], "classifier": left[1], "code": code, **tested.as_dict()}
        )
    return rows
