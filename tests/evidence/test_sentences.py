"""Verdicts and the headline in words: what is counted, singular and plural, signs, and any label."""

from __future__ import annotations

import pytest

from job.evidence.headline_sentences import describe_headline, tell_headline
from job.evidence.rivals import RIVAL_RULES, describe_rival
from job.evidence.rules import RULES
from job.evidence.verdict_sentences import describe_verdict
from job.evidence.words import decimal, more_or_fewer, p_text, percent, rounded, signed, whole

ODD = '<b>{{ 7 }}</b> "=1+1"'
MEANS = {
    "average_precision": (0.5, 0.53),
    "recall": (0.40, 0.61),
    "false_alarms_per_1000": (10.0, 58.2),
    "expected_cost_per_1000": (300.0, 200.0),
    "mean_predicted": (0.1, 0.31),
    "brier": (0.1, 0.2),
    "log_loss": (0.2, 0.4),
    "tp": (16.0, 25.0),
    "fp": (4.0, 24.0),
}


def make_verdict(code, means=(), strategy="smote", **changes):
    numbers = {
        "n_splits": 20,
        "n_splits_total": 20,
        "n_minority_rows": 200,
        "n_distinct_scores": 2.0,
        "method": "corrected_resampled_t",
        "means": {
            name: dict(zip(("baseline", "strategy"), pair, strict=True)) for name, pair in (MEANS | dict(means)).items()
        },
        "curve_gain_of_baseline": 0.24,
        "prevalence": 0.105,
        "primary": "average_precision",
        "rope": 0.01,
        "confidence": 0.95,
        "n_positive": 209,
        "power": {"gain": 0.05, "low": 213, "high": 851},
        "false_alarms_per_found_row": 20 / 9,
    }
    readings = {"primary": 0.03, "recall": 0.21, "recall_at_baseline_fpr": 0.02, "rank_gain_at_own_fpr": -0.03}
    for name, value in readings.items():
        numbers |= {f"{name}_difference": value, f"{name}_lower": value - 0.02, f"{name}_upper": value + 0.02}
        numbers |= {
            f"{name}_p_adjusted": 0.031,
            f"{name}_probability_better": 0.02,
            f"{name}_probability_equivalent": 0.97,
        }
    return {
        "strategy": strategy,
        "classifier": "svc",
        "reference": "baseline",
        "code": code,
        "numbers": {**numbers, **changes},
    }


