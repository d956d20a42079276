"""The files of examples/ci, run as they stand: their commands between, on this machine, with the image built here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import junitparser
import pytest
from container.compose import docker
from ruamel.yaml import YAML
from small_job import small_spec

from job.outputs import ALWAYS, FIGURES, JUNIT, KEPT, SUMMARY

pytestmark = [pytest.mark.container, pytest.mark.long]

CI = Path(__file__).parents[2] / "examples" / "ci"
GATES = {"passes": ("{max_failed_runs: 0}", 0), "fails": ("{metric: recall, strategy: smote, bound: mean, min: 1}", 5)}


def load(name: str) -> Mapping[str, Any]:
    made: Mapping[str, Any] = YAML(typ="safe", pure=True).load((CI / name).read_text())
    return made


@pytest.fixture(params=GATES)
def gate(request: pytest.FixtureRequest) -> tuple[str, int]:
    """A rule, and the exit code of a job that has it."""
    return GATES[request.param]


@pytest.fixture
def checkout(tmp_path: Path, gate: tuple[str, int]) -> Path:
    """A team's repository, checked out as the systems do it: by root or by the runner's user, for any user to write."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    folder.chmod(0o777)
    (folder / "minority-report.yaml").write_text(f"{small_spec(n_repeats=1)}gates: [{gate[0]}]\n")
    return folder


def matched(folder: Path, patterns: str) -> set[str]:
    """Files that patterns of the upload action match; those behind `!` are left out."""
    found: set[Path] = set()
    for pattern in patterns.split():
        named = [*folder.glob(pattern.removeprefix("!"))]
        files = {path for name in named for path in (name, *name.rglob("*")) if path.is_file()}
        found = found - files if pattern.startswith("!") else found | files
    return {path.relative_to(folder / "output").as_posix() for path in found}


def assert_complete(files: set[str], output: Path, code: int) -> None:
    """The whole report is kept, also of a job that failed; each gate is a test, with its reason in the summary."""
    (suite,) = junitparser.JUnitXml.fromfile(str(output / JUNIT))
    failed = [result.message for case in suite for result in case.result]
    explained = [line for line in (output / SUMMARY).read_text().splitlines() if line.startswith("- **Gate failed")]

    assert {*ALWAYS, JUNIT} == {name for name in files if not name.startswith(FIGURES)}
    assert (output / KEPT).is_dir()
    assert (1, int(code == 5), int(code == 5)) == (len(suite), len(failed), len(explained))
    assert [] == [message for message in failed if message not in explained[0]]


def run_steps(job: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Run the commands of a workflow as GitHub's runner does: in bash -e, and after a failure only what asks for it."""
    failed, script, variables = False, folder.parent / "step.sh", {**os.environ, **environment}
    for step in job["steps"]:
        if "run" in step and (not failed or step.get("if") == "always()"):
            script.write_text(step["run"])
            done = subprocess.run(["bash", "-e", script], cwd=folder, env=variables, capture_output=True, text=True)
            failed = failed or done.returncode != 0
            yield done.stderr, done.returncode


def test_the_workflow_for_github(image: str, checkout: Path, gate: tuple[str, int]) -> None:
    """Its commands end as the gate says, and the summary page has the answer either way."""
    made, summary = load("github.yaml"), checkout.parent / "summary"
    (job,) = made["jobs"].values()
    variables = {**made["env"], "IMAGE": image, "GITHUB_STEP_SUMMARY": str(summary)}

    (log, code), *after = run_steps(job, checkout, variables)

    assert (gate[1], [0]) == (code, [ended for _, ended in after]), log
    assert summary.read_bytes() == (checkout / "output" / SUMMARY).read_bytes()
    assert summary.stat().st_size < 1 << 20
    (path,) = (step["with"]["path"] for step in job["steps"] if "upload-artifact" in step.get("uses", ""))
    assert_complete(matched(checkout, path), checkout / "output", code)
    assert {os.getuid()} == {path.stat().st_uid for path in (checkout / "output").rglob("*")}


def test_a_spec_that_is_wrong_fails_the_workflow_and_no_later_step(image: str, tmp_path: Path) -> None:
    """There is no summary then, and its step says nothing of it."""
    made, folder = load("github.yaml"), tmp_path / "checkout"
    (job,) = made["jobs"].values()
    folder.mkdir()
    (folder / "minority-report.yaml").write_text("data: {}\n")
    variables = {**made["env"], "IMAGE": image, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}

    ended = [code for _, code in run_steps(job, folder, variables)]

    assert [2, 0] == ended
    assert not (tmp_path / "summary").exists()


def test_the_job_for_gitlab(image: str, checkout: Path, gate: tuple[str, int]) -> None:
    """Its commands run inside the image, in the checkout, and the job's log ends with the answer either way."""
    made = load("gitlab.yaml")
    job = made["minority-report"]
    variables = {**made["variables"], "IMAGE": image}
    flags = [f"--env={name}={value}" for name, value in variables.items()]
    entrypoint = f"--entrypoint={job['image']['entrypoint'][0]}"
    name = job["image"]["name"].removeprefix("$")

    def run(lines: list[str]) -> subprocess.CompletedProcess[str]:
        place = (f"--volume={checkout}:/builds/team/project", "--workdir=/builds/team/project")
        script = "\n".join(["set -eo pipefail", *lines])
        return docker("run", "--rm", *flags, *place, entrypoint, variables[name], "bash", "-c", script)

    done, after = run(job["script"]), run(job["after_script"])

    assert (gate[1], 0) == (done.returncode, after.returncode), done.stderr
    assert after.stdout == (checkout / "output" / SUMMARY).read_text()
    artifacts = job["artifacts"]
    patterns = [*artifacts["paths"], *(f"!{pattern}" for pattern in artifacts["exclude"])]
    assert_complete(matched(checkout, " ".join(patterns)), checkout / "output", gate[1])


@pytest.mark.parametrize("gate", [GATES["fails"]])
def test_the_job_for_kubernetes(image: str, checkout: Path, gate: tuple[str, int]) -> None:
    """Its security context, limits and mounts, by the flags of the engine that mean the same."""
    documents = YAML(typ="safe", pure=True).load_all((CI / "kubernetes.yaml").read_text())
    pod = next(made for made in documents if made["kind"] == "Job")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    own, of_pod = container["securityContext"], pod["securityContext"]
    output = checkout / "output"
    output.mkdir()
    os.chown(output, -1, of_pod["fsGroup"])
    output.chmod(0o2775)
    (checkout / "minority-report.yaml").rename(checkout / "spec.yaml")
    mounts = {"spec": f"--volume={checkout}:{{}}:ro", "output": f"--volume={output}:{{}}", "tmp": "--tmpfs={}"}
    flags = [
        f"--user={of_pod['runAsUser']}:{of_pod['runAsGroup']}",
        f"--group-add={of_pod['fsGroup']}",
        *(["--read-only"] if own["readOnlyRootFilesystem"] else []),
        *([] if own["allowPrivilegeEscalation"] else ["--security-opt=no-new-privileges"]),
        *(f"--cap-drop={name}" for name in own["capabilities"]["drop"]),
        f"--memory={container['resources']['limits']['memory'].removesuffix('i')}",
        f"--cpus={container['resources']['limits']['cpu']}",
        *(mounts[mount["name"]].format(mount["mountPath"]) for mount in container["volumeMounts"]),
    ]

    done = docker("run", "--rm", *flags, image, *container["args"])

    assert gate[1] == done.returncode, done.stderr
    assert {*ALWAYS, JUNIT, FIGURES, KEPT} == {path.name for path in output.iterdir()}
