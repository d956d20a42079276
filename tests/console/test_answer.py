"""The answer at the end of a log."""

from __future__ import annotations

import pytest
from outcomes import OUTCOMES
from rich.cells import cell_len

from job.console.answer import write_answer
from job.evidence.strategy_kinds import gloss_recommended
from job.wording.answer import tell_answer
from job.wording.cutoffs import tell_cutoffs


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_log_has_the_words_of_the_report(name: str) -> None:
    """the headline's first sentences, whatever the outcome, in lines that fit and steer nothing"""
    results = OUTCOMES[name]()
    lines = list(write_answer(results, 60))
    told = tell_answer(results["verdict"], results["power"], gloss=gloss_recommended(results))
    cutoffs = tell_cutoffs(results["verdict"]["headline"], results["decisions"])
    expected = (told.short, told.found, told.others, told.use, *cutoffs, told.sure, told.why)
    assert " ".join(lines) == " ".join(" ".join(expected).split())
    assert all(line.isprintable() and line for line in lines)
    assert all(cell_len(line) <= 60 or " " not in line for line in lines)
