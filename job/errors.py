"""The one root of everything that this job raises on purpose, with the exit code of each kind."""

import signal
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass


class JobError(Exception):
    """Something that stops the job and that its user can mend; the message is all that is shown."""

    exit_code = 1


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a spec.

    Parameters
    ----------
    where : str
        File, line, column and key path, as far as they are known: ``spec.yaml:12:5 split.test_size``.
    message : str
        What was got, what is allowed and what to do.
    """

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class SpecError(JobError):
    """A spec that cannot be run; carries every problem that was found, in the order of their lines."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class OutputError(JobError):
    """The output folder cannot be written."""

    exit_code = 2


class EngineError(JobError):
    """The engine that the job asks for cannot be used: no scheduler, no workers, or workers of other versions."""

    exit_code = 2


class DataError(JobError):
    """The data cannot be read, or cannot answer the question (one class only, say)."""

    exit_code = 3


class StrategyError(JobError):
    """One strategy cannot run on one split; it fails that run and no other."""

    exit_code = 4


class Interrupted(BaseException):
    """A signal asks the job to stop. The only BaseException that is not a failure of the code that was running."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(signal.Signals(number).name)


STOPS: ContextVar[tuple[type[BaseException], ...]] = ContextVar("STOPS", default=(Interrupted,))
"""What ends a job wherever it is raised. Ctrl-C is `Interrupted` to a command, and KeyboardInterrupt in a notebook."""
