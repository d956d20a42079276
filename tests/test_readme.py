"""The README is true: its commands exist with these options, and its keys are those of a spec."""

from __future__ import annotations

import re
import shlex
import struct
from pathlib import Path

import click
import pytest
from small_job import small_spec

from job.cli import commands
from job.errors import DataError, JobError, OutputError, SpecError
from job.evidence.verdict.recommendation import HEADLINE_RULES
from job.evidence.verdict.rules import PROBABLE, PROBABLE_LOSS
from job.names import ALLOWED_PACKAGES, CLASSIFIERS
from job.pipeline import read_spec, run_job
from job.spec.generators import PRESETS, MixtureSpec
from job.spec.schema import keys_at
from job.wording.verdict_rows import DECISION_TITLES, RANKING_TITLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
CONSOLE = "".join(text for language, text in BLOCKS if language == "console").replace("\\\n", "")
LINES = [line[2:] for line in CONSOLE.splitlines() if line.startswith("$ ")]


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)


def our_words(line: str) -> list[str] | None:
    """What stands behind the name of the command, of an image of that name or of the module."""
    words = words_of(re.split(" [<>] ", line)[0])
    if words[:2] == ["docker", "run"]:
        return words[words.index("minority-report") + 1 :] or ["run"]
    return words[1:] if words[0] == "minority-report" else None


def table_below(heading: str) -> list[list[str]]:
    """The rows of the table that has a heading."""
    table = README[README.index(heading) :].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