SENTENCES = {
    "too_few_splits": "Cannot tell whether smote helps svc: three splits have a result of both smote and baseline, "
    "and it takes five splits.",
    "too_few_rows": "Cannot tell whether smote helps svc: all test parts together hold 18 minority rows, and a verdict "
    "takes 20 at the very least. A gain of 0.05 in average precision would show with about 210 to 850 minority rows; "
    "the data has 209.",
    "decisions_only": "svc gives 2 distinct scores in the median split, so it decides and hardly ranks. smote finds 21 "
    "more of every 100 minority rows and raises 48 more false alarms per 1,000 rows: 2.2 more false alarms for each "
    "further minority row, which pays where a missed minority row costs more than 2.2 times as much as a false alarm.",
    "ranks_better": "smote ranks better than baseline with svc: average precision changes by +0.030 (95 % interval "
    "+0.010 to +0.050), adjusted p = 0.031, and at equal false alarms it doesn't find fewer minority rows.",
    "ranks_worse": "smote ranks worse than baseline with svc: average precision changes by +0.030 (95 % interval "
    "+0.010 to +0.050), adjusted p = 0.031, and at equal false alarms it doesn't find more minority rows.",
    "curves_cross": "smote ranks better than baseline in one region and worse in another with svc: average precision "
    "changes by +0.030 (95 % interval +0.010 to +0.050), adjusted p = 0.031. At the false alarms that baseline raises "
    "it finds 2 more of every 100 minority rows; at those that it raises itself, 3 fewer of every 100 minority rows.",
    "mostly_threshold": "smote finds 21 more of every 100 minority rows and raises 48 more false alarms per 1,000 rows "
    "with svc, but at least half of that gain is a moved threshold: without synthetic rows, the same alarms find 24 "
    "more by baseline's own ranking. What the probabilities became: mean predicted probability 0.310 instead of "
    "0.100, where 0.105 of the rows are of the minority; log loss 0.400 instead of 0.200.",
    "equivalent": "smote and baseline rank alike with svc: average precision differs by +0.030 (95 % interval +0.010 "
    "to +0.050), and by no more than 0.01 with a probability of 97 %.",
    "no_worthwhile_gain": "smote brings svc no gain worth having: average precision changes by +0.030 (95 % interval "
    "+0.010 to +0.050), and a gain above 0.01 has a probability of 2 %.",
    "undecided": "Whether smote helps svc stays undecided: average precision changes by +0.030 (95 % interval +0.010 "
    "to +0.050), adjusted p = 0.031. A gain of 0.05 in average precision would show with about 210 to 850 minority "
    "rows; the data has 209.",
}
NEEDED = {"too_few_splits": {"n_splits": 3}, "too_few_rows": {"n_minority_rows": 18}}


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_every_verdict_has_its_sentence(code):
    """its own numbers stand in it"""
    assert SENTENCES[code] == describe_verdict(make_verdict(code, **NEEDED.get(code, {})))


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_any_label_stands_in_it_as_text(code):
    """labels are the user's: nothing is taken out, and the naming of the page is used for all"""
    text = describe_verdict(make_verdict(code, strategy=ODD))
    assert ODD in text
    assert text.replace(ODD, "X") == describe_verdict(make_verdict(code, strategy=ODD), lambda s: s.replace(ODD, "X"))


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ({"recall": (0.4, 0.41), "false_alarms_per_1000": (10, 11)}, "finds 1 more of every 100 minority rows and "
         "raises 1 more false alarm per 1,000 rows"),
        ({"recall": (0.4, 0.4), "false_alarms_per_1000": (10, 10)}, "finds as many of every 100 minority rows and "
         "raises as many false alarms per 1,000 rows"),
        ({"recall": (0.4, 0.35), "false_alarms_per_1000": (10, 7.5)}, "finds 5 fewer of every 100 minority rows and "
         "raises 2.5 fewer false alarms per 1,000 rows"),
    ],
)  # fmt: skip
def test_more_and_fewer(means, expected):
    """gains, losses and ties each have their words"""
    assert expected in describe_verdict(make_verdict("mostly_threshold", means))


@pytest.mark.parametrize(
    ("found", "alarms", "expected"),
    [
        ((16, 25), (4, 24), "2.2 more false alarms for each further minority row, which pays where a missed minority "
         "row costs more than 2.2 times"),
        ((25, 16), (24, 4), "2.2 fewer false alarms for each minority row lost, which pays where a missed minority row "
         "costs less than 2.2 times"),
        ((16, 25), (24, 4), ": it pays at any cost."),
        ((25, 16), (4, 24), ": it pays at no cost."),
    ],
)  # fmt: skip
def test_what_decisions_pay(found, alarms, expected):
    """the ratio at which it breaks even, in whichever direction, and where there is none"""
    assert expected in describe_verdict(make_verdict("decisions_only", {"tp": found, "fp": alarms}))


def test_states_without_numbers():
    """no probabilities, no p, no power and identical rankings are told without gaps"""
    nothing = {"mean_predicted": (None, None), "log_loss": (None, None)}
    assert "probabilities" not in describe_verdict(make_verdict("mostly_threshold", nothing))
    alone = make_verdict("undecided", primary_p_adjusted=None, power={"gain": 0.05, "low": None, "high": None})
    assert describe_verdict(alone).endswith("without a p-value.")
    same = make_verdict("equivalent", primary_probability_equivalent=None, primary_difference=0.0)
    assert "average precision is the same on every split." in describe_verdict(same)
    many = make_verdict("undecided", n_positive=5000)
    assert describe_verdict(many).endswith("the data has 5,000, so one that large would probably have shown.")
    one = make_verdict("too_few_splits", n_splits=1, n_splits_total=1, n_minority_rows=1)
    assert "it has one minority row in its test part. It takes 40 there, or five splits or more." in describe_verdict(
        one
    )
    none = make_verdict("too_few_splits", n_splits=0)
    assert "no split has a result of both smote and baseline." in describe_verdict(none)


