"""A Dask cluster as the engine: its workers are compared with the job, then units go to them through one executor.

The only module that needs `distributed`, so it is imported by jobs that ask for a cluster, and by its workers.
"""

import asyncio
import logging
import os
import platform
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any
from uuid import uuid4

from job import __version__
from job.engine.execute import Engine
from job.engine.fingerprint import digest_source
from job.engine.work import Answer, Work, WorkOfSuite
from job.errors import EngineError
from job.evaluation.grid import Unit
from job.spec.job_spec import JobSpec
from job.text import words_of

try:
    import distributed
    from distributed.comm import CommClosedError, connect
    from distributed.scheduler import KilledWorker
    from distributed.utils import sync
except ImportError as error:
    raise EngineError(f"engine.kind dask needs Dask ({error}): pip install 'minority-report[dask]'") from error

_PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "imbalanced-learn")
_ALWAYS = ("Python", *_PACKAGES, "minority-report")
_KNOWN = {"", "sklearn", "imblearn", "job"}
_LOGGERS = ("distributed", "tornado", "asyncio")
_LOST = "the connection to the Dask scheduler is lost; run the job again once it is back"
_SECONDS_TO_CLOSE, _SECONDS_TO_RETURN = 2, 1
_MOST_TOLD = 3
_MOST_HELD = 8
"""Data sets of a suite that workers keep."""
_MOST_LOST = 3
"""How often a unit is sent once more, as often as Dask does it by itself."""


@contextmanager
def open_cluster(spec: JobSpec, scratch: Path) -> Iterator[Engine]:
    """Connect to a cluster and check its workers; on leaving, what it still has of this job is cancelled.

    Parameters
    ----------
    spec : JobSpec
        It has the scheduler's address; packages whose classes it names have to be the same there.
    scratch : Path
        A folder for temporary files.

    Yields
    ------
    Engine
        It takes work that has the data set inside it, which every worker is sent once.

    Raises
    ------
    EngineError
        Where no scheduler or worker answers, or a worker isn't like the job; also later, where these are lost.
    """
    address = str(spec.engine.address)
    client = _connect(address)
    try:
        named = {(entry.class_ or "").partition(".")[0] for entry in (*spec.strategies, *spec.classifiers)}
        software, run_timeout = _describe_software(tuple(sorted(named - _KNOWN))), spec.engine.run_timeout
        if problems := list(_complain_about_workers(client, software, must_restart=run_timeout is not None)):
            raise EngineError(f"the Dask cluster at {address} cannot be used: {'; '.join(problems[:_MOST_TOLD])}")
        cluster = _Cluster(client, software)
        yield Engine(cluster.open, cluster.count(), run_timeout, scratch, cluster.count)
    except BrokenExecutor as error:
        if isinstance(error.__cause__, EngineError):
            raise error.__cause__ from None
        raise
    except CommClosedError as error:
        raise EngineError(_LOST) from error
    finally:
        with suppress(Exception):  # a scheduler that is gone
            client.close(timeout=_SECONDS_TO_CLOSE)


def _connect(address: str) -> distributed.Client:
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _LOGGERS]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # standard error is for the job's own words
    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook's own has a running loop already
            thread.submit(asyncio.run, _knock(address)).result()
        with warnings.catch_warnings(action="ignore"):  # of versions, which are compared below
            return distributed.Client(address, name="minority-report", set_as_default=False)
    except Exception as error:
        way = "start one with: minority-report dask scheduler"
        raise EngineError(f"no Dask scheduler answers at {address}: {words_of(error)}; {way}") from error


async def _knock(address: str) -> None:
    """Connect without a client, which takes a minute to close where it can't connect."""
    comm = await connect(address, **distributed.Security().get_connection_args("client"))
    await comm.close()


def _complain_about_workers(
    client: distributed.Client, software: Mapping[str, str], must_restart: bool
) -> Iterator[str]:
    """Say which workers run several units at once, can't be restarted, or have other software than the job."""
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=client._timeout)
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        yield f"it has no workers; start some with: minority-report dask worker {client.scheduler.address}"
    for worker, facts in workers.items():
        if facts["nthreads"] > 1:
            yield f"worker {worker} runs {facts['nthreads']} units at once; start it with --nthreads 1"
        if must_restart and not facts["nanny"]:
            yield f"worker {worker} has no nanny, which engine.run_timeout needs; start it without --no-nanny"
    found = client.run(_describe_software, _modules_of(software), on_error="return")
    for worker, described in found.items():
        yield from (f"worker {worker} has {difference}" for difference in _differences(described, software))
    try:  # it reads what units are made of before it passes them on
        described = client.run_on_scheduler(_describe_software, _modules_of(software))
    except Exception as error:
        described = error
    yield from (f"the scheduler has {difference}" for difference in _differences(described, software))


