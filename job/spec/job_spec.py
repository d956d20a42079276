"""The schema of a spec: every key, its kind, its default and what it means."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from pydantic.types import StrictBool, StrictFloat, StrictInt

from job.names import METRICS, PRIMARY_METRICS, RANKINGS, UNDIRECTED_METRICS
from job.spec.file_keys import FileSpec
from job.spec.generators import Generate
from job.spec.spec_section import SEED, Complaint, Given, Label, Section, Seed, one_of, tidy
from job.spec.strategy_entries import BASELINE, CALIBRATED, AnyStrategy, ClassifierEntry, Entry, StrategyEntry
from job.text import guess, shorten


def _generate_or_file(given: Given) -> Iterable[Complaint]:
    has = [key for key in ("generate", "file") if given.raw(key) is not None]
    if len(has) == 2:
        yield ("file",), "can't be combined with generate; keep one of the two"
    elif not has:
        yield (), "has neither generate nor file; write data.generate to generate data, or data.file to read a file"


class DataSpec(Section):
    """Where the data comes from: exactly one of generate and file."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["generate"]}, {"required": ["file"]}]})

    rules = (_generate_or_file,)

    generate: Generate | None = None
    """Data to generate"""
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
            yield (key,), f"is for method {' or '.join(methods)}, but method is {method}; leave it out"
    if method in ONCE and "n_repeats" in given and given["n_repeats"] != 1:
        yield ("n_repeats",), f"got {given['n_repeats']}, must be 1: method {method} splits the rows in only one way"


class SplitSpec(Section):
    """Which rows are for training and which for testing."""

    rules = (_keys_of_the_method,)

    method: Literal["holdout", "kfold", "time", "predefined"] = Field(
        default="holdout",
        description="How rows are split; time tests on the latest rows, predefined on those that the data marks. "
        "Default: 10 folds, twice; holdout if test_size or n_repeats is given",
    )
    test_size: StrictFloat = Field(default=0.2, gt=0, lt=1)
    """Share of the rows in the test part, for holdout and time"""
    n_splits: StrictInt = Field(default=5, ge=2, le=1000)
    """Folds, for kfold. Default: 5, or 10 without a method"""
    n_repeats: StrictInt = Field(default=20, ge=1, le=10_000)
    """How often rows are split. Default: 20 for holdout, 2 without a method, otherwise 1"""
    random_state: Seed = SEED
    """Seed of the first repeat. Default: the job's seed"""

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
    """How a missing number is filled in; a missing category is a category of its own, unless rare"""
    max_categories: StrictInt = Field(default=20, ge=2, le=10_000)
    """Maximum number of categories of a column; rarer ones are merged into one"""


def _costs_something(given: Given) -> Iterable[Complaint]:
    if given["false_negative"] == 0 and given["false_positive"] == 0:
        yield ("false_negative",), "got 0 for both kinds of error, must be > 0 for at least one"


class CostSpec(Section):
    """What errors cost, in any unit."""

    rules = (_costs_something,)

    false_negative: StrictFloat = Field(ge=0, le=1e12)
    """What one missed minority row costs"""
    false_positive: StrictFloat = Field(default=1.0, ge=0, le=1e12)
    """What one false alert costs"""


def _is_one_limit(given: Given) -> Iterable[Complaint]:
    has = [key for key in LIMITS if given[key] is not None]
    if len(has) != 1:
        found = f"has {' and '.join(has)}" if has else "has none of its keys"
        yield (), f"{found}; write exactly one of {', '.join(LIMITS)}"