def make_headline(code, verdict=None, n_tried=10, candidates=3, **numbers):
    best = {"strategy": "custom", "classifier": "svc"}
    recommended = None if code == "cannot_tell" else {"strategy": "threshold", "classifier": "svc"}
    others = [{"strategy": f"s{place}", "classifier": "svc"} for place in range(candidates - 2)]
    price = {
        "false_alarms_per_1000": 1.02,
        "expected_cost_per_1000": 231.4,
        "recall": 0.62,
        "mean_predicted": 0.105,
    }
    about = None if verdict is None else {key: verdict[key] for key in ("strategy", "classifier")}
    found = {
        "primary": "average_precision",
        "n_tried": n_tried,
        "best": best,
        "candidates": [best, recommended, *others][:candidates],
        "n_oversampling": 4,
        "about": about,
        "price": None if recommended is None else price,
        "prevalence": 0.104,
    }
    return {"code": code, "recommended": recommended, "numbers": {**found, **numbers}}


ANSWERS = {
    "helps": (
        "Oversampling helps svc here: it ranks better.",
        "smote ranks better than baseline, average precision +0.030 (95 % interval +0.010 to +0.050). That survives "
        "the adjustment for four combinations of an oversampling strategy and a classifier.",
    ),
    "helps_but_not_needed": (
        "Oversampling helps svc here, but what is recommended does without.",
        "smote ranks better than baseline, average precision +0.030 (95 % interval +0.010 to +0.050). That survives "
        "the adjustment for four combinations of an oversampling strategy and a classifier.",
    ),
    "not_confirmed": (
        "No gain from oversampling is confirmed here: the one that was seen may be luck.",
        "Taken alone, smote ranks better than baseline, average precision +0.030 (95 % interval +0.010 to +0.050) with "
        "svc, but that doesn't survive the adjustment for four combinations of an oversampling strategy and a "
        "classifier.",
    ),
    "no_help": (
        "Oversampling doesn't help svc here: a moved threshold finds as many.",
        "smote finds 21 more of every 100 minority rows, but only by raising 48 more false alarms per 1,000 rows; "
        "without synthetic rows, the same alarms find 24 more and the probabilities stay honest. At 95 % confidence, "
        "less than half of what smote finds more is better ranking.",
    ),
    "undecided": (
        "Undecided: these data can't show whether oversampling helps.",
        SENTENCES["mostly_threshold"],
    ),
    "cannot_tell": ("This job cannot tell whether oversampling helps.", SENTENCES["mostly_threshold"]),
}


@pytest.mark.parametrize("code", ANSWERS)
def test_the_answer_comes_first(code):
    """a short sentence says whether it helps, and the verdict behind it has its own"""
    verdict = make_verdict("mostly_threshold")
    told = tell_headline(make_headline(code, verdict), [verdict])
    assert ANSWERS[code] == (told.short, told.why)
    assert told.short == describe_headline(make_headline(code, verdict), [verdict])[0]


def test_one_gain_needs_no_adjustment():
    """with one oversampling strategy and one classifier nothing is said of the others"""
    verdict = make_verdict("ranks_better")
    told = tell_headline(make_headline("helps", verdict, n_oversampling=1), [verdict])
    assert told.why.endswith("(95 % interval +0.010 to +0.050).")


