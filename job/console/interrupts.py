"""Signals that stop the job: what it has started is ended, what it has not finished is removed, and it is quick."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType

from job.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SECONDS = 3.0


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise `Interrupted` in the main thread when a signal asks to stop, once; also as process 1 of a container.

    Whatever is raised from then on is a consequence and tells nothing: libraries are not made to be interrupted
    anywhere. One that is busy in compiled code keeps Python from raising anything, and a finalizer swallows what is
    raised in it; then the process is ended from another thread after a few seconds.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread has a say in signals
        return
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    with _watchdog():
        try:
            for number in _SIGNALS:
                if before[number] is not signal.SIG_IGN or number != signal.SIGHUP:  # nohup ignores it on purpose
                    signal.signal(number, partial(_raise_once, received))
            yield
        except BaseException:
            if received:
                raise Interrupted(received[0]) from None
            raise
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _raise_once(received: list[int], number: int, frame: FrameType | None) -> None:
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)  # a second one must not interrupt the cleaning up
    received.append(number)
    _kill_children()  # first of all: those that are just starting would complain of what is cleaned up
    raise Interrupted(number)


@contextmanager
def _watchdog() -> Iterator[None]:
    """End the process from another thread where a signal doesn't."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    woken = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    ended = threading.Event()
    threading.Thread(target=_end_in_time, args=(reading, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(woken)
        os.close(writing)


def _end_in_time(reading: int, ended: threading.Event) -> None:
    """Wait for a signal, then for the job to end by itself; end it where it doesn't."""
    with open(reading, "rb", buffering=0) as pipe:
        while received := pipe.read(1):
            if received[0] in _SIGNALS and not ended.wait(_SECONDS):
                _kill_children()
                os._exit(128 + received[0])


def _kill_children() -> None:
    """Kill every process below this one but loky's bookkeeper, which ends by itself when it has cleaned up."""
    import psutil  # takes 20 ms, which only this needs

    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if not any("resource_tracker" in word for word in child.cmdline()):
                child.kill()
