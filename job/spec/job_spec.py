"""The schema of a spec: every key, its kind, its default and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt
from pydantic.json_schema import SkipJsonSchema

from job.names import PRIMARY_METRICS
from job.spec.file_keys import FileSpec
from job.spec.generators import Generate
from job.spec.spec_section import SEED, Complaint, Given, Label, Section, Seed, one_of, tidy
from job.spec.strategy_entries import BASELINE, CALIBRATED, ClassifierEntry, Entry, StrategyEntry
from job.text import guess, shorten


def _generate_or_file(given: Given) -> Iterable[Complaint]:
    has = [key for key in ("generate", "file") if given.raw(key) is not None]
    if len(has) == 2:
        yield ("file",), "stands beside generate; a job has one kind of data, so keep one of the two"
    elif not has:
        yield (), "has neither generate nor file; write data.generate to draw data, or data.file to read a file"


class DataSpec(Section):
    """Where the data comes from: exactly one of generate and file."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["generate"]}, {"required": ["file"]}]})

    rules = (_generate_or_file,)

    generate: Generate | None = None
    """Data to draw"""
    file: FileSpec | None = None
    """A file to read"""


LIMITS = ("false_alarms_per_1000", "recall", "precision")
"""What a cut-off can be limited by."""


FOLDS_TWICE: Mapping[str, Any] = {"method": "kfold", "n_splits": 10, "n_repeats": 2}
"""What is run where the spec says neither how rows are parted nor how often; docs/verdict.md has the reasons."""

_CHOOSE_HOLDOUT = ("test_size", "n_repeats")

METHODS_OF = {"test_size": ("holdout", "time"), "n_splits": ("kfold",), "random_state": ("holdout", "kfold")}
"""Keys that not every method takes, and the methods that do."""

N_REPEATS: Mapping[str, int] = {"holdout": 20, "kfold": 1, "time": 1, "predefined": 1}
"""How often each method is repeated by default."""

ONCE = ("time", "predefined")
"""Methods that part the rows in one way only."""


def _method(given: Given) -> Any:
    """The method that is written, or else the one that the other keys choose."""
    if "method" in given:
        return given["method"]
    return "holdout" if any(key in given for key in _CHOOSE_HOLDOUT) else FOLDS_TWICE["method"]


def _keys_of_the_method(given: Given) -> Iterable[Complaint]:
    method = _method(given)
    for key, methods in METHODS_OF.items():
        if key in given and method not in methods:
            yield (key,), f"belongs to method {' or '.join(methods)}, and method is {method}; leave it out"
    if method in ONCE and "n_repeats" in given and given["n_repeats"] != 1:
        yield ("n_repeats",), f"got {given['n_repeats']}, must be 1: method {method} parts the rows in one way only"


class SplitSpec(Section):
    """Which rows train and which rows test."""

    rules = (_keys_of_the_method,)

    method: Literal["holdout", "kfold", "time", "predefined"] = Field(
        default="holdout",
        description="How rows are parted; time tests on the latest, predefined on those that the data marks. Default: "
        "10 folds, twice; holdout where test_size or n_repeats is given",
    )
    test_size: StrictFloat = Field(default=0.2, gt=0, lt=1)
    """Share of the rows that test, for holdout and time"""
    n_splits: StrictInt = Field(default=5, ge=2, le=1000)
    """Folds, for kfold. Default: 5, and 10 where no method is given"""
    n_repeats: StrictInt = Field(default=20, ge=1, le=10_000)
    """How often rows are parted anew. Default: 20 for holdout, 2 without a method, else 1"""
    random_state: Seed = SEED
    """Seed of the first repeat. Default: seed"""

    @property
    def is_default(self) -> bool:
        """Whether the spec says neither how rows are parted nor how often."""
        return not {"method", *_CHOOSE_HOLDOUT} & self.model_fields_set

    def _fill(self) -> None:
        self._put(**FOLDS_TWICE if self.is_default else {"n_repeats": N_REPEATS[self.method]})

    def _keeps(self, key: str) -> bool:
        return self.method in METHODS_OF.get(key, (self.method,))


class PreparationSpec(Section):
    """How columns become numbers; fitted on the training part only."""

    scale: Literal["standard", "robust", "none"] = "standard"
    """How numeric columns are scaled"""
    impute: Literal["median", "mean", "most_frequent"] = "median"
    """What a missing number becomes; a missing category is one of its own, unless rare"""
    max_categories: StrictInt = Field(default=20, ge=2, le=10_000)
    """Most categories of a column; rarer ones become one infrequent category"""


def _costs_something(given: Given) -> Iterable[Complaint]:
    if given["false_negative"] == 0 and given["false_positive"] == 0:
        yield ("false_negative",), "got 0 for both kinds of error, must be > 0 for at least one"


class CostSpec(Section):
    """What errors cost, in any unit."""

    rules = (_costs_something,)

    false_negative: StrictFloat = Field(ge=0, le=1e12)
    """What one missed minority row costs"""
    false_positive: StrictFloat = Field(default=1.0, ge=0, le=1e12)
    """What one false alarm costs"""