class LimitSpec(Section):
    """The limit that the advised cut-off must respect: exactly one of these keys."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in LIMITS]})

    rules = (_is_one_limit,)

    false_alarms_per_1000: Annotated[StrictFloat, Field(ge=0, le=1000)] | SkipJsonSchema[None] = None
    """Maximum number of false alerts per 1,000 rows"""
    recall: Annotated[StrictFloat, Field(ge=0, le=1)] | SkipJsonSchema[None] = None
    """Minimum share of the minority rows that is found, for example 0.95 for screening"""
    precision: Annotated[StrictFloat, Field(ge=0, le=1)] | SkipJsonSchema[None] = None
    """Minimum share of the alerts that is right, for example 0.9 for confirmation"""


def _ratios_differ(given: Given) -> Iterable[Complaint]:
    ratios = given["imbalance_sweep"]
    for index, ratio in enumerate(ratios):
        if ratio in ratios[:index]:
            yield ("imbalance_sweep", index), f"{ratio:g} is listed twice; remove one"


class EvaluationSpec(Section):
    """How results are judged."""

    rules = (_ratios_differ,)

    primary: Annotated[str, one_of(PRIMARY_METRICS)] = "average_precision"
    """The metric that ranks strategies"""
    rope: Literal["auto"] | Annotated[StrictFloat, Field(ge=0, lt=1)] = Field(
        default="auto",
        description="Largest difference without practical importance; auto: 0.04 m (1 - m) for average precision, "
        "where m is baseline's mean, and 0.01 otherwise",
    )
    confidence: StrictFloat = Field(default=0.95, gt=0.5, lt=1)
    """Confidence level of intervals; a difference is significant if its p-value is below 1 minus this"""
    alerts_per_1000: Annotated[StrictFloat, Field(ge=0.001, le=1000)] | None = Field(
        default=None,
        description="Number of alerts that can be reviewed per 1,000 rows; the advised cut-off then respects it. "
        "Default: no capacity is assumed, and rankings are compared at as many alerts as there are minority rows",
    )
    cost: CostSpec | None = None
    """What errors cost; the advised cut-off is then the cheapest. Default: no cost is assumed"""
    limit: LimitSpec | None = None
    """A limit that the advised cut-off must respect. Default: none"""
    prevalence_in_use: Annotated[StrictFloat, Field(gt=0, lt=1)] | None = None
    """Share of positive rows where the model will be used. Default: that of the data"""
    calibrated: StrictBool = False
    """Whether each strategy is also run inside CalibratedClassifierCV: five more fits"""
    ratio_sweep: tuple[Annotated[Label, Field(title="the label of a strategy")], ...] = Field(
        default=(), title="a list of labels of strategies"
    )
    """Strategies whose sampling_strategy is varied from the data's own ratio to 1"""
    imbalance_sweep: tuple[Annotated[StrictFloat, Field(ge=1, le=10_000)], ...] = Field(
        default=(), title="a list of imbalance ratios >= 1, for example [1, 2, 5, 10]"
    )
    """Imbalance ratios that the training part is subsampled to"""


def _parents_have_rows(given: Given) -> Iterable[Complaint]:
    if given["synthetic_parents"] and not given["synthetic"]:
        yield ("synthetic_parents",), "got true, which needs report.synthetic: true as well"


class ReportSpec(Section):
    """Additional output."""

    rules = (_parents_have_rows,)

    timings: StrictBool = False
    """Whether the page shows durations; its bytes then vary from run to run"""
    model: StrictBool = False
    """Whether the recommended pipeline, fitted on all rows, is saved as model.skops"""
    synthetic: StrictBool = False
    """Whether the rows that each sampler adds are written, in your own columns; they aren't anonymous"""
    synthetic_parents: StrictBool = Field(
        default=False,
        description="Whether the parents and weights of these rows are also written; needs synthetic: true. "
        "Real rows can be computed from them",
    )


_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = rf"([0-9]{{1,12}}(?:\.[0-9]{{1,6}})?) ?({'|'.join(_UNITS)})"


def _to_bytes(given: Any) -> Any:
    """Read a size; what is none, pydantic refuses."""
    found = re.fullmatch(_SIZE, given) if isinstance(given, str) else None
    return given if found is None else round(float(found[1]) * _UNITS[found[2]])


_SIZE_SCHEMA: dict[str, Any] = {
    "type": ["string", "integer"],
    "title": "a size such as 8 GB, at least 1 MB",
    "pattern": f"^{_SIZE}$",
    "minimum": _UNITS["MB"],
}
Size = Annotated[StrictInt, Field(ge=_UNITS["MB"]), BeforeValidator(_to_bytes), WithJsonSchema(_SIZE_SCHEMA)]
"""A number of bytes, written as ``8 GB``; GB is 10**9."""


