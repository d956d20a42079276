"""Where matplotlib keeps its list of fonts, and the list that the container image ships."""

import atexit
import os
import shutil
import tempfile

from job.errors import OutputError
from job.evaluation.third_party import silenced


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
        raise OutputError(
            "no folder for temporary files can be written. In a container with --read-only also say --tmpfs /tmp"
        ) from error
