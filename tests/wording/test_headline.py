"""The answer of a job in words: what it says, what it never says, and that it is about what is recommended."""

from __future__ import annotations

import random
import re
from dataclasses import astuple
from typing import Any

import pytest
from evidence_factories import make_diagnosis, make_finding
from outcomes import BETTER, MOVED, OUTCOMES, THRESHOLD, make_moved, make_outcome
from report_factories import make_dataset, make_judged, make_results, make_run

from job.evidence.verdict import recommendation
from job.results.job_facts import Run
from job.results.record import Pair
from job.results.results import Results
from job.results.verdict_facts import AdvisedCutoff, OtherClassifier
from job.wording.headline import GLOSSES, Answer, describe_strategy, tell_answer

STARTS = {
    recommendation.HELPS: "Oversampling helps svc here: ",
    recommendation.PROBABLY_HELPS: "Oversampling probably helps svc here: ",
    recommendation.NO_DIFFERENCE: "Oversampling makes no practical difference to svc here: ",
    recommendation.OPEN: "Whether oversampling helps svc is open: ",
    recommendation.PROBABLY_HARMS: "Oversampling probably makes svc rank worse here: ",
    recommendation.HARMS: "Oversampling makes svc rank worse here: ",
}
LESS = {**MOVED, "average_precision": 0.5}
SAYS_NO = re.compile(r"doesn't help|does not help|no practical difference|rank worse")


def told_of(results: Results, **headline: Any) -> Answer:
    """The answer, with parts of the headline set."""
    verdict = results.verdict.model_copy(update={"headline": results.verdict.headline.model_copy(update=headline)})
    return tell_answer(results.model_copy(update={"verdict": verdict}))


@pytest.fixture(scope="module")
def helps() -> Results:
    return make_outcome({"baseline": {}, "threshold": THRESHOLD, "smote": BETTER})


@pytest.fixture(scope="module")
def moved() -> Results:
    return make_moved()


@pytest.mark.parametrize("code", recommendation.HEADLINE_RULES)
def test_every_code_has_its_sentence(helps: Results, code: str) -> None:
    """one sentence about the classifier, with difference, interval and probability where something was tested"""
    told = told_of(helps, code=code, about=None) if code == recommendation.NOT_ASKED else None
    if told is not None:
        assert "No oversampling strategy was listed, so this job doesn't say whether oversampling helps." == told.short
        return
    if code == recommendation.CANNOT_TELL:
        told = tell_answer(OUTCOMES["cannot tell"]())
        assert told.short == (
            "This job can't tell whether oversampling helps svc: too few splits (three splits with both results, 5 "
            "needed)."
        )
        return
    told = told_of(helps, code=code)
    tested = helps.verdict.rows[0].ranking
    limits = f"(simultaneous 95 % interval {tested.lower:+.3f} to {tested.upper:+.3f})"
    gain = "more than 99 % probability of a gain in average precision of more than 0.010 with smote."
    assert told.short == f"{STARTS[code]}{gain}"
    assert told.found.startswith(f"smote changes average precision by {tested.difference:+.3f} {limits}.")


@pytest.mark.parametrize("code", STARTS)
def test_what_is_not_shown_says_how_many_rows_would_settle_it(helps: Results, code: str) -> None:
    """about the pair that the sentence is about, and only where it isn't settled"""
    open_codes = (recommendation.OPEN, recommendation.PROBABLY_HELPS, recommendation.PROBABLY_HARMS)
    assert (code in open_codes) == ("Detecting a true difference of" in told_of(helps, code=code).found)


def test_of_several_oversamplers_the_best_is_named_as_the_best(helps: Results) -> None:
    """so that nobody takes it for a test of one"""
    assert told_of(helps, n_oversamplers=2).short.endswith(" with smote, the better of two oversamplers.")
    (row,) = helps.verdict.rows
    tested = row.ranking.model_copy(update={"difference": row.ranking.difference + 0.01})
    other = row.model_copy(update={"strategy": "custom", "ranking": tested})
    better = helps.model_copy(update={"verdict": helps.verdict.model_copy(update={"rows": (row, other)})})
    assert told_of(better, n_oversamplers=2).short.endswith(" with smote.")


def judge(strategies: dict[str, Any], n_repeats: int = 10, noise: float = 0.01) -> Results:
    return make_outcome(strategies, n_repeats=n_repeats, noise=noise)


