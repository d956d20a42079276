"""What the page says about runs beside the grid, and about those that are missing."""

from __future__ import annotations

from typing import Any

import pytest
from html_page import Page
from report_factories import make_results, render_sections
from study_factories import (
    make_against,
    make_check,
    make_imbalance_sweep,
    make_leak,
    make_proof,
    make_ratio_sweep,
    make_sweeps,
    make_value,
)

STRATEGIES = ("baseline", "smote", "custom")

SECTIONS = ("ratio_sweep", "imbalance", "leak")


def words_of(section: str, classifiers: tuple[str, ...] = ("svc",), **results: Any) -> str:
    page = Page(render_sections(make_results(STRATEGIES, classifiers, **results), *SECTIONS))
    assert [] == page.problems
    return page.by_id(section).words


def test_the_leak_is_told_with_the_classifier_that_it_flatters_most() -> None:
    """what would be reported, what is true, and what is left on real rows"""
    leak = make_leak(classifiers=("svc", "knn"))
    leak["scores"][0].update(leaked_real_rows=0.62, gain=0.02)

    words = words_of("leak", ("svc", "knn"), leak=leak)

    assert "With knn, such a job would report average precision 0.980; measured correctly, it is 0.600" in words
    assert "it would still be 0.800" in words
    assert "on the first five splits" in words
    assert "44.1 % of the test rows are then synthetic" in words


def test_a_leak_that_gains_nothing_is_called_so() -> None:
    """a linear model hardly profits: then only the mix of rows flatters"""
    leak = make_leak()
    leak["scores"][0].update(leaked_real_rows=0.59, gain=-0.01)

    assert "here the leak itself gains nothing" in words_of("leak", leak=leak)


def test_smote_that_is_not_listed_is_told() -> None:
    """a reader looks for it among the strategies in vain"""
    words = words_of("leak", leak=make_leak(is_listed=False))

    assert "none of this job's strategies and was run for this section alone" in words


def test_a_leak_without_scores_keeps_its_proof_and_says_why() -> None:
    """a sampler that cannot run on all rows is no reason to lose the section"""
    leak = make_leak(n_test=None, n_test_synthetic=None, share_synthetic=None)
    for row in leak["scores"]:
        row.update(honest=None, leaked=None, leaked_real_rows=None, gain=None, n=0)
        row["reasons"] = {"honest": [], "leaked": [{"reason": "SMOTE needs 2 minority rows", "n": 5}]}

    words = words_of("leak", leak=leak)

    assert "No run of the mistake has a score" in words
    assert 1 == words.count("svc: five leaked runs without a score. SMOTE needs 2 minority rows.")
    assert "What a leak would leave behind" in words


def test_the_proof_has_every_number() -> None:
    """found, among how many, and why something could not be looked for"""
    page = Page(render_sections(make_results(STRATEGIES, ("svc",), leak=make_leak()), *SECTIONS))
    _, *rows = page.rows("leak-proof")

    assert [
        ["Synthetic rows in a test part", "0", "4,000 scored rows"],
        ["Rows in both the training and the test part", "0", "4,000 test rows"],
        ["Parents of synthetic rows outside the training part (custom)", "0a", "4,000 parents"],
        ["New rows that equal a test row", "0", "4,000 new rows"],
        ["Groups on both sides of a split", "–", "No groups were named (data.file.groups)."],
    ] == [[cell.words for cell in row] for row in rows]
    assert "The samplers of smote don't report the parents of their rows." in page.by_id("leak").words


def test_a_coincidence_is_called_so() -> None:
    """in columns of few values a new row may equal a test row that its sampler never saw"""
    proof = make_proof(new_rows_in_test=make_check(n_found=7))

    assert "may equal one by coincidence" in words_of("leak", leak=make_leak(proof=proof))


def test_identical_rows_are_named() -> None:
    """by their numbers, and whether they agree on the label"""
    sets = [{"rows": [3, 17], "n": 2, "one_label": True}, {"rows": [1, 2, 4, 8, 9], "n": 7, "one_label": False}]
    identical = {"n_rows": 9, "n_sets": 2, "n_mean": 1.25, "n_most": 3, "n_test_mean": 400.0, "sets": sets}

    words = words_of("leak", leak=make_leak(proof=make_proof(identical=identical)))

    assert "9 rows of the data are the same in every feature as another one, in two sets." in words
    assert "On average 1.2 of 400 test rows have such a twin in the training part, 3 at most" in words
    assert "3 and 17; 1, 2, 4, 8, 9 and 2 more (with different labels)." in words


