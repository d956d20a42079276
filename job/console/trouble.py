"""What ends a command early: an error or a signal, told in one line, with the exit code that says whose turn it is."""

import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType

import click

from job import __version__
from job.console.streams import print_text, tell
from job.errors import Interrupted, JobError, SpecError
from job.text import words_of

_BUG, _USAGE = 1, 2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SECONDS = 3.0


def exit_code_of(command: Callable[[], int]) -> int:
    """Run a command; turn a signal, and whatever it raises, into lines on standard error and an exit code."""
    try:
        with _interruptible():
            return command()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print_text(error.ctx.get_help() + "\n")
        return _USAGE
    except click.UsageError as error:
        tell(_usage(error))
        return _USAGE
    except SpecError as error:
        for problem in error.problems:
            tell(str(problem))
        return error.exit_code
    except JobError as error:
        tell(f"Error: {error}")
        return error.exit_code
    except Interrupted as interrupted:
        tell(f"Stopped by {interrupted}")
        return interrupted.exit_code
    except BaseException as error:  # beside an Exception this can only come from others' code
        tell(f"Error: a bug in minority-report ({words_of(error)}); {_keep_traceback()}")
        return _BUG


def _usage(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx is not None else "minority-report"
    message = error.format_message().rstrip(".")
    return f"Error: {message}{'' if message.endswith('?') else '.'} See: {command} --help"


def _keep_traceback() -> str:
    """Write the traceback where it can be found again; say where, or show it where nothing can be written."""
    text = f"minority-report {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n{traceback.format_exc()}"
    try:
        descriptor, path = tempfile.mkstemp(prefix="minority-report-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text)
    except OSError:
        for line in text.splitlines():
            tell(line)
        return "no folder for temporary files can be written, so the traceback stands above"
    return f"please send us the log: {path}"


@contextmanager
def _interruptible() -> Iterator[None]:
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