@pytest.mark.parametrize(
    ("custom", "noise", "code"),
    [
        (LESS, 0.01, recommendation.HARMS),
        (MOVED, 0.01, recommendation.NO_DIFFERENCE),
        ({**MOVED, "average_precision": None}, 0.01, recommendation.OPEN),
        ({**MOVED, "average_precision": 0.57}, 0.3, recommendation.OPEN),
    ],
)
def test_no_is_said_only_where_every_oversampler_is_shown(custom: Any, noise: float, code: str) -> None:
    """one that is open, or that never ran, leaves the answer open, however bad the other is"""
    results = (
        judge({"baseline": {}, "custom": custom}, noise=noise)
        if noise > 0.01
        else judge({"baseline": {}, "smote": LESS, "custom": custom})
    )
    told = tell_answer(results)
    assert code == results.verdict.headline.code
    assert (code != recommendation.OPEN) == bool(SAYS_NO.search(told.short))


@pytest.mark.parametrize("name", OUTCOMES)
def test_doesnt_help_is_never_said(name: str) -> None:
    """what is likely is said, and how likely"""
    results = OUTCOMES[name]()
    answer = tell_answer(results, lambda label: "x")
    told = " ".join(part if isinstance(part, str) else " ".join(part) for part in astuple(answer))
    assert not re.search(r"(does not|doesn't|cannot|can't) help", told)
    assert not re.search(r"\b(None|nan|inf|rope|significan\w+)\b|\.\.", told, re.IGNORECASE)
    assert not [part for part in astuple(answer) if "  " in " ".join(part if isinstance(part, tuple) else (part,))]
    if results.verdict.headline.code not in (recommendation.NO_DIFFERENCE, recommendation.HARMS):
        assert "no practical difference" not in answer.short


def other(classifier: str, code: str, strategy: str | None = "smote") -> OtherClassifier:
    return OtherClassifier(classifier=classifier, code=code, strategy=strategy)


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([], ""),
        ([other("knn", "no_practical_difference")], "The same holds for knn."),
        (
            [other("knn", "no_practical_difference"), other("mlp", "no_practical_difference")],
            "The same holds for knn and mlp.",
        ),
        (
            [other("knn", "no_practical_difference"), other("tree", "harms"), other("mlp", "open")],
            "The same holds for knn; with tree, oversampling ranks worse; with mlp, oversampling may or may not help.",
        ),
        (
            [other("knn", "helps"), other("mlp", "helps"), other("tree", "helps", "custom")],
            "With knn and mlp, smote ranks better; with tree, custom ranks better.",
        ),
        ([other("knn", "probably_helps")], "With knn, smote probably ranks better."),
        ([other("knn", "probably_harms")], "With knn, oversampling probably ranks worse."),
        ([other("knn", "cannot_tell")], "With knn, it can't be tested."),
    ],
)
def test_the_other_classifiers_follow_in_one_sentence(
    moved: Results, others: list[OtherClassifier], sentence: str
) -> None:
    """those of one kind together; a gain names its strategy, whose gain it is"""
    assert sentence == told_of(moved, others=others).others


def test_a_gain_elsewhere_names_its_own_strategy(helps: Results) -> None:
    """ "the same" would claim the same strategy"""
    told = told_of(helps, others=[other("knn", "helps", "custom")])
    assert "With knn, custom ranks better." == told.others


def test_the_headline_is_about_the_classifier_that_is_recommended() -> None:
    """whatever the most decisive answer is about"""
    runs = [run.model_dump() for run in make_outcome({"baseline": {}, "smote": LESS}, ("knn", "svc")).runs]
    for run in runs:
        if run["classifier"] == "svc":
            run["metrics"]["average_precision"] *= 1.2 if run["strategy"] == "baseline" else 1.5
    judged = make_judged(map(Run.model_validate, runs), ("baseline", "smote"), ("knn", "svc"))
    headline = judged["verdict"].headline
    assert headline.recommended.classifier == headline.classifier == headline.about.classifier == "svc"
    assert [("knn", "harms")] == [(row.classifier, row.code) for row in headline.others]