def test_crossing_curves_are_no_clear_gain():
    """an answer of yes or no would be wrong in one of the regions"""
    verdict = make_verdict("curves_cross")
    told = tell_headline(make_headline("no_help", verdict), [verdict])
    short = "Oversampling is no clear gain with svc here: it ranks better in one region, worse in another."
    assert (short, SENTENCES["curves_cross"]) == (told.short, told.why)


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("mostly_threshold", {"curve_gain_of_baseline": 0.19}, "its gain is mostly a moved threshold"),
        ("mostly_threshold", {"curve_gain_of_baseline": None}, "its gain is mostly a moved threshold"),
        ("mostly_threshold", {"curve_gain_of_baseline": 0.2099}, "a moved threshold finds as many"),
        ("decisions_only", {}, "it only trades false alarms for minority rows"),
        ("ranks_worse", {}, "it ranks worse"),
        ("equivalent", {}, "it ranks no differently"),
        ("no_worthwhile_gain", {}, "it brings no gain worth having"),
    ],
)
def test_the_answer_has_its_reason(code, changes, expected):
    """in a few words, from the verdict that it quotes"""
    verdict = make_verdict(code, **changes)
    assert (
        f"Oversampling doesn't help svc here: {expected}."
        == tell_headline(make_headline("no_help", verdict), [verdict]).short
    )


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("too_few_splits", {"n_splits": 3}, "too few splits to compare"),
        ("too_few_splits", {"n_splits": 0}, "there is nothing to compare"),
        ("too_few_rows", {}, "too few minority rows"),
    ],
)
def test_what_cannot_be_told_has_its_reason(code, changes, expected):
    """what is missing"""
    verdict = make_verdict(code, **changes)
    told = tell_headline(make_headline("cannot_tell", verdict), [verdict])
    assert f"This job cannot tell whether oversampling helps: {expected}." == told.short


def test_honest_probabilities_are_claimed_only_where_they_are():
    """where the oversampler's mean probability is nearer to the truth, nothing is said about honesty"""
    verdict = make_verdict("mostly_threshold", {"mean_predicted": (0.08, 0.104)})
    told = tell_headline(make_headline("no_help", verdict), [verdict])
    assert "the same alarms find 24 more. At 95 %" in told.why
    untested = make_verdict("mostly_threshold", rank_gain_at_own_fpr_upper=None)
    assert tell_headline(make_headline("no_help", untested), [untested]).why.endswith("the probabilities stay honest.")


def compare(before, after, lower=None, upper=None, p_adjusted=None):
    difference = None if after is None else after - before
    tested = {"difference": difference, "lower": lower, "upper": upper, "p_adjusted": p_adjusted}
    return {"baseline": before, "strategy": after, **tested}


def make_beside(method="corrected_resampled_t", **metrics):
    found = {
        "recall": compare(0.67, 0.85, 0.14, 0.22, 0.001),
        "false_alarms_per_1000": compare(9.0, 41.4, 23.0, 42.0, 0.001),
        "average_precision": compare(0.86, 0.86),
        "mean_predicted": compare(0.081, 0.219, 0.1, 0.2, 0.001),
        "brier": compare(0.04, 0.09, 0.01, 0.09, 0.001),
    }
    return {"n_splits": 20, "method": method, "metrics": found | metrics}


def make_told(code="no_help", beside=None, verdict=None, recommended="threshold", **numbers):
    verdict = verdict or make_verdict("mostly_threshold")
    basis = {"n_splits": 20, "n_minority_rows": 208, "confidence": 0.95, "baseline": "baseline"}
    headline = make_headline(code, verdict, **{**basis, "beside_baseline": beside, **numbers})
    if headline["recommended"] is not None:
        headline["recommended"] = {"strategy": recommended, "classifier": "svc"}
    return tell_headline(headline, [verdict])


