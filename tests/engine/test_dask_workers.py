"""Real Dask clusters: a scheduler and workers as processes on loopback; real deaths."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from functools import partial

import dask
import distributed
import numpy as np
import psutil
import pytest
from dask_cluster import ENVIRONMENT, running, start_cluster, wait_until
from engine.test_execute import DATASET, evaluate_here, make_units
from factories import make_spec
from hostile import KillsWhenFetched
from small_job import small_spec

from job.engine import dask_workers
from job.engine.dask_workers import open_cluster
from job.engine.execute import execute
from job.errors import EngineError
from job.evaluation.evaluate_unit import FAILED, OK, evaluate_unit

pytestmark = pytest.mark.long

SPEC = small_spec(n_repeats=5).replace("[logistic_regression]", "[logistic_regression, decision_tree]")
BYTES = ("report.html", "results.json", "metrics.csv")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers; what a test kills comes back by itself."""
    with start_cluster(tmp_path_factory.mktemp("cluster"), 2) as started:
        with distributed.Client(started.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield started


def spec_for(address, **engine):
    return make_spec(engine={"kind": "dask", "address": address, **engine})


def run(cluster, units, tmp_path, on_done=lambda outcomes: None, **engine):
    outcomes = {}

    def collect(ended):
        for outcome in ended:
            assert outcome.key not in outcomes
            outcomes[outcome.key] = outcome
        on_done(outcomes)

    with open_cluster(spec_for(cluster.address, **engine), tmp_path) as opened:
        execute(units, partial(evaluate_unit, dataset=DATASET), opened, collect)
    return outcomes


def start_job(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "job", "run", "spec.yaml", *words],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_worker_leaves_no_trace(cluster, tmp_path) -> None:
    """a worker is killed in the middle of a job, and its files have the bytes of a local job's"""
    (tmp_path / "spec.yaml").write_text(SPEC)
    job = start_job(tmp_path, "--dask", cluster.address, "--output", "dask", "--workers", "7", "--verbose")

    assert "Note: --workers is ignored, because the Dask cluster has workers of its own\n" == job.stderr.readline()
    said = [job.stderr.readline() for _ in range(6)]
    victim = cluster.workers()[0]
    victim.kill()
    assert job.poll() is None
    _, rest = job.communicate(timeout=300)

    assert 0 == job.returncode, rest
    assert [] == [line for line in [*said, *rest.splitlines()] if " runs: " in line or ": ok in" not in line]
    local = start_job(tmp_path, "--output", "local", "--workers", "1")
    assert 0 == local.wait(timeout=300)
    assert [True] * 3 == [(tmp_path / "dask" / n).read_bytes() == (tmp_path / "local" / n).read_bytes() for n in BYTES]
    assert not victim.is_running()


def test_workers_that_all_die_get_the_data_set_again(cluster, tmp_path) -> None:
    """units whose workers die with every copy of the data set are sent once more, and no run fails"""
    wait_until(lambda: len(cluster.workers()) == 2)
    units = make_units(["baseline", "smote", "custom"], n_repeats=4)

    def kill_all(outcomes) -> None:
        if len(outcomes) == 2:
            for worker in cluster.workers():
                with suppress(psutil.NoSuchProcess):
                    worker.kill()

    outcomes = run(cluster, units, tmp_path, kill_all)

    assert [(OK, None)] * 12 == [(outcome.status, outcome.reason) for outcome in outcomes.values()]


def test_workers_that_die_before_they_hand_over_an_answer(cluster, tmp_path) -> None:
    """the unit had ended, so Dask counts no killer; it is sent once more, and its time begins again"""
    wait_until(lambda: len(cluster.workers()) == 2)
    pids, begun, (unit,) = tmp_path / "pids", tmp_path / "begun", make_units(["baseline"], n_repeats=1)
    pids.write_text(" ".join(str(worker.pid) for worker in cluster.workers()))

    with open_cluster(spec_for(cluster.address), tmp_path) as opened, opened.make_executor(2) as executor:
        answered = executor.submit(KillsWhenFetched.answer, begun, pids, unit)
        wait_until(lambda: begun.exists() and begun.read_text() == "")

        assert unit.strategy == answered.result(timeout=120).strategy
        assert float(begun.read_text())


def test_a_late_unit_whose_worker_is_gone_costs_nothing(cluster, tmp_path) -> None:
    """there is nobody to restart, and the next unit is answered"""
    wait_until(lambda: len(cluster.workers()) == 2)
    nobody, units = tmp_path / "nobody", make_units(["baseline", "smote"], n_repeats=1)
    nobody.write_text("")

    with open_cluster(spec_for(cluster.address, run_timeout=60), tmp_path) as opened:
        with opened.make_executor(2) as executor:
            late = executor.submit(KillsWhenFetched.answer, tmp_path / "0", nobody, units[0])
            executor._flights[units[0]].worker = "tcp://127.0.0.1:9"
            assert late.cancel()
        with opened.make_executor(2) as executor:
            answered = executor.submit(KillsWhenFetched.answer, tmp_path / "1", nobody, units[1])
            assert units[1].strategy == answered.result(timeout=120).strategy


def test_only_the_runs_that_kill_are_failed(cluster, tmp_path) -> None:
    """a classifier that kills every worker it is given fails; the others have the scores of this process"""
    plain = make_units(["baseline", "smote"], n_repeats=1)
    alone = evaluate_here(plain)
    units = [*make_units(["baseline"], ("logistic_regression", "KillsWhenFitted"), n_repeats=1), plain[1]]

    outcomes = run(cluster, units, tmp_path)

    assert 3 == len(outcomes)
    for key, outcome in outcomes.items():
        if key.classifier == "KillsWhenFitted":
            assert (FAILED, True) == (outcome.status, "worker process died" in outcome.reason)
        else:
            np.testing.assert_array_equal(alone[key].scores, outcome.scores)


def test_only_the_run_that_takes_too_long_is_failed(cluster, tmp_path) -> None:
    """a run that hangs in C with Python's lock is ended with its worker, which its nanny starts again"""
    before = {worker.pid for worker in cluster.workers()}
    units = make_units(["baseline"], ("logistic_regression", "HangsInC"), n_repeats=1)

    outcomes = run(cluster, units, tmp_path, run_timeout=2)

    late = (FAILED, "took longer than engine.run_timeout (2 s)")
    assert {"logistic_regression": (OK, None), "HangsInC": late} == {
        key.classifier: (outcome.status, outcome.reason) for key, outcome in outcomes.items()
    }
    wait_until(lambda: len(cluster.workers()) == 2)
    assert before != {worker.pid for worker in cluster.workers()}


def test_the_data_set_is_sent_once(cluster, tmp_path, monkeypatch) -> None:
    """it is given to one worker and from there to all, and no unit carries it"""
    sent = []
    for name in ("scatter", "replicate"):
        given = getattr(distributed.Client, name)
        monkeypatch.setattr(
            distributed.Client, name, lambda *a, name=name, given=given, **k: sent.append(name) or given(*a, **k)
        )

    with distributed.Client(cluster.address, set_as_default=False) as client:

        def wait_until_both_have_it(outcomes) -> None:
            if len(outcomes) == 1:
                wait_until(lambda: client.run_on_scheduler(_count_copies) == 2)

        outcomes = run(cluster, make_units(["baseline", "smote"], n_repeats=4), tmp_path, wait_until_both_have_it)

    assert 8 == len(outcomes)
    assert ["scatter", "replicate"] == sent


def _count_copies(dask_scheduler):
    return max((len(task.who_has or ()) for task in dask_scheduler.tasks.values()), default=0)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_job_and_leaves_the_cluster(cluster, tmp_path, number, code) -> None:
    """what the cluster still had of the job is cancelled, its workers live on and take the next job"""
    (tmp_path / "spec.yaml").write_text(small_spec(n_repeats=2000))
    workers = {worker.pid for worker in cluster.workers()}
    job = start_job(tmp_path, "--dask", cluster.address, "--verbose")
    job.stderr.readline()

    job.send_signal(number)
    out, err = job.communicate(timeout=300)

    assert (code, "", f"Stopped by {number.name}") == (job.returncode, out, err.splitlines()[-1])
    with distributed.Client(cluster.address, set_as_default=False) as client:
        wait_until(lambda: client.run_on_scheduler(_count_tasks) == 0)
    assert 1 == len(run(cluster, make_units(["baseline"], n_repeats=1), tmp_path))
    assert workers == {worker.pid for worker in cluster.workers()}


def _count_tasks(dask_scheduler):
    return len(dask_scheduler.tasks)


def test_other_versions_are_refused(cluster, tmp_path, monkeypatch) -> None:
    """before anything is sent, with both versions; a worker that joins later is refused as well"""
    version = dask_workers.version
    monkeypatch.setattr(dask_workers, "version", lambda name: "1.2.3" if name == "numpy" else version(name))
    dask_workers._describe_software.cache_clear()
    try:
        wrong = dask_workers._describe_software(())
        with (
            pytest.raises(EngineError, match=rf"worker tcp://\S+ has numpy {version('numpy')}, but the job has 1.2.3"),
            open_cluster(spec_for(cluster.address), tmp_path),
        ):
            pass
    finally:
        dask_workers._describe_software.cache_clear()
    monkeypatch.setattr(dask_workers, "_describe_software", lambda modules: wrong)
    monkeypatch.setattr(dask_workers, "_complain_about_workers", lambda *given, **named: [])
    with pytest.raises(EngineError, match=rf"it has numpy {version('numpy')}, but the job has 1.2.3"):
        run(cluster, make_units(["baseline"]), tmp_path)


def test_a_class_that_workers_cannot_import_is_refused(cluster, tmp_path, monkeypatch) -> None:
    """an allowed package has to be there, with the same source"""
    (tmp_path / "only_here.py").write_text("class Sampler: pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    engine = {"kind": "dask", "address": cluster.address}
    spec = make_spec(strategies=[{"class": "only_here.Sampler"}, {"class": "hostile.Raises"}], engine=engine)

    with pytest.raises(EngineError, match="only_here") as raised, open_cluster(spec, tmp_path):
        pass

    assert "source not there), but the job has only_here" not in str(raised.value)
    assert "has only_here without a version (source not there), but the job has without" in str(raised.value)
    assert "hostile" not in str(raised.value)


def test_workers_that_do_several_units_or_cannot_restart_are_refused(cluster, tmp_path) -> None:
    """the option that mends it is named"""
    words = ("worker", cluster.address, "--nthreads", "2", "--no-nanny", "--no-dashboard")
    with running(tmp_path, *words), distributed.Client(cluster.address, set_as_default=False) as client:
        client.wait_for_workers(3, timeout=120)
        with (
            pytest.raises(EngineError, match="--nthreads 1") as raised,
            open_cluster(spec_for(cluster.address, run_timeout=5), tmp_path),
        ):
            pass
    assert "has no nanny, which engine.run_timeout needs; start it without --no-nanny" in str(raised.value)
    with distributed.Client(cluster.address, set_as_default=False) as client:
        wait_until(lambda: len(client.nthreads()) == 2)


@pytest.fixture
def in_a_hurry():
    """Half a second to connect."""
    with dask.config.set({"distributed.comm.timeouts.connect": "500ms"}):
        yield


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://127.0.0.1:9", "no Dask scheduler answers at tcp://127.0.0.1:9: .* after 0.5 s"),
        ("127.0.0.1", "missing port"),
        ("ftp://127.0.0.1:9", "unknown address scheme 'ftp'"),
        ("tls://127.0.0.1:9", "TLS configuration"),
    ],
)
def test_nobody_at_the_address(in_a_hurry, tmp_path, address, why) -> None:
    """it is said after a short wait, with the commands that start a cluster"""
    with pytest.raises(EngineError, match=why) as raised, open_cluster(spec_for(address), tmp_path):
        pass
    assert "minority-report dask scheduler" in str(raised.value)
    assert 2 == raised.value.exit_code


