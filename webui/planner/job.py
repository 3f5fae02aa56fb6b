"""Long work in a process of its own, which tells how far it is and can be ended.

The planner's one process stays free for quick questions.
"""

import contextlib
import multiprocessing
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

from webui.errors import PlannerError
from webui.planner.child import call_and_report, settle_in
from webui.text import Text

Result = TypeVar("Result")

# A fork would copy the server's threads and locks.
SPAWN = multiprocessing.get_context("spawn")
UNKNOWN = -1.0


@dataclass(frozen=True)
class Progress:
    """How far a job is: its stage, the rows read, and of the whole the share done (0
    to 1) and the seconds left, which are None where they are not known."""

    stage: Text
    rows: int = 0
    share: float | None = None
    seconds_left: float | None = None


class Gauge:
    """Carries a job's progress from its process to the one that asks for it."""

    def __init__(self, stages: tuple[Text, ...]) -> None:
        self.stages = stages
        self.numbers = SPAWN.RawArray("d", [0, 0, UNKNOWN, UNKNOWN])

    def tell(
        self,
        stage: int,
        *,
        rows: int = 0,
        share: float | None = None,
        seconds_left: float | None = None,
    ) -> None:
        """Say how far the work is; ``stage`` is a place in the gauge's stages."""
        left = UNKNOWN if seconds_left is None else seconds_left
        self.numbers[:] = [stage, rows, UNKNOWN if share is None else share, left]

    def begin(
        self, stage: int, first: float = 0.0, last: float = 1.0
    ) -> Callable[..., None]:
        """Begin a stage that goes from one share of the whole to another.

        What comes back tells how much of the stage is done, None where nobody knows,
        and how many rows were read. The time is taken from now on.
        """
        begun = time.monotonic()
        self.tell(stage, share=first or None)

        def tell(done: float | None, rows: int = 0) -> None:
            if not done:
                self.tell(stage, rows=rows)
                return
            seconds = time.monotonic() - begun
            left = max(0.0, seconds / (done * last) - seconds)
            share = first + done * (last - first)
            self.tell(stage, rows=rows, share=share, seconds_left=left)

        return tell

    @property
    def progress(self) -> Progress:
        """What was told last."""
        stage, rows, share, left = self.numbers[:]
        return Progress(
            self.stages[int(stage)],
            int(rows),
            share if share >= 0 else None,
            left if left >= 0 else None,
        )


class Job(Generic[Result]):
    """Work that is done in a process of its own, or was done before.

    It may be asked from any thread. ``what`` is its name where it is told that it was
    ended, or that its process ended without an answer.
    """

    def __init__(self, what: Text, result: Result | PlannerError | None = None) -> None:
        self.what = what
        self._result = result
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None

    def begin(
        self,
        function: Callable[..., Any],
        *args: Any,
        gauge: Gauge | None = None,
        scratch: Path | None = None,
        niceness: int = 10,
        take: Callable[[Any], Result | PlannerError] = lambda answer: answer,
    ) -> None:
        """Call a module-level function in a new process.

        Args:
            gauge: where it tells how far it is, if it does.
            scratch: a folder that is removed at the end, whatever the end is.
            niceness: how far it stands back for other processes, up to 19.
            take: makes the result of its answer, in this process.
        """
        self._gauge, self._scratch, self._take = gauge, scratch, take
        self._answers, theirs = SPAWN.Pipe(duplex=False)
        self._process = SPAWN.Process(
            target=work, args=(theirs, niceness, function, args), daemon=True
        )
        self._process.start()
        theirs.close()  # so that the end of the process is the end of the pipe

    @property
    def progress(self) -> Progress:
        """How far it is, while it goes on."""
        assert self._gauge is not None, "this job tells nothing"
        return self._gauge.progress

    @property
    def result(self) -> Result | PlannerError | None:
        """What it led to, or why it failed; None while it goes on."""
        with self._lock:
            if self._result is None and self._process is not None:
                if self._answers.poll():
                    self._end(self._received())
            return self._result

    def wait(self, seconds: float | None = None) -> Result | PlannerError | None:
        """The result, as soon as it is there or the time is over."""
        if self._result is None and self._process is not None:
            with contextlib.suppress(OSError):  # another thread has ended it
                self._answers.poll(seconds)
        return self.result

    def finish(
        self, look: float | None = None, tell: Callable[[Progress], None] | None = None
    ) -> Result:
        """Wait for the result; Ctrl-C ends the work and leaves nothing behind.

        Args:
            look: seconds between two looks at the progress, for ``tell``.

        Raises:
            PlannerError: why there is none.
        """
        try:
            while (result := self.wait(look)) is None:
                if tell:
                    tell(self.progress)
        finally:
            self.cancel()
        if isinstance(result, PlannerError):
            raise result
        return result

    def cancel(self) -> None:
        """End the process at once; nothing that it has begun stays."""
        with self._lock:
            if self._result is None:
                self._end(PlannerError(was_cancelled(self.what)))

    def _received(self) -> Result | PlannerError:
        try:
            told: Any = self._answers.recv()
        except (EOFError, OSError):
            return PlannerError(has_died(self.what))
        return told if isinstance(told, PlannerError) else self._take(told)

    def _end(self, result: Result | PlannerError) -> None:
        self._result = result
        if self._process is not None:
            self._process.kill()  # it has answered, or need not
            self._process.join()
            self._answers.close()
            if self._scratch is not None:
                shutil.rmtree(self._scratch, ignore_errors=True)


def work(
    answers: Connection, niceness: int, function: Callable[..., Any], args: tuple
) -> None:
    """What the process does: answer with what the function returns, or with the
    PlannerError that says why it does not."""
    settle_in(niceness, all_cores=True)
    try:
        answers.send(call_and_report(function, args))
    except PlannerError as error:
        answers.send(error)


def was_cancelled(what: Text) -> Text:
    """Somebody has ended it."""
    return Text(f"{what.en} was cancelled.", f"{what.zh}已取消。")


def has_died(what: Text) -> Text:
    """It has ended by itself."""
    return Text(
        f"{what.en} ended before it was done, probably for want of memory; close other "
        "programs and try again.",
        f"{what.zh}中途退出，很可能是内存不足；请关闭其他程序后重试。",
    )