START = "Instead, use threshold with svc: it finds "


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({}, "85 of every 100 minority rows instead of 67 and raises 41 false alarms per 1,000 rows instead of 9. Its "
         "mean predicted probability is 0.219 instead of 0.081, the true share 0.104."),
        ({"mean_predicted": compare(0.1, 0.1), "brier": compare(0.05, 0.05)},
         "85 of every 100 minority rows instead of 67 and raises 41 false alarms per 1,000 rows instead of 9."),
        ({"mean_predicted": compare(None, None), "brier": compare(None, None),
          "recall": compare(0.67, 0.60, -0.2, 0.06, 0.3), "false_alarms_per_1000": compare(1.0, 1.0)},
         "60 of every 100 minority rows instead of 67 and raises 1 false alarm per 1,000 rows, as baseline does."),
        ({"mean_predicted": compare(None, None), "recall": compare(0.67, 0.67)}, "67 of every 100 minority rows, as "
         "baseline does, and raises 41 false alarms per 1,000 rows instead of 9."),
    ],
)  # fmt: skip
def test_what_to_use_is_told_beside_baseline(metrics, expected):
    """what it finds and raises, each beside baseline's, and what becomes of probabilities"""
    assert START + expected == make_told(beside=make_beside(**metrics)).use


def test_what_to_use_where_there_is_nothing_beside_it():
    """baseline is left as it is, no split in common is said, and results without these numbers have a sentence too"""
    told = make_told(recommended="baseline")
    assert "Leave svc as it is (baseline): it finds 62 of every 100 minority rows and raises 1 false alarm per 1,000 " \
        "rows." == told.use  # fmt: skip
    nothing = make_beside(recall=compare(None, None), false_alarms_per_1000=compare(None, None))
    assert (
        "Instead, use threshold with svc: no split has a result of both it and baseline."
        == make_told(beside=nothing).use
    )
    assert "Nothing is recommended." == make_told("cannot_tell").use
    older = tell_headline(make_headline("no_help"), [])
    assert START + "62 of every 100 minority rows and raises 1 false alarm per 1,000 rows." == older.use
    assert "" == older.sure


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("helps", "Use"),
        ("no_oversampling_strategy", "Use"),
        ("no_help", "Instead, use"),
        ("undecided", "Without oversampling, use"),
        ("not_confirmed", "Without oversampling, use"),
        ("helps_but_not_needed", "Without oversampling, use"),
    ],
)
def test_what_to_use_says_first_what_it_is_about(code, expected):
    """an answer about oversampling, and then what does without it, contradict each other unless that is said"""
    assert make_told(code).use.startswith(f"{expected} threshold with svc: it finds")
    headline = make_headline(code)
    assert tell_headline(headline, [], gloss="same model").use.startswith(
        f"{expected} threshold with svc (same model): it finds"
    )


