"""Ask for known vulnerabilities of every package in the locks, by pip-audit. Run it as `make audit`.

It ends with 0 where there are none, 1 where there are some, and 2 where the answer isn't known, for one package even:
pip-audit itself passes over packages that the service doesn't know, and a mirror of the index knows none. Options that
aren't listed below are pip-audit's (`--ignore-vuln ID`, `--vulnerability-service osv`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from locks import read_locks

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Answer:
    """What is known of a list of packages: lines about vulnerabilities, and the packages without an answer."""

    found: tuple[str, ...]
    unknown: tuple[str, ...]


def main() -> int:
    """Audit the locks, print what is found, and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--lock", action="append", type=Path, help="to audit, in place of every requirements*.txt")
    asked, options = parser.parse_known_args()
    try:
        locked = read_locks(asked.lock or sorted(ROOT.glob("requirements*.txt")))
        packages = [f"{package.name}=={package.version}" for package in locked]
        answer = read_answer(_ask(packages, options), packages)
    except (OSError, ValueError) as error:
        print(f"audit: nothing is known: {error}", file=sys.stderr)
        return 2
    print(*answer.found, sep="\n", end="\n" if answer.found else "")
    if answer.unknown:
        print(f"audit: the service does not know {_listed(answer.unknown)}", file=sys.stderr)
    elif not answer.found:
        print(f"{len(packages)} packages, none of them with a known vulnerability")
    return 1 if answer.found else 2 if answer.unknown else 0


def read_answer(text: str, packages: Iterable[str]) -> Answer:
    """Read pip-audit's JSON; a package that it leaves out or skips has no answer."""
    entries = json.loads(text)["dependencies"]
    known = {f"{entry['name']}=={entry['version']}": entry for entry in entries if "vulns" in entry}
    found = [
        f"{package}: {', '.join([hole['id'], *sorted(hole['aliases'])])}; fixed in {_listed(hole['fix_versions'])}"
        for package in packages
        for hole in known.get(package, {}).get("vulns", ())
    ]
    return Answer(tuple(found), tuple(package for package in packages if package not in known))


def _ask(packages: Sequence[str], options: Sequence[str]) -> str:
    """Run pip-audit on names and versions alone: what a lock installs on other systems counts too."""
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format=json", "--desc=off"]
    command += ["--progress-spinner=off", *options]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(packages))
        file.flush()
        done = subprocess.run([*command, "--requirement", file.name], capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
        raise ValueError((done.stderr.strip() or "pip-audit said nothing").splitlines()[-1])
    return done.stdout


def _listed(words: Sequence[str], most: int = 3) -> str:
    rest = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + rest if words else "no version"


if __name__ == "__main__":
    sys.exit(main())
