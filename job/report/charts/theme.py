"""Where templates, style sheets and fonts are, and the colours and markers of strategies in every chart."""

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from types import MappingProxyType

from job.errors import OutputError
from job.evaluation.third_party import silenced
from job.results.job_facts import WrittenEntry

_DARK = "@media screen and (prefers-color-scheme: dark)"
N_COLOURS = 8
_SHAPES = tuple(zip("os^DvPX*phd", "●■▲◆▼✚✖★⬟⬢♦", strict=True))
"""A marker, as matplotlib calls it, and the same shape as a character."""


def templates_folder() -> Path:
    """Find the folder with report.html.

    Returns
    -------
    pathlib.Path
        ``job/templates`` of an installed package, else ``templates`` beside ``job``.
    """
    package = find_spec("job.templates")
    installed = list(package.submodule_search_locations or ()) if package else []
    for place in installed:
        if (Path(place) / "report.html").is_file():
            return Path(place)
    return Path(__file__).resolve().parents[3] / "templates"


_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")


Dash = tuple[float, tuple[float, ...] | None]
"""A line style, as matplotlib has it: offset, and lengths of dashes and gaps."""


@dataclass(frozen=True)
class Series:
    """How one strategy looks, everywhere on the page.

    Parameters
    ----------
    colour : str
        Name of its colour in the style sheet.
    marker : str
        Marker, as matplotlib calls it.
    sign : str
        The same shape as a character.
    """

    colour: str
    marker: str
    sign: str
    dash: Dash


_DASHES: tuple[Dash, ...] = ((0, (4, 1.6)), (0, None), (0, (1.2, 1.2)), (0, (6, 1.4, 1.2, 1.4)), (0, (2.4, 1)))


def series(index: int) -> Series:
    """Give the look of the strategy at this position; looks repeat only after 88 strategies."""
    marker, sign = _SHAPES[index % len(_SHAPES)]
    return Series(f"series-{index % N_COLOURS}", marker, sign, _DASHES[index % len(_DASHES)])


@dataclass(frozen=True)
class Theme:
    """Every colour of the page by name, for a light and for a dark screen.

    Parameters
    ----------
    light, dark : Mapping[str, str]
        Name to ``#rrggbb``.
    """

    light: Mapping[str, str]
    dark: Mapping[str, str]


@cache
def load_theme() -> Theme:
    """Read the colours from ``css/variables.css``."""
    css = (templates_folder() / "css" / "variables.css").read_text(encoding="utf-8")
    light, _, dark = css.partition(_DARK)
    return Theme(*(MappingProxyType(dict(_COLOUR.findall(part))) for part in (light, dark)))


_OWN: Mapping[str, int] = MappingProxyType({"baseline": 0, "class_weight": 1, "threshold": 2, "smote": 3, "custom": 4})


def assign_looks(entries: Sequence[WrittenEntry]) -> tuple[int, ...]:
    """Give every strategy a look of its own, in the order of the results.

    Parameters
    ----------
    entries : sequence of WrittenEntry
        Baseline comes first.

    Returns
    -------
    tuple of int
        What `series` takes: by label, or else by name, where that is one of this program's, and for
        all others the next one that is left.
    """
    looks = {0: 0} if entries else {}
    for known in ([entry.label for entry in entries], [entry.name or "" for entry in entries]):
        for place, name in enumerate(known):
            look = _OWN.get(name)
            if place not in looks and look is not None and look not in looks.values():
                looks[place] = look
    rest = find_further_looks(())
    return tuple(looks[place] if place in looks else next(rest) for place in range(len(entries)))


def find_further_looks(taken: Collection[int]) -> Iterator[int]:
    """Find looks that no strategy of this program has, nor anything else; baseline's colour is not given again."""
    yield from (look for look in count(len(_OWN)) if look % N_COLOURS and look not in taken)


def settle_matplotlib() -> None:
    """Let matplotlib choose a folder that it can write, for this process and for workers; call it before they start.

    A shipped list is copied to a temporary folder, unless ``MPLCONFIGDIR`` names another: matplotlib cannot use it
    where a read-only image has it. Without a shipped list matplotlib uses its own folder in the home or, where that
    cannot be written, a temporary one; then it sets ``MPLCONFIGDIR``, which workers inherit, and tells the world.

    Raises
    ------
    OutputError
        Where no temporary folder can be made.
    """
    shipped = os.environ.get("MINORITY_REPORT_FONT_CACHE")
    try:
        if shipped is not None and not os.environ.get("MPLCONFIGDIR"):
            folder = tempfile.mkdtemp(prefix="minority-report-fonts-")
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            shutil.copytree(shipped, folder, dirs_exist_ok=True)
            os.environ["MPLCONFIGDIR"] = folder
        with silenced():
            import matplotlib  # only now: it reads the environment

            matplotlib.get_configdir()
            matplotlib.get_cachedir()
    except OSError as error:
        advice = "In a container with --read-only also say --tmpfs /tmp"
        raise OutputError(f"no folder for temporary files can be written. {advice}") from error