@pytest.mark.parametrize(
    ("cutoff", "words"),
    [
        (("cost", 0.12, "cut"), "at the advised cut-off of 0.12"),
        (("cost", None, "always"), "at the advised cut-off (an alert on every row)"),
        (("limit", None, "never"), "at the advised cut-off (no alert at all)"),
        (None, "at its own decision threshold"),
    ],
)
def test_the_price_is_at_the_advised_cutoff(moved: Results, cutoff: Any, words: str) -> None:
    """a cut, an alert on every row or on none; else the strategy's own decision"""
    asked = cutoff and AdvisedCutoff(asked=cutoff[0], threshold=cutoff[1], action=cutoff[2])
    told = told_of(moved, cutoff=asked)
    use, price = told.use, moved.verdict.headline.numbers.price
    assert f"{told.action}{use}".startswith(f"Use svc without resampling (baseline): {words}")
    assert price is not None
    assert f"finds {100 * price['recall']:.0f} of every 100 minority rows" in use
    assert f"{price['false_alarms_per_1000']:.0f} false alerts per 1,000 rows" in use
    assert f"misses and false alerts together cost {price['expected_cost_per_1000']:,.0f} per 1,000 rows" in use


def test_without_a_cost_no_cost_is_told(moved: Results) -> None:
    """none is assumed"""
    numbers = moved.verdict.headline.numbers
    free = numbers.model_copy(update={"price": {**(numbers.price or {}), "expected_cost_per_1000": None}})
    assert "cost" not in told_of(moved, numbers=free).use


def test_threshold_is_not_recommended_by_name() -> None:
    """every strategy has a cut-off, so the model is named and the cut-off beside it"""
    for name in ("moved threshold", "not asked", "without probabilities"):
        results = OUTCOMES[name]()
        assert Pair(strategy="baseline", classifier="svc") == results.verdict.headline.recommended
        assert "Use svc without resampling (baseline)" == tell_answer(results).action


def test_probabilities_that_oversampling_moves_are_told() -> None:
    """beside the true share, where the recommended strategy changes them"""
    results = make_outcome({"baseline": {}, "smote": {**BETTER, "mean_predicted": 0.3}})
    use = tell_answer(results).use
    words = r"Don't read its scores as probabilities: their mean is 0\.\d{3} \(baseline: 0\.\d{3}\), but the true share"
    assert re.search(rf"{words} of minority rows is only 0\.105", use)


def test_one_split_says_what_its_intervals_are_about() -> None:
    """two fitted models, and not the procedure"""
    results = OUTCOMES["one split"]()
    sure = tell_answer(results).sure
    assert sure.startswith("This is based on one split with ")
    assert sure.endswith("not to another split.")


def test_fresh_data_and_training_rows_are_named(moved: Results) -> None:
    """what the difference is about"""
    assert tell_answer(moved).sure == (
        "This is based on ten splits that test 209 minority rows. Intervals apply to new data of the same kind and to "
        "models trained on 1,600 rows."
    )


def test_the_choice_says_why_the_best_mean_is_not_recommended(moved: Results) -> None:
    """practically as good and simpler, or no probable gain; and who was left out"""
    numbers = moved.verdict.headline.numbers
    best = Pair(strategy="smote", classifier="svc")
    simpler = told_of(moved, numbers=numbers.model_copy(update={"best": best, "alike": (*numbers.alike, best)}))
    assert (
        "smote with svc has the best mean average precision; baseline with svc is practically as good and simpler."
        in (simpler.choice)
    )
    alike = (moved.verdict.headline.recommended,)
    unsure = told_of(moved, numbers=numbers.model_copy(update={"best": best, "alike": alike}))
    assert "but its gain over baseline isn't probable enough, so baseline with svc is recommended." in unsure.choice
    failed = OUTCOMES["failed"]()
    assert (
        tell_answer(failed)
        .choice.partition(" At its own advised")[0]
        .endswith("Not ranked, with results on fewer than all 10 splits: smote with svc (9) and smote with knn (9).")
    )


def problems_of(*findings: dict[str, Any]) -> tuple[str, ...]:
    """What is said of a data set with these findings."""
    dataset = make_dataset(diagnosis=make_diagnosis(findings=findings))
    return tell_answer(make_results(("baseline",), ("svc",), dataset=dataset)).problems