def _is_one_limit(given: Given) -> Iterable[Complaint]:
    has = [key for key in LIMITS if given[key] is not None]
    if len(has) != 1:
        found = f"has {' and '.join(has)}" if has else "has none of its keys"
        yield (), f"{found}; write exactly one of {', '.join(LIMITS)}"


class LimitSpec(Section):
    """What the advised cut-off must keep to: exactly one of its keys."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in LIMITS]})

    rules = (_is_one_limit,)

    false_alarms_per_1000: Annotated[StrictFloat, Field(ge=0, le=1000)] | SkipJsonSchema[None] = None
    """At most so many false alarms for each 1,000 rows"""
    recall: Annotated[StrictFloat, Field(ge=0, le=1)] | SkipJsonSchema[None] = None
    """At least this share of the minority rows found, 0.95 say for screening"""
    precision: Annotated[StrictFloat, Field(ge=0, le=1)] | SkipJsonSchema[None] = None
    """At least this share of the alerts right, 0.9 say for confirming"""


def _ratios_differ(given: Given) -> Iterable[Complaint]:
    ratios = given["imbalance_sweep"]
    for index, ratio in enumerate(ratios):
        if ratio in ratios[:index]:
            yield ("imbalance_sweep", index), f"got {ratio:g} a second time; once is enough"


class EvaluationSpec(Section):
    """How results are judged."""

    rules = (_ratios_differ,)

    primary: Annotated[str, one_of(PRIMARY_METRICS)] = "average_precision"
    """The metric that ranks strategies"""
    rope: Literal["auto"] | Annotated[StrictFloat, Field(ge=0, lt=1)] = Field(
        default="auto",
        description="Differences up to this are no practical difference; auto: .04 m (1 - m) around baseline's mean m "
        "for average precision, .01 elsewhere",
    )
    confidence: StrictFloat = Field(default=0.95, gt=0.5, lt=1)
    """Confidence of intervals; a difference counts where its p is below one minus this"""
    alerts_per_1000: Annotated[StrictFloat, Field(ge=0.001, le=1000)] | None = Field(
        default=None,
        description="Alerts that can be looked at for each 1,000 rows; the advised cut-off then keeps to them. "
        "Default: no capacity is assumed, and rankings are read at as many alerts as there are minority rows",
    )
    cost: CostSpec | None = None
    """What errors cost; the advised cut-off is then the cheapest. Default: nothing is assumed"""
    limit: LimitSpec | None = None
    """What the advised cut-off must keep to. Default: nothing"""
    prevalence_in_use: Annotated[StrictFloat, Field(gt=0, lt=1)] | None = None
    """Share of positive rows where the model will be used. Default: that of the data"""
    calibrated: StrictBool = False
    """Whether each strategy is also run inside CalibratedClassifierCV: five more fits"""
    ratio_sweep: tuple[Annotated[Label, Field(title="the label of a strategy")], ...] = Field(
        default=(), title="a list of labels of strategies"
    )
    """Strategies whose sampling_strategy goes from the data's own ratio to 1"""
    imbalance_sweep: tuple[Annotated[StrictFloat, Field(ge=1, le=10_000)], ...] = Field(
        default=(), title="a list of imbalance ratios >= 1, [1, 2, 5, 10] say"
    )
    """Imbalance ratios that the training part is thinned to"""


def _parents_have_rows(given: Given) -> Iterable[Complaint]:
    if given["synthetic_parents"] and not given["synthetic"]:
        yield ("synthetic_parents",), "got true, which needs report.synthetic: true, the rows whose parents these are"


class ReportSpec(Section):
    """What is written beside the numbers."""

    rules = (_parents_have_rows,)

    timings: StrictBool = False
    """Whether the page shows durations; its bytes then vary from run to run"""
    model: StrictBool = False
    """Whether the recommended pipeline, fitted on all rows, is saved as model.skops"""
    synthetic: StrictBool = False
    """Whether the rows that each sampler adds are written, as your file has its own; not anonymous"""
    synthetic_parents: StrictBool = Field(
        default=False,
        description="Whether the parents and weights of these rows are written, too; needs synthetic: true. "
        "Real rows can be computed from them",
    )


class EngineSpec(Section):
    """How the job is executed; results do not depend on it."""

    workers: Literal["auto"] | Annotated[StrictInt, Field(ge=1, le=1024)] = "auto"
    """Worker processes; auto: as many as processors and memory allow"""
    run_timeout: Annotated[StrictFloat, Field(gt=0)] | None = None
    """Seconds that one run may take before it is ended and failed. Default: any time"""


def _labels(given: Given, key: str) -> list[tuple[str | None, str | None]]:
    """Name and label of each entry; None for both where it isn't right."""
    entries = given.raw(key)
    return [_label(entry) for entry in entries] if isinstance(entries, list | tuple) else []


def _label(entry: object) -> tuple[str | None, str | None]:
    try:
        made = Entry.model_validate(entry)
    except ValueError:
        return None, None
    return made.name, made.label


