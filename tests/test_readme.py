"""README and docs are true: their commands, options and links exist, and their keys are those of a spec."""

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
from job.evidence.synthetic_audit import FLAGS, LEAST_DENSITY
from job.evidence.verdict.recommendation import HEADLINE_RULES
from job.evidence.verdict.rules import PROBABLE, PROBABLE_LOSS
from job.names import ALLOWED_PACKAGES, CLASSIFIERS
from job.pipeline import read_spec, run_job
from job.spec.generators import PRESETS, MixtureSpec
from job.spec.schema import keys_at
from job.wording.verdict_rows import DECISION_TITLES, RANKING_TITLES

ROOT = Path(__file__).parents[1]
PATHS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
PAGES = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in PATHS}
README = PAGES["README.md"]
MOST_LINES = 150


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)


def typed(page: str) -> list[str]:
    """What is typed at the prompts of a page."""
    console = "".join(blocks(page, "console")).replace("\\\n", "")
    return [line[2:] for line in console.splitlines() if line.startswith("$ ")]


LINES = [(page, line) for page in PAGES for line in typed(page)]
LINKS = [(page, link) for page, text in PAGES.items() for link in re.findall(r"\]\(([^)\s]+)\)", text)]
SHOWN = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)|<img src=\"([^\"]+)\" alt=\"([^\"]+)\">")


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)


def our_words(line: str) -> list[str] | None:
    """The arguments of the command, also where an image of that name runs it."""
    words = words_of(re.split(" [<>] ", line)[0])
    if words[:2] == ["docker", "run"]:
        return words[words.index("minority-report") + 1 :] or ["run"]
    return words[1:] if words[0] == "minority-report" else None


def table_below(page: str, heading: str) -> list[list[str]]:
    """The rows of the table that has a heading."""
    table = PAGES[page][PAGES[page].index(heading) :].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


def anchors(page: str) -> set[str]:
    """The addresses of a page's headings, as GitHub makes them."""
    titles = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```", "", PAGES[page], flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(("page", "line"), [case for case in LINES if our_words(case[1]) is not None])
def test_a_command_of_a_page_exists_with_these_options(page, line) -> None:
    """Click reads it to the last word."""
    name, *rest = our_words(line) or []
    command = commands.commands[name]

    command.make_context(name, rest)


@pytest.mark.parametrize("target", sorted({words_of(line)[1] for _, line in LINES if line.startswith("make ")}))
def test_a_target_of_a_page_exists(target) -> None:
    """`make` knows it."""
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_readme_is_read_to_its_end() -> None:
    """It is short, and what it leaves out is on pages that it leads to."""
    assert len(README.splitlines()) <= MOST_LINES
    assert set(PAGES) - {"README.md"} <= {link.partition("#")[0] for page, link in LINKS if page == "README.md"}


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_leads_somewhere(page, link) -> None:
    """To a file of the checkout, and to a heading that is there; other sites are not asked."""
    if "://" in link:
        return
    file, _, anchor = link.partition("#")
    target = ((ROOT / page).parent / file).resolve() if file else ROOT / page

    assert target.exists()
    assert not anchor or anchor in anchors(str(target.relative_to(ROOT)))


def test_the_first_commands_are_report_and_test() -> None:
    """Those two are what a fresh clone is tried with."""
    assert [["make", "report"], ["make", "test"]] == [words_of(line) for line in typed("README.md")[:2]]


def test_every_command_and_option_is_on_a_page() -> None:
    """Nobody finds what is written nowhere."""
    everything = "\n".join(PAGES.values())
    options = {
        max(option.opts, key=len)
        for command in commands.commands.values()
        for option in command.params
        if isinstance(option, click.Option)
    }
    listed = {
        row[0].strip("`").removeprefix("minority-report ") for row in table_below("docs/commands.md", "| command |")
    }

    assert set(commands.commands) == listed
    assert {option for option in options if option not in everything} == set()


def test_the_options_of_run_are_those_of_its_table() -> None:
    """Each is explained, and none is made up."""
    options = {
        max(option.opts, key=len) for option in commands.commands["run"].params if isinstance(option, click.Option)
    }

    assert options - {"--help"} == {
        row[0].strip("`").split()[0] for row in table_below("docs/commands.md", "| option |")
    }


def test_the_keys_of_the_spec_page_are_those_of_a_spec() -> None:
    """The table has every section with every key, and no other."""
    rows = table_below("docs/spec.md", "| section | keys |")
    written = {
        section: re.findall(r"`(\w+)`", keys)
        for sections, keys, _ in rows
        for section in sections.replace("` of kind `", " of kind ").strip("`").split("`, `")
    }

    assert {"strategies[]", "classifiers[]", "evaluation.cost", "data.generate of kind mixture"} < set(written)
    for section, keys in written.items():
        dotted, _, kind = section.partition(" of kind ")
        path = [
            part for step in dotted.split(".") for part in (step.removesuffix("[]"), *([0] if "[]" in step else []))
        ]
        path.append(kind)
        assert (section, keys_at([step for step in path if step != ""])) == (section, keys)


def test_presets_of_the_generate_page_are_those_of_the_job() -> None:
    """What a preset stands for is written down to the last number."""
    heading = next(line for line in PAGES["docs/generate.md"].splitlines() if line.startswith("| preset |"))
    keys = re.findall(r"`(\w+)`", heading)
    rows = {row[0].strip("`"): [float(cell) for cell in row[2:]] for row in table_below("docs/generate.md", heading)}

    assert {name: [preset[key] for key in keys] for name, preset in PRESETS.items()} == rows
    assert [len(keys)] * len(PRESETS) == [len(preset) for preset in PRESETS.values()]


