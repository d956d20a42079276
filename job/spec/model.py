"""The schema of a spec: every key, its kind, its default and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from job.names import PRIMARY_METRICS
from job.spec.classification import ClassificationSpec
from job.spec.containers import Listed, Nothing
from job.spec.entries import ClassifierEntry, Entry, StrategyEntry
from job.spec.file import FileSpec
from job.spec.generate import Generator
from job.spec.kinds import Kind
from job.spec.labels import BASELINE, CALIBRATED_LABELS_ARE_FREE, SWEPT_STRATEGIES_ARE_LISTED, unique_labels
from job.spec.mixture import MixtureSpec
from job.spec.numbers import Number, NumberOrAuto, Switch, Whole
from job.spec.scalars import plain
from job.spec.section import Complaint, Given, Rule, Section
from job.spec.seeds import SEED, Seed
from job.spec.split import SplitSpec
from job.spec.texts import OneOf, Text

__all__ = [
    "ClassificationSpec",
    "ClassifierEntry",
    "CostSpec",
    "DataSpec",
    "EngineSpec",
    "Entry",
    "EvaluationSpec",
    "FileSpec",
    "JobSpec",
    "LimitSpec",
    "MixtureSpec",
    "PreparationSpec",
    "ReportSpec",
    "SplitSpec",
    "StrategyEntry",
]


def _generate_or_file(given: Given) -> Iterable[Complaint]:
    has = [key for key in ("generate", "file") if given[key] is not None]
    if len(has) == 2:
        yield ("file",), "stands beside generate; a job has one kind of data, so keep one of the two"
    elif not has:
        yield (), "has neither generate nor file; write data.generate to draw data, or data.file to read a file"


class DataSpec(Section):
    """Where the data comes from: exactly one of generate and file."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["generate"]}, {"required": ["file"]}]})

    rules: ClassVar[tuple[Rule, ...]] = (Rule((), _generate_or_file),)

    generate: Annotated[ClassificationSpec | MixtureSpec | None, Generator()] = Field(
        default=None, description="Data to draw"
    )
    file: Annotated[FileSpec | None, Nothing()] = Field(default=None, description="A file to read")


LIMITS = ("false_alarms_per_1000", "recall", "precision")
"""What a cut-off can be limited by."""


class PreparationSpec(Section):
    """How columns become numbers; fitted on the training part only."""

    scale: Annotated[Literal["standard", "robust", "none"], OneOf("standard", "robust", "none")] = Field(
        default="standard", description="How numeric columns are scaled"
    )
    impute: Annotated[Literal["median", "mean", "most_frequent"], OneOf("median", "mean", "most_frequent")] = Field(
        default="median",
        description="What a missing number becomes; a missing category is one of its own, unless rare",
    )
    max_categories: Annotated[int, Whole(2, 10_000)] = Field(
        default=20, description="Most categories of a column; rarer ones become one infrequent category"
    )


def _costs_something(given: Given) -> Iterable[Complaint]:
    if given["false_negative"] == 0 and given["false_positive"] == 0:
        yield ("false_negative",), "got 0 for both kinds of error, must be > 0 for at least one"


class CostSpec(Section):
    """What errors cost, in any unit."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("false_negative", "false_positive"), _costs_something),)

    false_negative: Annotated[float, Number(0, 1e12)] = Field(description="What one missed minority row costs")
    false_positive: Annotated[float, Number(0, 1e12)] = Field(default=1.0, description="What one false alarm costs")


def _is_one_limit(given: Given) -> Iterable[Complaint]:
    has = [key for key in LIMITS if key in given]
    if len(has) != 1:
        found = f"has {' and '.join(has)}" if has else "has none of its keys"
        yield (), f"{found}; write exactly one of {', '.join(LIMITS)}"


class LimitSpec(Section):
    """What the advised cut-off must keep to: exactly one of its keys."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in LIMITS]})

    rules: ClassVar[tuple[Rule, ...]] = (Rule(LIMITS, _is_one_limit),)

    false_alarms_per_1000: Annotated[float | None, Number(0, 1000)] = Field(
        default=None, description="At most so many false alarms for each 1,000 rows"
    )
    recall: Annotated[float | None, Number(0, 1)] = Field(
        default=None, description="At least this share of the minority rows found, 0.95 say for screening"
    )
    precision: Annotated[float | None, Number(0, 1)] = Field(
        default=None, description="At least this share of the alerts right, 0.9 say for confirming"
    )


