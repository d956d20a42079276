"""The files of examples/ci: right by the schema of each system, and as careful as docs/ci.md says."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from job.cli import main
from job.errors import DataError, JobError, SpecError, StrategyError
from job.outputs import JUNIT, KEPT, SUMMARY

EXAMPLES = Path(__file__).parents[1] / "examples"
CI = EXAMPLES / "ci"
OLDEST_KUBERNETES = "1.31"
SCHEMAS = {
    "ci/github.yaml": "vendor.github-workflows",
    "ci/gitlab.yaml": "vendor.gitlab-ci",
    "compose.yaml": "vendor.compose-spec",
}
MISTAKES = {
    "ci/github.yaml": ("runs-on:", "run-on:"),
    "ci/gitlab.yaml": ("when: always", "when: ever"),
    "compose.yaml": ("read_only: true", "read_only: [true]"),
    "ci/kubernetes.yaml": ("readOnlyRootFilesystem:", "readonlyRootFilesystem:"),
    "kubernetes.yaml": ("backoffLimit: 2", "backoffLimit: two"),
}


def load(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text())


def problems(path: Path, name: str) -> list[str]:
    """What the schema of its system has against a file."""
    if name in SCHEMAS:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name], str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        return [] if done.returncode == 0 else [done.stdout + done.stderr]
    found = []
    for document in YAML(typ="safe", pure=True).load_all(path.read_text()):
        for version in (OLDEST_KUBERNETES, kubernetes_validate.latest_version()):
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                found.append(error.message)
    return found


@pytest.mark.parametrize("name", MISTAKES)
def test_an_example_is_right_by_the_schema_of_its_system(name, tmp_path):
    """the public schemas of GitHub, GitLab, Compose and Kubernetes; and a misspelt key or a wrong value is seen"""
    text, (right, wrong) = (EXAMPLES / name).read_text(), MISTAKES[name]
    (tmp_path / "mistaken.yaml").write_text(text.replace(right, wrong))

    assert right in text
    assert [] == problems(EXAMPLES / name, name)
    assert 1 <= len(problems(tmp_path / "mistaken.yaml", name))


def test_every_file_of_the_folder_is_checked():
    """a new one needs a schema"""
    assert {f"ci/{path.name}" for path in CI.iterdir()} <= set(MISTAKES)


def scripts(name: str) -> Iterator[str]:
    """The commands of an example."""
    made = load(CI / name)
    if name == "github.yaml":
        yield from (step["run"] for job in made["jobs"].values() for step in job["steps"] if "run" in step)
    else:
        yield from (*made["minority-report"]["script"], *made["minority-report"]["after_script"])


@pytest.mark.parametrize("name", ["github.yaml", "gitlab.yaml"])
def test_nothing_is_pasted_into_a_script(name):
    """what comes from outside, a title or a branch say, reaches a shell only as a variable"""
    made = load(CI / name)

    assert 2 <= len([*scripts(name)])
    assert [] == [script for script in scripts(name) if re.search(r"\$\{\{|\$\[\[", script)]
    assert {"IMAGE", "SPEC"} == set(made.get("env") or made["variables"])


def test_the_workflow_may_read_and_no_more_and_names_actions_by_commit():
    """a tag can be moved to other code"""
    made = load(CI / "github.yaml")
    (job,) = made["jobs"].values()
    uses = [step["uses"] for step in job["steps"] if "uses" in step]

    assert {"contents": "read"} == made["permissions"]
    assert "permissions" not in job
    assert 3 == len(uses)
    assert [] == [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", use)]
    assert len(uses) == len(re.findall(r"@[0-9a-f]{40}    # v\d+\.\d+\.\d+$", (CI / "github.yaml").read_text(), re.M))
    assert job["steps"][0]["with"] == {"persist-credentials": False}
    assert 0 < job["timeout-minutes"] <= 360


def test_what_follows_the_job_happens_also_where_it_failed():
    """a failed gate is when the report is read"""
    (job,) = load(CI / "github.yaml")["jobs"].values()
    names = [step.get("name") for step in job["steps"]]
    after = job["steps"][names.index("Run the job") + 1 :]
    gitlab = load(CI / "gitlab.yaml")["minority-report"]

    assert ["always()"] * 3 == [step.get("if") for step in after]
    assert f'cat output/{SUMMARY} >> "$GITHUB_STEP_SUMMARY"' in after[0]["run"]
    assert f"output/{JUNIT}" == after[2]["with"]["report_paths"]
    assert "always" == gitlab["artifacts"]["when"]
    assert f"output/{JUNIT}" == gitlab["artifacts"]["reports"]["junit"]
    assert {"name": "$IMAGE", "entrypoint": [""]} == gitlab["image"]


def test_finished_runs_are_no_part_of_an_artifact():
    """they are for the next job on the same folder"""
    (job,) = load(CI / "github.yaml")["jobs"].values()
    (path,) = (step["with"]["path"] for step in job["steps"] if "upload-artifact" in step.get("uses", ""))

    assert ["output/**", f"!output/{KEPT}/**"] == path.split()
    assert [f"output/{KEPT}/**/*"] == load(CI / "gitlab.yaml")["minority-report"]["artifacts"]["exclude"]


def manifests() -> Mapping[str, Any]:
    documents = YAML(typ="safe", pure=True).load_all((CI / "kubernetes.yaml").read_text())
    return {document["kind"]: document for document in documents}


def unrestricted(pod: Mapping[str, Any]) -> list[str]:
    """What the Pod Security Standard "restricted" forbids in a pod of one container."""
    (container,) = pod["containers"]
    own, of_pod = container.get("securityContext", {}), pod.get("securityContext", {})
    both = {**of_pod, **own}
    wrong = {
        "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is not False,
        "capabilities": own.get("capabilities") != {"drop": ["ALL"]},
        "runAsNonRoot": both.get("runAsNonRoot") is not True,
        "runAsUser": both.get("runAsUser", 1) == 0,
        "seccompProfile": both.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"),
        "volumes": any({"hostPath", "nfs"} & set(volume) for volume in pod["volumes"]),
        "host": any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")),
        "ports": any("hostPort" in port for port in container.get("ports", ())),
        "privileged": bool(own.get("privileged")),
    }
    return [name for name, is_wrong in wrong.items() if is_wrong]


def test_the_job_in_kubernetes_runs_where_restricted_is_enforced():
    """and each of its settings is needed for that"""
    pod = manifests()["Job"]["spec"]["template"]["spec"]
    loose = copy.deepcopy(pod)
    del loose["securityContext"], loose["containers"][0]["securityContext"]

    assert [] == unrestricted(pod)
    assert 4 == len(unrestricted(loose))
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False


def test_only_what_another_try_can_mend_is_tried_again():
    """a wrong spec is wrong the next time too, and a gate that failed is an answer"""
    spec = manifests()["Job"]["spec"]
    (codes,) = (rule["onExitCodes"] for rule in spec["podFailurePolicy"]["rules"] if rule["action"] == "FailJob")
    name = spec["template"]["spec"]["containers"][0]["name"]

    ours = {*(kind.exit_code for kind in (SpecError, DataError, StrategyError)), 5}  # 5: a gate
    assert (name, "In", sorted(ours)) == (codes["containerName"], codes["operator"], codes["values"])
    assert JobError.exit_code not in ours
    assert "Never" == spec["template"]["spec"]["restartPolicy"]


def test_the_spec_in_kubernetes_is_right_and_its_volumes_are_there(tmp_path, capsys):
    """the container reads it under this name"""
    made = manifests()
    pod = made["Job"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    name = container["args"][1]
    (tmp_path / name).write_text(made["ConfigMap"]["data"][name])
    volumes = {volume["name"]: volume for volume in pod["volumes"]}

    assert 0 == main(["validate", str(tmp_path / name)]), capsys.readouterr().err
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    assert made["ConfigMap"]["metadata"]["name"] == volumes["spec"]["configMap"]["name"]
    claim = volumes["output"]["persistentVolumeClaim"]["claimName"]
    assert made["PersistentVolumeClaim"]["metadata"]["name"] == claim


DOCS = (CI.parents[1] / "docs" / "ci.md").read_text()


def test_what_the_documentation_names_is_there():
    """files, targets, headings and options"""
    makefile, readme = ((CI.parents[1] / name).read_text() for name in ("Makefile", "README.md"))
    links = re.findall(r"\]\(\.\./([^)#]+)(?:#([\w-]+))?\)", DOCS)

    assert {f"examples/ci/{path.name}" for path in CI.iterdir()} <= {path for path, _ in links}
    assert [] == [path for path, _ in links if not (CI.parents[1] / path).exists()]
    assert [] == [name for _, name in links if name and f"# {name}" not in readme.lower()]
    targets = re.findall(r"(?:^    |`)make ([a-z]+)", DOCS, re.MULTILINE)
    assert {"image", "sbom", "audit", "wheels"} == set(targets)
    assert [] == [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]


def test_the_spec_of_the_documentation_is_right(tmp_path, capsys):
    """with a file of its columns"""
    (text,) = re.findall(r"```yaml\n(.*?)^ *```", DOCS, re.DOTALL | re.MULTILINE)
    (tmp_path / "spec.yaml").write_text(textwrap.dedent(text))
    rows = (f"{row % 7},{row % 3},{int(row % 5 == 0)}" for row in range(60))
    (tmp_path / "transactions.csv").write_text("\n".join(["amount,hour,is_fraud", *rows]))

    assert 0 == main(["validate", str(tmp_path / "spec.yaml")]), capsys.readouterr().err