@pytest.mark.parametrize("line", [line for line in LINES if our_words(line) is not None])
def test_a_command_of_the_readme_exists_with_these_options(line) -> None:
    """Click reads it to the last word."""
    name, *rest = our_words(line) or []
    command = commands.commands[name]

    command.make_context(name, rest)


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("make ")])
def test_a_target_of_the_readme_exists(line) -> None:
    """`make` knows it."""
    assert re.search(rf"^{words_of(line)[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_first_commands_are_report_and_test() -> None:
    """Those two are what a fresh clone is tried with."""
    assert [["make", "report"], ["make", "test"]] == [words_of(line) for line in LINES[:2]]


def test_every_command_and_option_is_in_the_readme() -> None:
    """Nobody finds what is written nowhere."""
    options = {
        max(option.opts, key=len)
        for command in commands.commands.values()
        for option in command.params
        if isinstance(option, click.Option)
    }

    assert [name for name in commands.commands if f"minority-report {name}" not in README] == []
    assert {option for option in options if option not in README} == {"--help"}


def test_the_keys_of_the_readme_are_those_of_a_spec() -> None:
    """The table has every section with every key, and no other."""
    rows = table_below("| section | keys |")
    written = {
        section: re.findall(r"`(\w+)`", keys)
        for sections, keys, _ in rows
        for section in sections.replace("` of kind `", " of kind ").strip("`").split("`, `")
    }

    assert {"strategies[]", "classifiers[]", "evaluation.cost", "data.generate of kind mixture"} < set(written)
    for section, keys in written.items():
        dotted, _, kind = section.partition(" of kind ")
        path = [*dotted.removesuffix("[]").split("."), *([0] if "[]" in dotted else []), kind]
        assert (section, keys_at([step for step in path if step != ""])) == (section, keys)


def test_presets_of_the_readme_are_those_of_the_job() -> None:
    """What a preset stands for is written down to the last number."""
    heading = next(line for line in README.splitlines() if line.startswith("| preset |"))
    keys = re.findall(r"`(\w+)`", heading)
    rows = {row[0].strip("`"): [float(cell) for cell in row[2:]] for row in table_below(heading)}

    assert {name: [preset[key] for key in keys] for name, preset in PRESETS.items()} == rows
    assert [len(keys)] * len(PRESETS) == [len(preset) for preset in PRESETS.values()]


def test_defaults_of_a_mixture_are_those_of_the_readme() -> None:
    """Every key but the seed has its default in the table."""
    fields = {
        key: default
        for keys, defaults, _ in table_below("| key | default |")
        for key, default in zip(
            re.findall(r"`(\w+)`", keys), [float(d) for d in defaults.split(", ")] * 2, strict=False
        )
    }
    made = MixtureSpec.model_validate({"kind": "mixture"})

    assert {key: getattr(made, key) for key in fields if key != "shift"} == {
        key: default for key, default in fields.items() if key != "shift"
    }
    assert set(fields) == set(keys_at(("data", "generate", "mixture"))) - {"kind", "preset", "random_state"}


def test_the_spec_of_the_readme_can_be_read(tmp_path) -> None:
    """It is what people copy."""
    text = next(text for language, text in BLOCKS if language == "yaml")
    (tmp_path / "spec.yaml").write_text(text)

    assert "is_fraud" == read_spec(str(tmp_path / "spec.yaml")).spec.data.file.target


def test_names_of_the_readme_are_those_of_the_registries() -> None:
    """Classifiers and packages are listed whole."""
    listed = README[README.index("Classifiers are") : README.index("A spec with problems")]

    assert [name for name in CLASSIFIERS if f"`{name}`" not in listed] == []
    assert [package for package in ALLOWED_PACKAGES if package not in listed.replace("\n", " ")] == []


def test_exit_codes_of_the_readme() -> None:
    """Each kind of error has the code that is written down."""
    codes = dict(table_below("| exit code |"))

    assert {"0", "1", "2", "3", "4", "130, 143"} == set(codes)
    assert "spec" in codes[str(SpecError([]).exit_code)]
    assert "output folder" in codes[str(OutputError.exit_code)]
    assert "data" in codes[str(DataError.exit_code)]
    assert "bug" in codes[str(JobError.exit_code)]


def test_files_of_the_readme_are_what_a_job_writes(tmp_path) -> None:
    """No file is missing in the table, and none is only there."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1))
    named = {re.findall(r"`(.*?)`", row[0])[0] for row in table_below("| file | what it holds |")}

    run_job(read_spec(str(tmp_path / "spec.yaml")), tmp_path / "output", workers=1)

    assert {path.name for path in (tmp_path / "output").iterdir()} == named


def test_the_verdicts_of_the_readme_are_those_of_the_code() -> None:
    """Every code of the three tables, in their order, and the probabilities from which on something is probable."""
    told = README[README.index("## The verdict") : README.index("## Limits")]
    tables = [part.split("\n\n")[0].splitlines()[2:] for part in told.split("| code |")[1:]]
    rows = [dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", "\n".join(table), re.MULTILINE)) for table in tables]

    assert [list(RANKING_TITLES), list(DECISION_TITLES), list(HEADLINE_RULES)] == [list(table) for table in rows[:3]]
    assert rows[0]["probably_better"].endswith(f">= {PROBABLE:g}")
    assert rows[0]["probably_worse"].endswith(f">= {PROBABLE_LOSS:g}")


def test_rooms_of_the_readme_are_those_of_the_house() -> None:
    """The architecture section knows every room."""
    table = README[README.index("| room |") :].split("\n\n")[0]
    rooms = {path.name for path in (ROOT / "job").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    named = set(re.findall(r"`([a-z_]+)/?`", table))
    assert {room.removesuffix(".py") for room in rooms} - {"__init__", "__main__"} == named - {"templates"}


def test_every_picture_of_the_readme_is_there_and_light() -> None:
    """Each says in words what it shows; the first screen is that of a laptop, and takes less than 150 kB."""
    pictures = dict(re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", README))
    made = {path: (ROOT / path).read_bytes() for path in pictures.values()}
    first = made["docs/pictures/first_screen.png"]

    assert all(len(words) > 40 for words in pictures)
    assert (1440, 900) == struct.unpack(">II", first[16:24])
    assert len(first) < 150_000
