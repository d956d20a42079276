"""Run every benchmark of speed and memory, and write what they print, with the machine, to RESULTS.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from job.machine import usable_memory, usable_processors

FOLDER = Path(__file__).parent
PACKAGES = ("numpy", "scipy", "scikit-learn", "imbalanced-learn", "pandas")


def main() -> None:
    """Write one section for each benchmark; fails where one of them fails."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    parts = [
        "# What the job costs, beside its peers\n\n"
        f"`make bench`, {date.today()}: {platform.machine()}, {usable_processors()} processors, "
        f"{usable_memory() / 1e9:.0f} GB, Python {platform.python_version()}, {versions}.\n"
        "Each number is a ratio of two things measured in the same run.\n"
    ]
    failed = []
    for path in sorted(FOLDER.glob("bench_*.py")):
        print(path.name, flush=True)
        ended = subprocess.run(
            [sys.executable, path],
            env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
            stdout=subprocess.PIPE,
            text=True,
        )
        print(ended.stdout, flush=True)
        failed += [path.name] if ended.returncode else []
        verdict = "\n\nA bar is missed here." if ended.returncode else ""
        parts.append(f"## {path.stem}\n\n```text\n{ended.stdout.rstrip()}\n```{verdict}\n")
    (FOLDER / "RESULTS.md").write_text("\n".join(parts))
    sys.exit(f"bars missed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
