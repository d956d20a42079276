"""The part of Compose that examples/compose.yaml uses, by the plain engine, which is all that a test needs."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FLAGS = {"read_only": "--read-only", "tmpfs": "--tmpfs", "cap_drop": "--cap-drop", "security_opt": "--security-opt"}
ELSEWHERE = {"image", "command", "deploy", "depends_on", "restart", "ports", "user", "volumes"}


def read_services(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read the services of a Compose file, each after those that it depends on; refuse what isn't known here."""
    services = YAML(typ="safe", pure=True).load(path.read_text())["services"]
    assert [key for service in services.values() for key in service if key not in {*FLAGS, *ELSEWHERE}] == []
    assert [
        name for n, name in enumerate(services) if not set(services[name].get("depends_on", ())) <= {*[*services][:n]}
    ] == []
    return services


def docker(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command of the engine."""
    return subprocess.run(["docker", *words], capture_output=True, text=True, **options)


@contextmanager
def network(name: str) -> Iterator[str]:
    """Make a network; on leaving it goes, with every container in it."""
    assert docker("network", "create", name).returncode == 0
    try:
        yield name
    finally:
        members = docker("ps", "--all", "--quiet", f"--filter=network={name}").stdout.split()
        if members:
            docker("rm", "--force", *members)
        docker("network", "rm", name)


def start(service: str, asked: Mapping[str, Any], image: str, network: str, *flags: str) -> list[str]:
    """Start the containers of one service, in the background; give their ids."""
    words = [f"--network={network}", f"--network-alias={service}", *flags]
    for key, flag in FLAGS.items():
        values = asked.get(key, ())
        words += [flag] if values is True else [f"{flag}={value}" for value in values]
    command = ["run", "--detach", *words, image, *asked["command"]]
    started = [docker(*command) for _ in range(asked.get("deploy", {}).get("replicas", 1))]
    assert [done.stderr for done in started if not re.fullmatch(r"[0-9a-f]{64}\n", done.stdout)] == []
    return [done.stdout.strip() for done in started]
