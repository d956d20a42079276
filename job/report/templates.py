"""Where the templates are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


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
    return Path(__file__).resolve().parents[2] / "templates"