def _ratios_differ(given: Given) -> Iterable[Complaint]:
    ratios = given["imbalance_sweep"]
    for index, ratio in enumerate(ratios):
        if ratio in ratios[:index]:
            yield ("imbalance_sweep", index), f"got {ratio:g} a second time; once is enough"


class EvaluationSpec(Section):
    """How results are judged."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("imbalance_sweep",), _ratios_differ),)

    primary: Annotated[Literal["average_precision", "roc_auc"], OneOf(*PRIMARY_METRICS)] = Field(
        default="average_precision", description="The metric that ranks strategies"
    )
    rope: Annotated[Literal["auto"] | float, NumberOrAuto(0, 1, open="high")] = Field(
        default="auto",
        description="Differences up to this are no practical difference; auto: .04 m (1 - m) around baseline's mean m "
        "for average precision, .01 elsewhere",
    )
    confidence: Annotated[float, Number(0.5, 1, open="low high")] = Field(
        default=0.95, description="Confidence of intervals; a difference counts where its p is below one minus this"
    )
    alerts_per_1000: Annotated[float | None, Number(0.001, 1000, optional=True)] = Field(
        default=None,
        description="Alerts that can be looked at for each 1,000 rows; the advised cut-off then keeps to them. "
        "Default: no capacity is assumed, and rankings are read at as many alerts as there are minority rows",
    )
    cost: Annotated[CostSpec | None, Nothing()] = Field(
        default=None,
        description="What errors cost; the advised cut-off is then the cheapest. Default: nothing is assumed",
    )
    limit: Annotated[LimitSpec | None, Nothing()] = Field(
        default=None, description="What the advised cut-off must keep to. Default: nothing"
    )
    prevalence_in_use: Annotated[float | None, Number(0, 1, open="low high", optional=True)] = Field(
        default=None, description="Share of positive rows where the model will be used. Default: that of the data"
    )
    calibrated: Annotated[bool, Switch()] = Field(
        default=False, description="Whether each strategy is also run inside CalibratedClassifierCV: five more fits"
    )
    ratio_sweep: Annotated[
        tuple[Annotated[str, Text("the label of a strategy", shown=True, longest=80)], ...],
        Listed("labels of strategies"),
    ] = Field(default=(), description="Strategies whose sampling_strategy goes from the data's own ratio to 1")
    imbalance_sweep: Annotated[
        tuple[Annotated[float, Number(1, 10_000)], ...], Listed("imbalance ratios >= 1, [1, 2, 5, 10] say")
    ] = Field(default=(), description="Imbalance ratios that the training part is thinned to")


def _parents_have_rows(given: Given) -> Iterable[Complaint]:
    if given["synthetic_parents"] and not given["synthetic"]:
        yield ("synthetic_parents",), "got true, which needs report.synthetic: true, the rows whose parents these are"


class ReportSpec(Section):
    """What is written beside the numbers."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("synthetic", "synthetic_parents"), _parents_have_rows),)

    timings: Annotated[bool, Switch()] = Field(
        default=False, description="Whether the page shows durations; its bytes then vary from run to run"
    )
    model: Annotated[bool, Switch()] = Field(
        default=False, description="Whether the recommended pipeline, fitted on all rows, is saved as model.skops"
    )
    synthetic: Annotated[bool, Switch()] = Field(
        default=False,
        description="Whether the rows that each sampler adds are written, as your file has its own; not anonymous",
    )
    synthetic_parents: Annotated[bool, Switch()] = Field(
        default=False,
        description="Whether the parents and weights of these rows are written, too; needs synthetic: true. "
        "Real rows can be computed from them",
    )


