"""Where the Nu HTML checker is: `make test` installs it there with npm."""

from __future__ import annotations

from pathlib import Path

CHECKER = Path(__file__).parents[1] / ".venv/nu/node_modules/vnu-jar/build/dist/vnu.jar"