def test_sweeps_that_were_not_asked_for_name_their_key() -> None:
    """a reader learns how to get them"""
    for section, key in (("ratio_sweep", "evaluation.ratio_sweep"), ("imbalance", "evaluation.imbalance_sweep")):
        assert key in words_of(section, sweeps=make_sweeps())


def test_the_ratio_that_training_data_chooses_is_told_with_its_worth() -> None:
    """chosen, own and full ratio side by side, and whether the difference is a practical one"""
    words = words_of("ratio_sweep", sweeps=make_sweeps(make_ratio_sweep()))

    assert "on the test part is 0.597; without resampling it is 0.600, and with a ratio of 1 it is 0.575" in words
    assert "The chosen ratio differs from no resampling by −0.003 (−0.008 to +0.002): no practical difference." in words
    assert "on the first ten splits" in words


@pytest.mark.parametrize(
    ("difference", "lower", "upper", "equivalent", "verdict"),
    [
        (0.05, 0.01, 0.09, 0.03, "choosing it helps here"),
        (-0.05, -0.09, -0.01, 0.03, "choosing it harms here"),
        (0.05, -0.02, 0.12, 0.1, "these splits can't tell whether that matters"),
        (0.009, 0.001, 0.017, 0.6, "these splits can't tell whether that matters"),
        (0.05, None, None, None, "too few splits, or splits too alike"),
    ],
)
def test_a_choice_is_judged_by_its_interval_and_the_practical_difference(
    difference, lower, upper, equivalent, verdict
) -> None:
    """a gain counts where it is beyond both"""
    sweep = make_ratio_sweep()
    sweep["curves"][0]["chosen"]["against_own"] = make_against(difference, lower, upper, equivalent)

    assert verdict in words_of("ratio_sweep", sweeps=make_sweeps(sweep))


def test_a_ratio_without_any_score_has_its_reason() -> None:
    """a point that failed on every split is a gap in the curve, a dash in the table, and a sentence"""
    sweep = make_ratio_sweep(("smote", "custom"))
    point = sweep["curves"][0]["points"][1]
    sweep["curves"][0]["points"] = list(sweep["curves"][0]["points"])
    gap = {**point, "metrics": dict.fromkeys(point["metrics"], make_value(None))}
    sweep["curves"][0]["points"][1] = {**gap, "reasons": [{"reason": "no luck", "n": 10}]}

    words = words_of("ratio_sweep", sweeps=make_sweeps(sweep))

    assert "Without a score: smote at 0.158 (ten splits). No luck." in words
    assert "No split has a value here." in words


def test_imbalance_that_moves_the_threshold_is_called_so() -> None:
    """recall always with average precision beside it, and what their falls mean"""
    words = words_of("imbalance", sweeps=make_sweeps(imbalance=make_imbalance_sweep()))

    assert "From 1:1 to 20:1, at the same number of training rows, the recall of baseline with svc goes from " in words
    assert "from 0.81 to 0.28, its average precision from 0.655 to 0.612" in words
    assert "recall falls by over twice the share that average precision does, so it is mostly the threshold." in words


@pytest.mark.parametrize(
    ("recall", "ranking", "meaning"),
    [
        ((0.8, 0.8, 0.8, 0.8, 0.8), (0.6, 0.6, 0.6, 0.6, 0.6), "imbalance as such does no harm here"),
        ((0.8, 0.7, 0.6, 0.5, 0.4), (0.6, 0.5, 0.4, 0.3, 0.2), "so the ranking suffers."),
        ((0.8, 0.7, 0.6, 0.5, 0.4), (0.6, 0.5, 0.5, 0.4, 0.38), "threshold and ranking."),
    ],
)
def test_what_imbalance_does_follows_from_the_numbers(recall, ranking, meaning) -> None:
    """no harm, harm to the ranking, or both"""
    sweep = make_imbalance_sweep(recall=recall, ranking=ranking)

    assert meaning in words_of("imbalance", sweeps=make_sweeps(imbalance=sweep))