def _run_labels(given: Given) -> list[str]:
    """Labels of the strategies that are run, baseline's included."""
    labels = _labels(given, "strategies")
    always = [] if BASELINE in [name for name, _ in labels] else [BASELINE]
    return [*always, *(label for _, label in labels if label)]


def _unique_labels(given: Given) -> Iterable[Complaint]:
    """No two entries of a list have one label."""
    for key in ("strategies", "classifiers"):
        owners: dict[str, str] = {}
        labels = _labels(given, key)
        if key == "strategies" and BASELINE not in [name for name, _ in labels]:
            owners[BASELINE] = "the baseline, which is always run"
        for index, (name, label) in enumerate(labels):
            if name == BASELINE and name in [other for other, _ in labels[:index]]:
                yield (key, index), "baseline stands here a second time; once is enough"
            elif label in owners:
                yield (key, index), f"label {label} belongs to {owners[label]} already; give this entry another label"
            if label:
                owners.setdefault(label, f"{key}[{index}]")


def _calibrated_labels_are_free(given: Given) -> Iterable[Complaint]:
    """No listed strategy has the label of one that ``evaluation.calibrated`` adds."""
    if not given["evaluation", "calibrated"]:
        return
    taken = {f"{label}{CALIBRATED}": label for label in _run_labels(given)}
    for index, (_, label) in enumerate(_labels(given, "strategies")):
        if label in taken:
            why = f"is that of {taken[label]} inside CalibratedClassifierCV, which evaluation.calibrated adds"
            yield ("strategies", index), f"label {label} {why}; give this entry another label"


def _swept_strategies_are_listed(given: Given) -> Iterable[Complaint]:
    """``evaluation.ratio_sweep`` names labels of strategies, each once."""
    given["strategies"]
    known = _run_labels(given)
    labels = [" ".join(text.split()) for text in given["evaluation", "ratio_sweep"] or ()]
    for index, label in enumerate(labels):
        path = ("evaluation", "ratio_sweep", index)
        if label in labels[:index]:
            yield path, f"{shorten(label, 60)} stands here a second time; once is enough"
        elif label not in known:
            yield path, f"unknown strategy label {shorten(label, 60)!r}{guess(label, known)}"


_COLUMNS = {"time": ("time", "a column to sort by"), "predefined": ("split", "a column that says train or test")}


def _split_has_its_column(given: Given) -> Iterable[Complaint]:
    """Two methods part the rows by a column, which only a file has."""
    method, _, _ = given["split", "method"], given["data", "file"], given["data", "generate"]
    key, what = _COLUMNS.get(method, ("", ""))
    if key and given.raw("data", "file", key) is None:
        yield ("split", "method"), f"{method} needs data.file.{key}, {what}"


_STRATEGIES = tuple(map(StrategyEntry.model_validate, (BASELINE, "class_weight", "threshold", "smote", "custom")))
_CLASSIFIERS = tuple(map(ClassifierEntry.model_validate, ("logistic_regression", "hist_gradient_boosting")))


class JobSpec(Section):
    """What a job is asked to do."""

    rules = (_unique_labels, _calibrated_labels_are_free, _swept_strategies_are_listed, _split_has_its_column)

    title: Annotated[str, Field(title="a title", min_length=1, max_length=200), BeforeValidator(tidy)] = (
        "Does oversampling help?"
    )
    """Title of the report"""
    seed: Seed = SEED
    """Seed of everything that is drawn"""
    data: DataSpec
    """Where the data comes from: data.generate or data.file"""
    split: SplitSpec = SplitSpec()
    """Which rows train and which rows test"""
    preparation: PreparationSpec = PreparationSpec()
    """How columns become numbers"""
    strategies: tuple[StrategyEntry, ...] = Field(default=_STRATEGIES, title="a list of strategies")
    """What is compared; baseline is always run, listed or not"""
    classifiers: tuple[ClassifierEntry, ...] = Field(default=_CLASSIFIERS, title="a list of classifiers", min_length=1)
    """What each strategy is tried with"""
    evaluation: EvaluationSpec = EvaluationSpec()
    """How results are judged"""
    report: ReportSpec = ReportSpec()
    """What is written beside the numbers"""
    engine: EngineSpec = EngineSpec()
    """How the job is executed"""

    @property
    def baseline(self) -> Entry:
        """The strategy that all others are compared with: as listed, or else the plain one."""
        listed = (entry for entry in self.strategies if entry.name == BASELINE)
        return next(listed, StrategyEntry.model_validate(BASELINE))

    def _fill(self) -> None:
        if "random_state" not in self.split.model_fields_set:
            self.__dict__["split"] = self.split.model_copy(update={"random_state": self.seed})
        if self.data.generate is not None and "random_state" not in self.data.generate.model_fields_set:
            generate = self.data.generate.model_copy(update={"random_state": self.seed})
            self.__dict__["data"] = self.data.model_copy(update={"generate": generate})