def test_problems_with_the_data_come_first() -> None:
    """the first two with two of their columns, the others counted; warnings and notes aren't among them"""
    problem = make_finding("leak", "problem", columns=["a", "b", "c"])
    assert () == problems_of(make_finding(), make_finding(level="warning"))
    assert ("leak was found (a, b, ...).",) == problems_of(make_finding(), problem)
    assert ("x was found.", "x was found.", "1 more is listed in the report under Data difficulty.") == problems_of(
        *[make_finding("x", "problem")] * 3
    )
    assert "2 more are listed in the report under Data difficulty." == problems_of(*[problem] * 4)[-1]


def gloss_of(kind: str, *cuts: float | None, **parts: Any) -> str:
    """What is said between action and price of a recommended strategy of this kind, with these cut-offs."""
    results = make_outcome({"baseline": {}, "smote": BETTER})
    runs = tuple(
        Run.model_validate({**make_run(*place, 0, random.Random(1)), "threshold": cut})
        for place, cut in [
            *((("smote", "svc"), cut) for cut in cuts),
            (("smote", "knn"), 9.0),
            (("baseline", "svc"), 9.0),
        ]
    )
    strategies = (results.strategies[0], results.strategies[1].model_copy(update={"kind": kind, **parts}))
    return tell_answer(results.model_copy(update={"runs": runs, "strategies": strategies})).use.partition(":")[0]


@pytest.mark.parametrize(
    ("cuts", "expected"),
    [
        ((0.2, 0.2), "0.20"),
        ((0.1, 0.3), "about 0.20"),
        ((0.004, 0.006), "about 0.005"),
        ((-1.5, -0.5), "about −1.00"),
        ((0.0, 0.0), "0.00"),
    ],
)
def test_a_moved_cutoff_says_where_it_lies(cuts: tuple[float, ...], expected: str) -> None:
    """the mean over splits with this classifier, with digits enough to tell it from nothing"""
    assert f" (same model with a cut-off of {expected}, no synthetic rows)" == gloss_of("threshold", *cuts)


@pytest.mark.parametrize("kind", GLOSSES)
def test_only_what_needs_words_gets_them(kind: str) -> None:
    """what the recommended strategy does; nothing for baseline, and where it isn't known"""
    expected = f" ({GLOSSES[kind]})" if kind not in ("baseline", "") else ""
    assert expected == gloss_of(kind, None)


@pytest.mark.parametrize(("kind", "before"), [("synthetic", f"{GLOSSES['synthetic']}, "), ("", "")])
def test_weights_are_said(kind: str, before: str) -> None:
    """the recommended strategy oversamples, and tells the model of no other prevalence"""
    weights = {"keep": "prevalence", "real_share": 0.5}
    assert f" ({before}weighted so that each class keeps its total weight)" == gloss_of(kind, None, weights=weights)


def test_our_own_sampler_is_told_from_others(helps: Results) -> None:
    """nobody outside knows what `custom` is"""
    entry = helps.strategies[1].model_copy(update={"name": "custom", "kind": "synthetic"})
    assert "trained with synthetic minority rows from AffinitySMOTE, this project's own sampler" == describe_strategy(
        entry
    )
    assert GLOSSES["synthetic"] == describe_strategy(entry.model_copy(update={"name": "smote"}))
    assert GLOSSES["fewer"] == describe_strategy(entry.model_copy(update={"kind": "fewer"}))


def test_a_cheaper_pair_is_named_beside_the_recommended_one(moved: Results) -> None:
    """models are chosen by ranking, so the cheapest at its cut-off may be another"""
    (mine, *others) = (row for row in moved.decisions.rows if row.cutoff is not None)
    cheap = others[0].model_copy(update={"expected_cost_per_1000": 1.0, "n_splits": mine.n_splits})
    for row, is_told in ((cheap, True), (cheap.model_copy(update={"n_splits": 1}), False)):
        rows = tuple(row if each.place == row.place else each for each in moved.decisions.rows)
        dear = tuple(
            each if each.place == row.place else each.model_copy(update={"expected_cost_per_1000": 722.0})
            for each in rows
        )
        results = moved.model_copy(update={"decisions": moved.decisions.model_copy(update={"rows": dear})})
        words = f"{row.strategy} with {row.classifier} costs 1 on average (recommended: 722)"
        assert is_told == (words in tell_answer(results).choice)