def test_defaults_of_a_mixture_are_those_of_the_generate_page() -> None:
    """Every key but the seed has its default in the table."""
    fields = {
        key: default
        for keys, defaults, _ in table_below("docs/generate.md", "| key | default |")
        for key, default in zip(
            re.findall(r"`(\w+)`", keys), [float(d) for d in defaults.split(", ")] * 2, strict=False
        )
    }
    made = MixtureSpec.model_validate({"kind": "mixture"})

    assert {key: getattr(made, key) for key in fields if key != "shift"} == {
        key: default for key, default in fields.items() if key != "shift"
    }
    assert set(fields) == set(keys_at(("data", "generate", "mixture"))) - {"kind", "preset", "random_state"}


SPECS = [(page, text) for page in PAGES for text in blocks(page, "yaml")]


@pytest.mark.parametrize(("page", "text"), SPECS, ids=lambda part: part.splitlines()[0])
def test_a_spec_of_a_page_can_be_read(page, text, tmp_path) -> None:
    """It is what people copy; a part of one is read with the data of a job, a cluster's address included."""
    whole = text if "data:" in text else f"data: {{file: {{path: transactions.csv, target: is_fraud}}}}\n{text}"
    (tmp_path / "spec.yaml").write_text(whole)

    assert "is_fraud" == read_spec(str(tmp_path / "spec.yaml")).spec.data.file.target


def test_names_of_the_spec_page_are_those_of_the_registries() -> None:
    """Classifiers and packages are listed whole."""
    page = PAGES["docs/spec.md"]
    listed = page[page.index("Classifiers are") : page.index("### Weights")]

    assert [name for name in CLASSIFIERS if f"`{name}`" not in listed] == []
    assert [package for package in ALLOWED_PACKAGES if package not in listed.replace("\n", " ")] == []


def test_flags_of_the_report_page_are_those_of_the_audit() -> None:
    """Every code, in its order, with the margin from which on it is raised."""
    rows = [
        (re.findall(r"`([\w-]+)`", codes), when) for codes, when in table_below("docs/report.md", "| code | raised")
    ]

    assert [flag.code for flag in FLAGS] == [code for codes, _ in rows for code in codes]
    assert [f"{FLAGS[0].margin:g} above" in rows[0][1], f"{FLAGS[1].margin:g} above" in rows[1][1]] == [True, True]
    assert f"below {LEAST_DENSITY:g}" in rows[2][1]


def test_exit_codes_of_the_output_page() -> None:
    """Each kind of error has the code that is written down."""
    codes = dict(table_below("docs/output.md", "| exit code |"))

    assert {"0", "1", "2", "3", "4", "5", "130, 143"} == set(codes)
    assert "spec" in codes[str(SpecError([]).exit_code)]
    assert "output folder" in codes[str(OutputError.exit_code)]
    assert "data" in codes[str(DataError.exit_code)]
    assert "bug" in codes[str(JobError.exit_code)]


def test_files_of_the_output_page_are_what_a_job_writes(tmp_path) -> None:
    """No file is missing in the table, and none is only there."""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=1) + "gates: [{max_failed_runs: 0}]\n")
    named = {re.findall(r"`(.*?)`", row[0])[0] for row in table_below("docs/output.md", "| file | what it holds |")}

    run_job(read_spec(str(tmp_path / "spec.yaml")), tmp_path / "output", workers=1)

    assert {path.name for path in (tmp_path / "output").iterdir()} == named


def test_the_verdicts_of_their_page_are_those_of_the_code() -> None:
    """Every code of the three tables, in their order, and the probabilities from which on something is probable."""
    page = PAGES["docs/verdict.md"]
    tables = [part.split("\n\n")[0].splitlines()[2:] for part in page.split("| code |")[1:]]
    rows = [dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", "\n".join(table), re.MULTILINE)) for table in tables]

    assert [list(RANKING_TITLES), list(DECISION_TITLES), list(HEADLINE_RULES)] == [list(table) for table in rows]
    assert rows[0]["probably_better"].endswith(f">= {PROBABLE:g}")
    assert rows[0]["probably_worse"].endswith(f">= {PROBABLE_LOSS:g}")


def test_rooms_of_the_development_page_are_those_of_the_house() -> None:
    """The architecture section knows every room."""
    page = PAGES["docs/development.md"]
    table = page[page.index("| room |") :].split("\n\n")[0]
    rooms = {path.name for path in (ROOT / "job").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    named = set(re.findall(r"`([a-z_]+)/?`", table))
    assert {room.removesuffix(".py") for room in rooms} - {"__init__", "__main__"} == named - {"templates"}


def test_every_picture_of_a_page_is_there_and_says_what_it_shows() -> None:
    """In words, for those who can't see it."""
    found = {
        (page, path or src): words or alt for page in PAGES for words, path, src, alt in SHOWN.findall(PAGES[page])
    }

    assert {"docs/pictures/first_screen.png"} == {path for page, path in found if page == "README.md"}
    assert all(((ROOT / page).parent / path).exists() for page, path in found)
    assert all(len(words) > 40 for words in found.values())


@pytest.mark.parametrize("name", ["first_screen.png", "first_screen_dark.png"])
def test_the_picture_of_the_readme_is_the_first_screen_of_a_laptop(name) -> None:
    """For light and dark pages, in less than 150 kB."""
    made = (ROOT / "docs" / "pictures" / name).read_bytes()

    assert f"docs/pictures/{name}" in README
    assert (1440, 900) == struct.unpack(">II", made[16:24])
    assert len(made) < 150_000
