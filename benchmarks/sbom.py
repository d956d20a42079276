"""Write the image's bill of materials, in CycloneDX 1.6, from its lock. Run it as `make sbom`.

It has every Python package of the image with its licence, the hashes of its files and what it needs, and neither a time
stamp nor a serial number: the same lock gives the same bytes. What locks don't say is read from the installed packages.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from locks import Locked, read_locks
from packageurl import PackageURL
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from job import __version__

ROOT = Path(__file__).parents[1]
PYTHON = re.compile(r"^FROM python:(\d+\.\d+)-", re.MULTILINE)
LOCK = re.compile(r"-r /tmp/(requirements[\w-]*\.txt)")
IMAGE = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
}
"""What markers are evaluated for, whatever machine this is."""
LONGEST_NAME = 40
"""Letters of a licence's name; some packages write the whole text in its place."""


def main() -> None:
    """Write the bill of materials of the image that the Dockerfile describes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="to write, such as sbom.cdx.json")
    asked = parser.parse_args()
    dockerfile = (ROOT / "Dockerfile").read_text()
    (python,) = set(PYTHON.findall(dockerfile))
    image = {**IMAGE, "python_version": python, "python_full_version": f"{python}.0"}
    locked = read_locks([ROOT / LOCK.findall(dockerfile)[0]])  # those after it are extras, which only EXTRA= installs
    packages = [package for package in locked if not package.marker or Marker(package.marker).evaluate(image)]
    asked.file.parent.mkdir(parents=True, exist_ok=True)
    asked.file.write_text(write_bill(packages, image), encoding="utf-8")
    print(f"{asked.file}: {len(packages)} packages")


def write_bill(packages: Sequence[Locked], image: Mapping[str, str]) -> str:
    """Write the bill of materials as JSON, sorted."""
    ours = Component(
        name="minority-report",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="minority-report",
        licenses=[LicenseFactory().make_from_string("MIT")],
    )
    parts = {package.name: _describe(package) for package in packages}
    bill = Bom(components=parts.values())
    bill.metadata.component = ours
    bill.register_dependency(ours, [parts[package.name] for package in packages if package.is_asked])
    for name, component in parts.items():
        bill.register_dependency(component, [parts[needed] for needed in _needs(name, image)])
    made = json.loads(JsonV1Dot6(bill).output_as_string())
    del made["serialNumber"], made["metadata"]["timestamp"]
    return json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _needs(name: str, image: Mapping[str, str]) -> list[str]:
    """Name what a package needs in the image, by its own metadata: a lock says what it needs on any system."""
    needs = [Requirement(text) for text in distribution(name).requires or ()]
    return [canonicalize_name(need.name) for need in needs if need.marker is None or need.marker.evaluate(dict(image))]


def _describe(package: Locked) -> Component:
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(f"https://pypi.org/simple/{package.name}/"),
        comment="the hashes of every file that the lock allows",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in package.hashes],
    )
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", name=package.name, version=package.version),
        bom_ref=f"{package.name}=={package.version}",
        licenses=[LicenseFactory().make_from_string(_licence(package))],
        external_references=[files],
    )


def _licence(package: Locked) -> str:
    """Name the licence of a package: by an expression where it has one, else by what comes nearest to it."""
    try:
        found = distribution(package.name)
    except PackageNotFoundError:
        raise SystemExit(f"{package.name} {package.version} is locked, but not installed") from None
    if found.version != package.version:
        raise SystemExit(f"{package.name} {package.version} is locked, but {found.version} is installed")
    if expression := found.metadata["License-Expression"]:
        return str(expression)
    classifiers = [line.split(" :: ")[-1] for line in found.metadata.get_all("Classifier", []) if line[:7] == "License"]
    texts = [file.read_text().strip() for file in found.files or () if re.match(r"(?i)licen[cs]e", file.name)]
    for name in (found.metadata["License"], *classifiers, *(text.split("\n")[0] for text in texts)):
        if name and len(name) <= LONGEST_NAME and name != "OSI Approved":
            return str(name)
    raise SystemExit(f"{package.name} {package.version} does not name its licence")


if __name__ == "__main__":
    main()