class Workers(Kind):
    """``auto`` or a number of processes."""

    _allowed = "auto or an integer from 1 to 1,024"

    def _read(self, value: Any) -> int | str:
        workers = plain(value)
        is_number = isinstance(workers, int) and not isinstance(workers, bool) and 1 <= workers <= 1024
        if workers != "auto" and not is_number:
            raise self.refused(value)
        return workers  # type: ignore[no-any-return]

    def _schema(self) -> dict[str, Any]:
        return {"anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": 1024}]}


class EngineSpec(Section):
    """How the job is executed; results do not depend on it."""

    workers: Annotated[Literal["auto"] | int, Workers()] = Field(
        default="auto", description="Worker processes; auto: as many as processors and memory allow"
    )
    run_timeout: Annotated[float | None, Number(0, open="low", optional=True)] = Field(
        default=None, description="Seconds that one run may take before it is ended and failed. Default: any time"
    )


def _split_has_its_column(given: Given) -> Iterable[Complaint]:
    split, data = given["split"], given["data"]
    method = split.get("method") if isinstance(split, dict) else split.method if split is not None else None
    if method not in ("time", "predefined"):
        return
    key = "time" if method == "time" else "split"
    what = "a column to sort by" if method == "time" else "a column that says train or test"
    file = data.get("file") if isinstance(data, dict) else data.file
    column = file.get(key) if isinstance(file, dict) else getattr(file, key, None)
    if column is None:
        yield ("split", "method"), f"{method} needs data.file.{key}, {what}"


class JobSpec(Section):
    """What a job is asked to do."""

    rules: ClassVar[tuple[Rule, ...]] = (
        unique_labels("strategies"),
        unique_labels("classifiers"),
        CALIBRATED_LABELS_ARE_FREE,
        SWEPT_STRATEGIES_ARE_LISTED,
        Rule(("split.method", "data.file", "data.generate"), _split_has_its_column),
    )

    title: Annotated[str, Text("a title", shown=True, longest=200)] = Field(
        default="Does oversampling help?", description="Title of the report"
    )
    seed: Annotated[int, Seed()] = Field(default=SEED, description="Seed of everything that is drawn")
    data: DataSpec = Field(description="Where the data comes from: data.generate or data.file")
    split: SplitSpec = Field(default=SplitSpec(), description="Which rows train and which rows test")
    preparation: PreparationSpec = Field(default=PreparationSpec(), description="How columns become numbers")
    strategies: Annotated[tuple[StrategyEntry, ...], Listed("strategies")] = Field(
        default=tuple(
            StrategyEntry.model_validate(name) for name in ("baseline", "class_weight", "threshold", "smote", "custom")
        ),
        description="What is compared; baseline is always run, listed or not",
    )
    classifiers: Annotated[tuple[ClassifierEntry, ...], Listed("classifiers", least=1)] = Field(
        default=tuple(
            ClassifierEntry.model_validate(name) for name in ("logistic_regression", "hist_gradient_boosting")
        ),
        description="What each strategy is tried with",
    )
    evaluation: EvaluationSpec = Field(default=EvaluationSpec(), description="How results are judged")
    report: ReportSpec = Field(default=ReportSpec(), description="What is written beside the numbers")
    engine: EngineSpec = Field(default=EngineSpec(), description="How the job is executed")

    @property
    def baseline(self) -> Entry:
        """The strategy that all others are compared with: as listed, or else the plain one."""
        listed = (entry for entry in self.strategies if entry.name == BASELINE)
        return next(listed, StrategyEntry.model_validate(BASELINE))

    def _fill(self) -> None:
        self._fill_seed("split", self.split)
        if self.data.generate is not None and "random_state" not in self.data.generate.model_fields_set:
            generate = self.data.generate.model_copy(update={"random_state": self.seed})
            self._put("data", self.data.model_copy(update={"generate": generate}))

    def _fill_seed(self, key: str, section: Any) -> None:
        if "random_state" not in section.model_fields_set:
            copy = section.model_copy(update={"random_state": self.seed})
            self._put(key, copy)
