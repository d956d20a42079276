"""matplotlib's list of fonts, where it was made beforehand: the container image ships one."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from job.errors import OutputError


def use_shipped_font_list() -> None:
    """Copy the shipped list to a temporary folder and point matplotlib there; call it before matplotlib is imported.

    matplotlib ignores, with a warning, a configuration folder that it cannot write, so the list cannot be used where
    a read-only image has it. Where none is shipped, matplotlib keeps its own.

    Raises
    ------
    OutputError
        Where no temporary folder can be made.
    """
    shipped = os.environ.get("MINORITY_REPORT_FONT_CACHE")
    if shipped is None:
        return
    try:
        folder = tempfile.mkdtemp(prefix="minority-report-fonts-")
    except OSError as error:
        raise OutputError(
            "no folder for temporary files can be written. In a container with --read-only also say --tmpfs /tmp"
        ) from error
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(shipped, folder, dirs_exist_ok=True)
    os.environ["MPLCONFIGDIR"] = folder