def test_a_running_event_loop_is_no_hindrance(in_a_hurry, tmp_path) -> None:
    """a notebook has one in its main thread, and so has a process whose tests drive a browser"""

    async def connect() -> None:
        with open_cluster(spec_for("127.0.0.1"), tmp_path):
            pass

    with pytest.raises(EngineError, match="missing port"):
        asyncio.run(connect())


def test_a_scheduler_without_workers_and_one_that_dies(tmp_path) -> None:
    """neither leaves a job waiting for ever"""
    with start_cluster(tmp_path, 0) as cluster:
        with (
            dask.config.set({"distributed.comm.timeouts.connect": "500ms"}),
            pytest.raises(EngineError, match="it has no workers; start some with: minority-report dask worker tcp"),
            open_cluster(spec_for(cluster.address), tmp_path),
        ):
            pass
        with running(tmp_path, "worker", cluster.address, "--no-dashboard"):

            def kill_scheduler(outcomes) -> None:
                cluster.scheduler.kill()

            with pytest.raises(EngineError, match=r"Dask scheduler is lost|takes no more work: "):
                run(cluster, make_units(["baseline"], n_repeats=6), tmp_path, kill_scheduler)


def test_what_isnt_ours_is_raised(cluster, tmp_path) -> None:
    """a bug isn't reported as the cluster's"""
    with pytest.raises(BrokenExecutor, match="a bug"), open_cluster(spec_for(cluster.address), tmp_path):
        raise BrokenExecutor("a bug")
    assert os.listdir(tmp_path) == []