TESTED = "20 splits, 208 of the 209 minority rows tested."
LIMITS = "(95 % interval +14 to +22)"
BLIND = "one split only, 52 minority rows in its test part; another may turn out differently."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"beside": make_beside()}, f"That recall rises is unlikely to be chance {LIMITS}: {TESTED}"),
        ({"beside": make_beside(recall=compare(0.8, 0.6, -0.24, -0.16, 0.01))}, "That recall falls is unlikely to be "
         f"chance (95 % interval −24 to −16): {TESTED}"),
        ({"beside": make_beside(recall=compare(0.8, 0.6, -0.3, -0.1, 0.01))}, "That recall falls is unlikely to be "
         f"chance, by how much is uncertain (95 % interval −30 to −10): {TESTED}"),
        ({"beside": make_beside(), "n_minority_rows": 28}, "That recall rises is unlikely to be chance, by how much is "
         "uncertain (95 % interval +14 to +22): 20 splits, only 28 minority rows tested."),
        ({"beside": make_beside(), "n_minority_rows": 209}, f"That recall rises is unlikely to be chance {LIMITS}: 20 "
         "splits, all 209 minority rows tested."),
        ({"beside": make_beside(recall=compare(0.67, 0.7, p_adjusted=0.01))}, "That recall rises is unlikely to be "
         f"chance: {TESTED}"),
        ({"beside": make_beside(recall=compare(0.67, 0.7, -0.1, 0.16, 0.2))}, "Not sure, that recall rises may be "
         f"chance (95 % interval −10 to +16): {TESTED}"),
        ({"beside": make_beside(recall=compare(0.67, 0.67))}, f"Recall is the same on every split: {TESTED}"),
        ({"beside": make_beside("none", recall=compare(0.67, 0.7))}, f"The difference in recall cannot be tested: "
         f"{TESTED}"),
        ({"beside": make_beside("paired_bootstrap_one_split"), "n_splits": 1, "n_minority_rows": 52}, "That "
         f"recall rises is unlikely to be the luck of these test rows {LIMITS}: {BLIND}"),
        ({"recommended": "baseline", "n_splits": 1, "n_minority_rows": 52}, f"Only as far as these test rows go: "
         f"{BLIND}"),
        ({"recommended": "baseline"}, f"Fairly, nothing else is confirmed to rank better: {TESTED}"),
        ({"recommended": "baseline", "code": "helps_but_not_needed"}, f"Fairly: {TESTED}"),
        ({"recommended": "baseline", "code": "undecided"}, "Whether something else would be better stays open: "
         f"{TESTED}"),
        ({"recommended": "baseline", "n_tried": 1}, f"Nothing was there to compare it with: {TESTED}"),
        ({"code": "cannot_tell"}, f"It cannot be told: {TESTED}"),
    ],
)  # fmt: skip
def test_how_sure_that_is(changes, expected):
    """chance or not, the splits and the minority rows are told in every state"""
    assert f"How sure? {expected}" == make_told(**changes).sure


def test_other_classifiers_are_named():
    """what doesn't help one classifier isn't said of the others without a look"""
    first, second, third = (
        {**make_verdict(code), "classifier": label}
        for label, code in (("svc", "mostly_threshold"), ("knn", "undecided"), ("mlp", "ranks_better"))
    )
    texts = describe_headline(make_headline("no_help", first), [first, second, third])
    assert "With knn no oversampling strategy is shown to rank better either." in texts


def test_classifiers_without_a_comparison_are_not_judged():
    """where too little ran, nothing is said about ranking"""
    first, second, third = (
        {**make_verdict(code), "classifier": label}
        for label, code in (("svc", "mostly_threshold"), ("knn", "too_few_splits"), ("mlp", "undecided"))
    )
    headline = make_headline("no_help", first)
    assert "Whether oversampling helps knn cannot be told." == tell_headline(headline, [first, second]).others
    mlp = "With mlp no oversampling strategy is shown to rank better either."
    assert (
        f"{mlp} Whether oversampling helps knn cannot be told."
        == tell_headline(headline, [first, second, third]).others
    )


def test_what_is_recommended_and_its_price():
    """how many were tried, how many are as good, and what the winner costs"""
    told = make_told()
    assert (
        "Of ten combinations of a strategy and a classifier, custom with svc has the best mean average precision, "
        "which no threshold moves; two others aren't distinguishable from it. Recommended is threshold with svc: of "
        "these, leaving out oversampling without a confirmed gain, it costs least.",
        "At its own decision it finds 62 of every 100 minority rows, raises 1 false alarm per 1,000 rows and costs 231 "
        "per 1,000 rows; its mean predicted probability is 0.105, the true share 0.104.",
    ) == (told.choice, told.price)


@pytest.mark.parametrize(
    ("n_tried", "candidates", "choice"),
    [
        (10, 1, "all others are distinguishable from it. Recommended is threshold with svc: no gain from oversampling "
         "is confirmed, and of the best without it this costs least."),
        (2, 1, "a test tells the other from it."),
        (3, 2, "one other isn't distinguishable from it."),
        (2, 2, "one other isn't distinguishable from it."),
        (1, 1, ""),
    ],
)  # fmt: skip
def test_how_many_were_tried(n_tried, candidates, choice):
    """one, none and many"""
    verdict = make_verdict("mostly_threshold")
    told = tell_headline(make_headline("no_help", verdict, n_tried, candidates), [verdict])
    assert choice in told.choice
    assert (n_tried == 1) == ("the only combination that was tried" in told.use)


