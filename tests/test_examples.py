"""Examples are read, so they are run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from container.compose import read_services
from distributed.cli import dask_scheduler, dask_worker
from ruamel.yaml import YAML

from job.cli import commands, main

pytestmark = pytest.mark.long

EXAMPLES = Path(__file__).parents[1] / "examples"
CLUSTERS = ("compose.yaml", "kubernetes.yaml")
SUITES = ("suite_keel.yaml",)
SPECS = sorted(path for path in EXAMPLES.glob("*.yaml") if path.name not in (*CLUSTERS, *SUITES))


@pytest.mark.parametrize("name", SUITES)
def test_an_example_of_a_suite_can_be_run(name, capsys) -> None:
    """Every data set is known, and every job is right in itself."""
    assert 0 == main(["validate", str(EXAMPLES / name)]), capsys.readouterr().err
    assert "no problem found; " in capsys.readouterr().out


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_an_example_runs(path, tmp_path, capsys) -> None:
    """Each gives its report, here with one repeat and no more than two folds, and no run fails."""
    spec = YAML(typ="safe", pure=True).load(path.read_text())
    spec["split"]["n_repeats"] = 1
    if "n_splits" in spec["split"]:
        spec["split"]["n_splits"] = 2
    if spec["data"].get("file"):
        (tmp_path / "machines.csv").symlink_to(EXAMPLES / "machines.csv")
    with (tmp_path / "spec.yaml").open("w") as file:
        YAML(typ="safe", pure=True).dump(spec, file)

    code = main(["run", str(tmp_path / "spec.yaml"), "--output", str(tmp_path / "output"), "--workers", "1"])

    assert 0 == code, capsys.readouterr().err
    status = json.loads((tmp_path / "output" / "results.json").read_text())["status"]
    assert (0, 0) == (status["n_failed"], status["n_not_applicable"])
    assert spec["title"] in (tmp_path / "output" / "report.html").read_text()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_an_example_validates_as_it_is(path, capsys) -> None:
    """With all its repeats, and the data beside it."""
    assert 0 == main(["validate", str(path)]), capsys.readouterr().err


def test_the_example_data_is_what_its_script_makes() -> None:
    """Nobody has to trust a file whose origin isn't known."""
    made = subprocess.run([sys.executable, EXAMPLES / "make_machines.py"], capture_output=True)

    assert (EXAMPLES / "machines.csv").read_bytes() == made.stdout


def test_the_cluster_of_the_compose_file_is_one() -> None:
    """Its commands exist, workers and job have the scheduler's address, and the job's spec is an example."""
    services = read_services(EXAMPLES / "compose.yaml")

    assert {"scheduler", "worker", "job"} == set(services)
    assert 2 == services["worker"]["deploy"]["replicas"]
    for name, service in services.items():
        assert_words_are_understood(service["command"], "tcp://scheduler:8786" if name != "scheduler" else None)
    spec = Path(services["job"]["command"][1])
    assert f".:{spec.parent}:ro" in services["job"]["volumes"]
    assert (EXAMPLES / spec.name).exists()


def test_the_manifests_for_kubernetes_fit_together() -> None:
    """Every selector finds its pods, every volume is there, and every command exists."""
    made = list(YAML(typ="safe", pure=True).load_all((EXAMPLES / "kubernetes.yaml").read_text()))
    kinds = {(document["kind"], document["metadata"]["name"]): document for document in made}
    pods = {name: kinds[name]["spec"]["template"] for name in kinds if name[0] in ("Deployment", "Job")}
    service = kinds["Service", "scheduler"]["spec"]

    assert len(made) == len(kinds)
    assert {("Deployment", "scheduler"), ("Deployment", "worker"), ("Job", "minority-report")} == set(pods)
    assert service["selector"] == pods["Deployment", "scheduler"]["metadata"]["labels"]
    (scheduler,) = pods["Deployment", "scheduler"]["spec"]["containers"]
    assert [port["port"] for port in service["ports"]] == [port["containerPort"] for port in scheduler["ports"]]
    for name, pod in pods.items():
        if name[0] == "Deployment":
            assert kinds[name]["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"]
        (container,) = pod["spec"]["containers"]
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} == volumes
        assert_words_are_understood(container["args"], "tcp://scheduler:8786" if name[1] != "scheduler" else None)
    claimed = [volume for volume in pods["Job", "minority-report"]["spec"]["volumes"] if "emptyDir" not in volume]
    assert ("ConfigMap", claimed[0]["configMap"]["name"]) in kinds
    assert ("PersistentVolumeClaim", claimed[1]["persistentVolumeClaim"]["claimName"]) in kinds


def test_the_spec_for_kubernetes_is_right(tmp_path, capsys) -> None:
    """It is what the job's container reads."""
    documents = YAML(typ="safe", pure=True).load_all((EXAMPLES / "kubernetes.yaml").read_text())
    (tmp_path / "spec.yaml").write_text(next(documents)["data"]["spec.yaml"])

    assert 0 == main(["validate", str(tmp_path / "spec.yaml")]), capsys.readouterr().err


def assert_words_are_understood(words: list[str], address: str | None) -> None:
    """Ours and Dask's commands read them to the last one, and they have an address or none."""
    name, *rest = words
    commands.commands[name].make_context(name, list(rest))
    if name == "dask":
        {"scheduler": dask_scheduler, "worker": dask_worker}[rest[0]].main.make_context(rest[0], rest[1:])
    assert [word for word in words if "://" in word] == ([] if address is None else [address])