def test_a_ratio_that_is_left_out_has_its_reason() -> None:
    """it stands in no chart and no table, but in a sentence"""
    sweep = make_imbalance_sweep(left_out={20.0: "4 minority rows would be left of 40, fewer than 5"})

    words = words_of("imbalance", sweeps=make_sweeps(imbalance=sweep))

    assert "20:1 is left out: 4 minority rows would be left of 40, fewer than 5." in words
    assert "From 1:1 to 10:1" in words


def test_the_best_possible_is_drawn_where_it_is_known() -> None:
    """a dotted line for average precision and Brier score, a row of the table for ROC and log loss too"""
    best = {"average_precision": 0.7, "roc_auc": 0.95, "brier": 0.05, "log_loss": 0.2}
    rows = [{"metric": metric, "value": value, "sd": 0.01, "n": 10, "reason": None} for metric, value in best.items()]

    page = Page(
        render_sections(
            make_results(STRATEGIES, ("svc",), sweeps=make_sweeps(imbalance=make_imbalance_sweep(best_possible=rows))),
            "ratio_sweep",
            "imbalance",
            "leak",
        )
    )

    last = [cell.words for cell in page.rows("imbalance-all")[-1]]
    assert ["best possible", "–no valueb", "–no valueb", "0.700", "0.950", "0.0500", "0.200"] == last[:7]
    assert "what the best possible classifier would reach, 0.700" in page.by_id("imbalance").words


def test_strategies_that_the_spec_lacks_are_told() -> None:
    """smote and custom are swept in any case, with default parameters"""
    sweep = make_imbalance_sweep(listed=[True, False, True])

    assert "Not listed untuned in this job, so run with default parameters: smote." in words_of(
        "imbalance", sweeps=make_sweeps(imbalance=sweep)
    )


def test_balanced_classes_have_nothing_to_leak_and_no_ratio_to_sweep() -> None:
    """a sampler adds no row where the classes are balanced, and the page says so"""
    balanced = {**make_ratio_sweep(), "ratios": [1.0] * 6}

    assert "there is nothing to leak" in words_of("leak", leak=make_leak(n_test_synthetic=0.0, share_synthetic=0.0))
    assert "no ratio to sweep to" in words_of("ratio_sweep", sweeps=make_sweeps(balanced))


def test_one_split_is_called_so() -> None:
    """a job with one split has no first ones"""
    sweeps = make_sweeps({**make_ratio_sweep(), "n_splits": 1}, make_imbalance_sweep(n_splits=1))

    assert "on the only split: smote" in words_of("leak", leak=make_leak(n_splits=1))
    assert all("n the only split" in words_of(section, sweeps=sweeps) for section in ("ratio_sweep", "imbalance"))


HOSTILE = """"><script>alert(1)</script>{{ 7*7 }} &amp; $\\bad$"""


def test_hostile_text_is_shown_as_text() -> None:
    """labels and reasons that are markup stand there as they were written"""
    labels = ("baseline", HOSTILE)
    reasons = [{"reason": HOSTILE, "n": 3}]
    leak = make_leak(
        HOSTILE, (HOSTILE,), proof=make_proof(parents_outside=make_check(strategies=[HOSTILE], untold=[HOSTILE]))
    )
    leak["scores"][0]["reasons"] = {"honest": reasons, "leaked": reasons}
    ratio = make_ratio_sweep((HOSTILE,), (HOSTILE,))
    ratio["curves"][0]["points"][0]["reasons"] = reasons
    imbalance = make_imbalance_sweep(("baseline", HOSTILE, "custom"), HOSTILE, listed=[True, False, False])

    page = Page(
        render_sections(
            make_results(labels, (HOSTILE,), leak=leak, sweeps=make_sweeps(ratio, imbalance)),
            "ratio_sweep",
            "imbalance",
            "leak",
        )
    )

    assert [] == page.problems
    assert not [script for script in page.all("script") if "alert(" in script.text]
    assert all(image.attributes["src"].startswith("data:image/svg+xml,") for image in page.all("img"))
    assert all(HOSTILE[:12] in page.by_id(section).words for section in ("leak", "ratio_sweep", "imbalance"))