def test_what_failed_runs_left_out_is_named():
    """in the choice, with the number of splits; no more than five by name"""
    verdict = make_verdict("mostly_threshold")
    rows = [{"strategy": f"s{place}", "classifier": "svc", "n_splits": place} for place in range(1, 8)]
    told = tell_headline(make_headline("no_help", verdict, left_out=rows[:1], n_splits_scored=20), [verdict])
    assert told.choice.endswith(" Left out for having a result on fewer than all 20 splits: s1 with svc (1).")
    told = tell_headline(make_headline("no_help", verdict, 1, 1, left_out=rows, n_splits_scored=20), [verdict])
    assert (
        "Left out for having a result on fewer than all 20 splits: s1 with svc (1), s2 with svc (2), s3 with svc (3), "
        "s4 with svc (4), s5 with svc (5) and 2 more."
    ) == told.choice
    assert "the only combination with a result on every split" in told.use


def test_without_an_over_sampler_or_a_test():
    """both states have their sentence, and nothing is recommended where nothing can be"""
    assert describe_headline(make_headline("no_oversampling_strategy"), [])[0].startswith("No oversampling strategy")
    assert [
        "This job cannot tell whether oversampling helps: no strategy could be tested.",
        "Nothing is recommended.",
    ] == describe_headline(make_headline("cannot_tell"), [])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("cannot_tell", "Cannot tell ours from smote with svc: fewer than 5 splits have a value of both."),
        ("better", "ours ranks better than smote with svc: ROC AUC +0.020 (90 % interval +0.010 to +0.030, p = 0.20)."),
        ("worse", "ours ranks worse than smote with svc: ROC AUC +0.020 (90 % interval +0.010 to +0.030, p = 0.20)."),
        ("equivalent", "ours and smote rank alike with svc: ROC AUC +0.020 (90 % interval +0.010 to +0.030, p = 0.20), "
         "within 0.01 with a probability of 96 %."),
        ("undecided", "Between ours and smote no difference is shown with svc: ROC AUC +0.020 (90 % interval +0.010 to "
         "+0.030, p = 0.20)."),
    ],
)  # fmt: skip
def test_ours_against_smote_has_its_own_sentence(code, expected):
    """in every state"""
    numbers = {
        "difference": 0.02,
        "lower": None if code == "cannot_tell" else 0.01,
        "upper": 0.03,
        "p_value": 0.2,
        "probability_equivalent": 0.96,
        "reason": "fewer than 5 splits have a value of both",
        "primary": "roc_auc",
        "rope": 0.01,
        "confidence": 0.9,
    }
    judged = {"strategy": "ours", "reference": "smote", "classifier": "svc", "code": code, "numbers": numbers}
    assert expected == describe_rival(judged)
    assert code in RIVAL_RULES


def test_numbers_in_words():
    """minus signs, no negative zero, and rounding that says so"""
    assert ["−0.021", "0.000", "+0.021"] == [signed(-0.0213), signed(-0.0001), signed(0.0213)]
    assert ["1,234.5", "0", "−3"] == [decimal(1234.5, 1), decimal(-0.2, 0), decimal(-3, 0)]
    assert ["2.5", "3", "48", "0"] == [whole(2.5), whole(3.02), whole(48.2), whole(0.01)]
    assert ["less than 1 %", "50 %", "more than 99 %"] == [percent(0.0), percent(0.5), percent(1.0)]
    assert ["p < 0.001", "p = 0.031", "p = 0.31"] == [p_text(1e-5), p_text(0.031), p_text(0.31)]
    assert ["7", "26", "850", "1,200"] == [rounded(6.2), rounded(26), rounded(851), rounded(1234)]
    assert "1 fewer row" == more_or_fewer(-1.04, "row", "rows")