def _dask_has_its_address(given: Given) -> Iterable[Complaint]:
    kind, address = given["kind"], given["address"]
    if kind == "dask" and address is None:
        needs = "needs engine.address, such as tcp://scheduler:8786; or run with --dask ADDRESS"
        yield ("kind",), f"got dask, which {needs}"
    elif kind == "local" and address is not None:
        yield ("address",), "is for kind: dask, but kind is local; write kind: dask, or leave it out"


class EngineSpec(Section):
    """How the job is executed; results do not depend on it."""

    rules = (_dask_has_its_address,)

    kind: Literal["local", "dask"] = "local"
    """Where units are executed: in processes on this machine, or by the workers of a Dask cluster"""
    address: Annotated[str, Field(title="the address of a Dask scheduler")] | None = None
    """Address of the cluster's scheduler, such as tcp://scheduler:8786; for kind dask"""
    workers: Literal["auto"] | Annotated[StrictInt, Field(ge=1, le=1024)] = "auto"
    """Worker processes; auto: as many as processors and memory allow. A Dask cluster has its own"""
    memory_limit: Literal["auto"] | Size = "auto"
    """How much memory the job may use; auto: what the machine or the control group allows"""
    run_timeout: Annotated[StrictFloat, Field(gt=0)] | None = None
    """Seconds after which a run is stopped and fails. Default: no limit"""
    store: StrictBool = True
    """Whether finished runs are kept in the output folder and reused by later jobs"""
    store_size: Size = Field(default="1 GB", validate_default=True)
    """Maximum size of what is kept, such as 500 MB; beyond it the least recently used runs are deleted"""


PREVIOUS = "previous"
"""What a gate calls the earlier results that a job is compared with."""
_OF_METRICS = ("metric", "strategy", "classifier", "bound", "on_undecided")
_GATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "metric": (("min", "max"), _OF_METRICS),
    "versus": (("min_gain", "max_loss"), ("versus", *_OF_METRICS)),
    "ranking": (("ranking",), ("strategy", "classifier")),
    "max_failed_runs": (("max_failed_runs",), ()),
}
"""What a gate can be about: its limits, and the keys that it may have beside them."""


def _gate_has_its_keys(given: Given) -> Iterable[Complaint]:
    about = [key for key in ("metric", "ranking", "max_failed_runs") if given.raw(key) is not None]
    if len(about) != 1:
        found = f"has {' and '.join(about)}" if about else "has none of its main keys"
        yield (), f"{found}; a rule has exactly one of metric, ranking, max_failed_runs"
        return
    kind = "versus" if about == ["metric"] and given.raw("versus") is not None else about[0]
    limits, others = _GATES[kind]
    wrong = [key for key in GateSpec.model_fields if key in given and key not in (*limits, *others)]
    for key in wrong:
        homes = [home for home, (of_home, _) in _GATES.items() if key in of_home]
        if kind == "versus" and homes == ["metric"]:
            yield (key,), "can't be combined with versus; leave one of the two out"
        elif kind == "metric" and homes == ["versus"]:
            yield (key,), "needs versus; add it, or leave this out"
        else:
            yield (key,), f"isn't allowed in a rule with {kind}; leave it out"
    if "strategy" in others and given.raw("strategy") is None:
        yield (), "has no strategy; add the label of the strategy that the rule is about"
    given_limits = [key for key in limits if given.raw(key) is not None]
    if not given_limits and not wrong:
        yield (), f"has no limit; write {' or '.join(limits)}"
    elif kind == "versus" and len(given_limits) == 2:
        yield ("max_loss",), "can't be combined with min_gain; keep one of the two"
    elif len(given_limits) == 2 and given["min"] > given["max"]:
        yield ("max",), f"got {given['max']:g}, must be at least min, which is {given['min']:g}"


def _gate_can_be_decided(given: Given) -> Iterable[Complaint]:
    metric, versus, bound, strategy = (given[key] for key in ("metric", "versus", "bound", "strategy"))
    if versus is not None and metric in UNDIRECTED_METRICS:
        why = "has neither gain nor loss, because neither direction is better"
        yield ("versus",), f"{metric} {why}; use min or max instead"
    if versus is not None and versus == strategy:
        yield ("versus",), "is the strategy itself; name another one"
    if "on_undecided" in given and metric is not None and bound is not None and versus != PREVIOUS:
        yield ("on_undecided",), "has no effect: with bound a rule is never undecided; leave out one of the two"