def _differences(described: Mapping[str, str] | Exception, software: Mapping[str, str]) -> Iterator[str]:
    if isinstance(described, Exception):
        yield f"no minority-report that can be imported ({words_of(described)}); install version {__version__} there"
        return
    for name, own in software.items():
        if described.get(name) != own:
            yield f"{name} {described.get(name)}, but the job has {own}; install the same version"


def _modules_of(software: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(software)[len(_ALWAYS) :]


@lru_cache(maxsize=8)
def _describe_software(modules: tuple[str, ...]) -> dict[str, str]:
    """Describe what results depend on in this process: versions, and digests of our source and that of `modules`."""
    ours = f"{__version__} (source {_source('job')})"
    known = dict(zip(_ALWAYS, (platform.python_version(), *map(version, _PACKAGES), ours), strict=True))
    packages = packages_distributions() if modules else {}
    for module in modules:
        versions = [f"{name} {version(name)}" for name in sorted(set(packages.get(module, ())))]
        known[module] = f"{', '.join(versions) or 'without a version'} (source {_source(module)})"
    return known


def _source(module: str) -> str:
    return (digest_source(module) or "not there")[:12]


@dataclass(eq=False)
class _Flight:
    """A unit that is with the cluster: where `execute` looks when it began, and what is known of it."""

    call: tuple[Callable[..., Answer], Work, Unit]
    begun: Path
    future: Future[Answer] = field(default_factory=Future)
    worker: str | None = None
    since: float | None = None
    n_lost: int = 0

    def note(self) -> None:
        """Write down when it began, by the clock of this machine."""
        if self.since is not None:
            with suppress(OSError):  # nobody looks any more, and the folder has gone
                self.begun.write_text(repr(self.since))

    def end(self, error: BaseException | None, answer: Answer = (None, None)) -> None:
        """Pass on how it ended: by `execute`'s own error where it killed its workers, or nothing can be executed."""
        if not self.future.set_running_or_notify_cancel():
            return
        if isinstance(error, KilledWorker | EngineError):
            cause, error = error, BrokenExecutor(str(error))
            error.__cause__ = cause if isinstance(cause, EngineError) else None
        if error is None:
            self.future.set_result(answer)
        else:
            self.future.set_exception(error)


class _Cluster(Executor):
    """The workers of a cluster as an executor that outlives a dying worker.

    Dask runs the units of a dead worker elsewhere, and knows which one has killed several: that one is told to
    have broken its executor, and what was in flight beside it goes on and is handed out again when asked for. What
    Dask can't run elsewhere, because the data set has died with its last worker, is sent once more.
    """

    def __init__(self, client: distributed.Client, software: Mapping[str, str]) -> None:
        self._client = client
        self._software = software
        self._flights: dict[Unit, _Flight] = {}
        self._by_number: dict[str, _Flight] = {}
        self._scattered: dict[int, tuple[Work, distributed.Future]] = {}
        self._scattering = threading.Lock()
        self._topic = f"minority-report-{uuid4().hex}"
        client.subscribe_topic(self._topic, self._hear)

    def count(self) -> int:
        """Workers that there are now; where all have died, the one that is waited for."""
        return max(1, len(self._client.nthreads()))

    @contextmanager
    def open(self, n_workers: int) -> Iterator[Executor]:
        """Yield this; units that were cancelled while they ran are ended, and with them what ran beside them."""
        yield self
        if any(flight.future.cancelled() for flight in self._flights.values()):
            ended = [flight for flight in self._flights.values() if flight.future.cancel()]
            self._flights.clear()
            try:
                self._client.restart_workers(list({f.worker for f in ended if f.worker}), raise_for_error=False)
            except KeyError:
                pass  # one has died meanwhile, which Dask notices when it has restarted the others
            except ValueError as error:  # one has joined that has no nanny
                raise EngineError(f"engine.run_timeout cannot end a run: {words_of(error)}") from error

    def submit(  # type: ignore[override]  # what `execute` submits, and nothing else
        self, function: Callable[..., Answer], begun: Path, work: Work, unit: Unit, /
    ) -> Future[Answer]:
        """Send a unit to the cluster, or return the future that it has from before."""
        self._flights = {unit: flight for unit, flight in self._flights.items() if not flight.future.done()}
        flight = self._flights.get(unit)
        if flight is None:
            flight = self._flights[unit] = _Flight((function, work, unit), begun)
            self._send(flight)
        flight.begun = begun
        flight.note()
        return flight.future

    def _send(self, flight: _Flight, seconds: float = 0) -> None:
        time.sleep(seconds)
        number, (function, work, unit) = uuid4().hex, flight.call
        note = None if flight.begun == Path(os.devnull) else (self._topic, number)
        self._by_number[number] = flight
        try:
            data = self._scatter(work, unit.job)
            if flight.future.cancelled():
                return
            sent = self._client.submit(_answer_there, self._software, note, function, data, unit, pure=False)
        except Exception as error:
            self._send_again(flight, EngineError(f"the Dask cluster takes no more work: {words_of(error)}"))
            return
        flight.future.add_done_callback(lambda future: sent.cancel() if future.cancelled() else None)
        self._client.loop.add_callback(self._settle, flight, number, sent)

    def _scatter(self, work: Work, job: int) -> distributed.Future:
        """Give the cluster the data set, once: again where all that had it have died, or other jobs came between.

        One worker is given it, which has nothing else to do, and nobody waits for the others: one may die meanwhile, or
        hold Python's lock.
        """
        with self._scattering:
            held = self._scattered.pop(job, None)
            if held is None or held[0] is not work or not self._is_held(held[1]):
                sent = work.carry(job) if isinstance(work, WorkOfSuite) else work
                idle = [worker for worker, units in self._client.processing().items() if not units]
                held = work, self._client.scatter(sent, workers=idle[:1] or None, hash=False)
                self._client.loop.add_callback(self._client.replicate, [held[1]])
            self._scattered[job] = held
            while len(self._scattered) > _MOST_HELD:
                del self._scattered[next(iter(self._scattered))]
            return held[1]

    def _is_held(self, future: distributed.Future) -> bool:
        return not future.cancelled() and any(self._client.who_has([future]).values())

    def _hear(self, event: tuple[float, Mapping[str, str]]) -> None:
        """Hear from a worker that it begins with a unit."""
        _, told = event
        if flight := self._by_number.get(told["number"]):
            flight.worker, flight.since = told["worker"], time.monotonic()
            flight.note()

    async def _settle(self, flight: _Flight, number: str, sent: distributed.Future) -> None:
        """Pass on how a unit ended; Dask's executor never does where workers die with an answer nobody has fetched."""
        error, answered = None, (None, None)
        try:
            answered = await sent
        except Exception as raised:
            error = raised
        self._by_number.pop(number, None)
        if error is None or (sent.status == "error" and not isinstance(error, OSError)):
            flight.end(error, answered)
        else:  # the data set or the answer has died with its workers, or a connection is broken
            self._send_again(flight, BrokenExecutor("every worker that had the data set has died"))

    def _send_again(self, flight: _Flight, error: Exception) -> None:
        """Send a unit once more, as if it had not begun; after a few times it ends with an error."""
        if self._client.status != "running":
            flight.end(EngineError(_LOST))
        elif flight.n_lost == _MOST_LOST:
            flight.end(error)
        elif not flight.future.cancelled():
            flight.n_lost, flight.worker, flight.since = flight.n_lost + 1, None, None
            with suppress(OSError):  # the folder has gone
                flight.begun.write_text("")
            threading.Thread(target=self._send, args=(flight, _SECONDS_TO_RETURN), daemon=True).start()


def _answer_there(
    software: Mapping[str, str], note: tuple[str, str] | None, function: Callable[..., Answer], work: Work, unit: Unit
) -> Answer:
    """Answer in a worker, which may have joined after the others were checked."""
    worker: Any = distributed.get_worker()
    if differences := list(_differences(_describe_software(_modules_of(software)), software)):
        raise EngineError(f"worker {worker.address} cannot be used: it has {differences[0]}")
    if note is not None:
        told = {"number": note[1], "worker": worker.address}
        sync(worker.loop, worker.scheduler.log_event, topic=note[0], msg=told)  # before it can hold Python's lock
    return function(Path(os.devnull), work, unit)