def _on_one_line(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


_Ranking = Annotated[str, one_of(RANKINGS), Field(title="the name of a ranking")]


class GateSpec(Section):
    """A rule that decides the exit code: on a metric, on the answer whether a strategy ranks better, or on runs."""

    rules = (_gate_has_its_keys, _gate_can_be_decided)

    metric: Annotated[str, one_of(METRICS), Field(title="the name of a metric")] | None = None
    """The metric that is compared with a limit"""
    strategy: Label | None = None
    """The label of the strategy that the rule is about"""
    classifier: Label | None = None
    """The label of a classifier. Default: the rule applies to each classifier"""
    bound: Literal["lower", "mean", "upper"] | None = None
    """Which number is compared: the mean, or an end of its interval. Default: the whole interval"""
    min: StrictFloat | None = None
    """The lowest allowed value"""
    max: StrictFloat | None = None
    """The highest allowed value"""
    versus: Label | None = None
    """Another strategy, or previous: the results that run --against names; the difference is then compared"""
    min_gain: Annotated[StrictFloat, Field(ge=0)] | None = None
    """The smallest allowed improvement over versus; positive also for metrics where lower is better"""
    max_loss: Annotated[StrictFloat, Field(ge=0)] | None = None
    """The largest allowed loss against versus; positive also for metrics where lower is better"""
    ranking: Annotated[tuple[_Ranking, ...], Field(title="a list of rankings", min_length=1)] | None = None
    """Allowed answers to the question whether the strategy ranks better than baseline"""
    on_undecided: Literal["fail", "pass"] = "fail"
    """Result of a rule whose limit is inside the interval, or for which there are no earlier results"""
    max_failed_runs: Annotated[StrictInt, Field(ge=0, le=1_000_000_000)] | None = None
    """The highest number of runs that may fail; a rule of its own"""

    @property
    def text(self) -> str:
        """The rule as a spec writes it, on one line; no two rules of a spec share it."""
        written = ((key, getattr(self, key)) for key in type(self).model_fields if key in self.model_fields_set)
        return ", ".join(f"{key}: {_on_one_line(value)}" for key, value in written if value is not None)

    def _keeps(self, key: str) -> bool:
        return key in self.model_fields_set


def _gates_name_what_is_run(given: Given) -> Iterable[Complaint]:
    """Rules name labels that there are, and none stands twice."""
    given["strategies"], given["classifiers"]
    rules, texts, strategies = given.raw("gates"), list[str](), _run_labels(given)
    classifiers = [label for _, label in _labels(given, "classifiers") if label]
    known = {"strategy": strategies, "versus": [*strategies, PREVIOUS], "classifier": classifiers}
    for index, rule in enumerate(rules if isinstance(rules, list | tuple) else ()):
        for key, labels in known.items():
            label = rule.get(key) if isinstance(rule, Mapping) else getattr(rule, key, None)
            if isinstance(label, str) and (label := " ".join(label.split())) not in labels:
                what = "classifier" if key == "classifier" else "strategy"
                yield ("gates", index, key), f"unknown {what} label {shorten(label, 60)!r}{guess(label, labels)}"
        with suppress(ValidationError):  # it has been reported
            text = GateSpec.model_validate(rule).text
            if text in texts:
                yield ("gates", index), "is listed twice; remove one"
            texts.append(text)


def _labels(given: Given, key: str) -> list[tuple[str | None, str | None]]:
    """Name and label of each entry; None for both where it isn't right."""
    entries = given.raw(key)
    return [_label(entry) for entry in entries] if isinstance(entries, list | tuple) else []


def _label(entry: object) -> tuple[str | None, str | None]:
    try:
        made = AnyStrategy.model_validate(entry)
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
            owners[BASELINE] = "the baseline, which always runs"
        for index, (name, label) in enumerate(labels):
            if name == BASELINE and name in [other for other, _ in labels[:index]]:
                yield (key, index), "baseline is listed twice; remove one"
            elif label in owners:
                yield (key, index), f"label {label} is already used by {owners[label]}; give this entry another label"
            if label:
                owners.setdefault(label, f"{key}[{index}]")


def _calibrated_labels_are_free(given: Given) -> Iterable[Complaint]:
    """No listed strategy has the label of one that ``evaluation.calibrated`` adds."""
    if not given["evaluation", "calibrated"]:
        return
    taken = {f"{label}{CALIBRATED}": label for label in _run_labels(given)}
    for index, (_, label) in enumerate(_labels(given, "strategies")):
        if label in taken:
            why = f"is already used by {taken[label]} inside CalibratedClassifierCV, which evaluation.calibrated adds"
            yield ("strategies", index), f"label {label} {why}; give this entry another label"


def _swept_strategies_are_listed(given: Given) -> Iterable[Complaint]:
    """``evaluation.ratio_sweep`` names labels of strategies, each once."""
    given["strategies"]
    known = _run_labels(given)
    labels = [" ".join(text.split()) for text in given["evaluation", "ratio_sweep"] or ()]
    for index, label in enumerate(labels):
        path = ("evaluation", "ratio_sweep", index)
        if label in labels[:index]:
            yield path, f"{shorten(label, 60)} is listed twice; remove one"
        elif label not in known:
            yield path, f"unknown strategy label {shorten(label, 60)!r}{guess(label, known)}"


_COLUMNS = {"time": ("time", "a column to sort by"), "predefined": ("split", "a column that says train or test")}


def _split_has_its_column(given: Given) -> Iterable[Complaint]:
    """Two methods part the rows by a column, which only a file has."""
    method, _, _ = given["split", "method"], given["data", "file"], given["data", "generate"]
    key, what = _COLUMNS.get(method, ("", ""))
    if key and given.raw("data", "file", key) is None:
        yield ("split", "method"), f"{method} needs data.file.{key}, {what}"


_WEIGHTED = {"name": "custom", "weights": "prevalence"}
_NAMES = (BASELINE, "class_weight", "threshold", "smote", "custom", _WEIGHTED)
_STRATEGIES = tuple(map(StrategyEntry.model_validate, _NAMES))
_CLASSIFIERS = tuple(map(ClassifierEntry.model_validate, ("logistic_regression", "hist_gradient_boosting")))


class JobSpec(Section):
    """What a job is asked to do."""

    rules = (
        _unique_labels,
        _calibrated_labels_are_free,
        _swept_strategies_are_listed,
        _split_has_its_column,
        _gates_name_what_is_run,
    )

    title: Annotated[str, Field(title="a title", min_length=1, max_length=200), BeforeValidator(tidy)] = (
        "Does oversampling help?"
    )
    """Title of the report"""
    seed: Seed = SEED
    """Seed of everything that is random"""
    data: DataSpec
    """Where the data comes from: data.generate or data.file"""
    split: SplitSpec = SplitSpec()
    """Which rows train and which rows test"""
    preparation: PreparationSpec = PreparationSpec()
    """How columns become numbers"""
    strategies: tuple[StrategyEntry, ...] = Field(default=_STRATEGIES, title="a list of strategies")
    """What is compared; baseline always runs, listed or not"""
    classifiers: tuple[ClassifierEntry, ...] = Field(default=_CLASSIFIERS, title="a list of classifiers", min_length=1)
    """What each strategy is combined with"""
    evaluation: EvaluationSpec = EvaluationSpec()
    """How results are judged"""
    report: ReportSpec = ReportSpec()
    """Additional output"""
    engine: EngineSpec = EngineSpec()
    """How the job is executed"""
    gates: tuple[GateSpec, ...] = Field(default=(), title="a list of rules")
    """Rules that decide the exit code: 5 if one fails"""

    @property
    def baseline(self) -> Entry:
        """The strategy that all others are compared with: as listed, or else the plain one."""
        listed = (entry for entry in self.strategies if entry.name == BASELINE)
        return next(listed, StrategyEntry.model_validate(BASELINE))

    def _keeps(self, key: str) -> bool:
        return key != "gates" or bool(self.gates)

    def _fill(self) -> None:
        if "random_state" not in self.split.model_fields_set:
            self.__dict__["split"] = self.split.model_copy(update={"random_state": self.seed})
        if self.data.generate is not None and "random_state" not in self.data.generate.model_fields_set:
            generate = self.data.generate.model_copy(update={"random_state": self.seed})
            self.__dict__["data"] = self.data.model_copy(update={"generate": generate})
