"""The report of all rows, made in a process of its own while the page goes on.

The planner's one process stays free for quick questions. A report is made once for
the same rows, and found in the cache after that.
"""

import contextlib
import multiprocessing
import shutil
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.rows.report.cache import cached, new_scratch, report_key
from webui.rows.report.measured import Measured, Stamp, stamp
from webui.rows.report.report import Report
from webui.rows.report.work import READING, source_paths, work
from webui.text import Text

MEASURING_FILES = Text("looking at the files", "正在查看文件")
READING_ROWS = Text("reading the rows", "正在读取数据")
CANCELLED = Text("The report was cancelled.", "报告已取消。")
DIED = Text(
    "The report's process ended without an answer, probably for want of memory; close "
    "other programs and try again.",
    "报告进程中途退出，很可能是内存不足；请关闭其他程序后重试。",
)
# A fork would copy the server's threads and locks.
SPAWN = multiprocessing.get_context("spawn")

_measured: dict[Stamp, Measured] = {}  # so that no file is hashed twice


@dataclass(frozen=True)
class Progress:
    """How far a report is.

    ``share`` (from 0 to 1) and ``seconds_left`` are None where they are not known.
    """

    stage: Text
    rows: int
    share: float | None
    seconds_left: float | None


class Job:
    """A report in the making. It may be asked from any thread."""

    def __init__(self, result: Report | None = None) -> None:
        self._result: Report | PlannerError | None = result
        self._numbers = SPAWN.RawArray("d", 4)
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None

    def begin(self, recipe: Recipe) -> None:
        """Start the process."""
        self._scratch = new_scratch()
        self._answers, theirs = SPAWN.Pipe(duplex=False)
        known = dict(_measured)
        arguments = (recipe, self._scratch, known, self._numbers, theirs)
        self._process = SPAWN.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        theirs.close()  # so that the end of the process is the end of the pipe

    @property
    def progress(self) -> Progress:
        """How far it is; after the end, everything."""
        stage, rows, share, left = self._numbers[:]
        if isinstance(self.result, Report):
            read = self.result.train.read + self.result.heldout.read
            return Progress(READING_ROWS, read, 1.0, 0.0)
        return Progress(
            READING_ROWS if stage == READING else MEASURING_FILES,
            int(rows),
            share if share >= 0 else None,
            left if stage == READING and left >= 0 else None,
        )

    @property
    def result(self) -> Report | PlannerError | None:
        """The report, or why there is none; None while it is being made."""
        with self._lock:
            if self._result is None and self._process is not None:
                if self._answers.poll():
                    self._end(received(self._answers))
            return self._result

    def wait(self, seconds: float | None = None) -> Report | PlannerError | None:
        """The result, as soon as it is there or the time is over."""
        if self._result is None and self._process is not None:
            with contextlib.suppress(OSError):  # another thread has ended it
                self._answers.poll(seconds)
        return self.result

    def cancel(self) -> None:
        """End the process at once; nothing that it has begun stays."""
        with self._lock:
            if self._result is None:
                self._end(PlannerError(CANCELLED))

    def _end(self, result: Report | PlannerError) -> None:
        self._result = result
        if self._process is not None:
            self._process.kill()  # it has answered, or need not
            self._process.join()
            self._answers.close()
            shutil.rmtree(self._scratch, ignore_errors=True)


def received(answers: Connection) -> Report | PlannerError:
    """What the process answered: a report, or why there is none."""
    try:
        told: Any = answers.recv()
    except (EOFError, OSError):
        return PlannerError(DIED)
    if isinstance(told, PlannerError):
        return told
    key, measured = told
    _measured.update(measured)
    return cached(key) or PlannerError(DIED)


def start(recipe: Recipe) -> Job:
    """Begin to make the report of a recipe's rows.

    If it is in the cache and the files are as they were when this process last saw
    them, it is there at once.
    """
    if found := at_hand(recipe):
        return Job(found)
    job = Job()
    job.begin(recipe)
    return job


def at_hand(recipe: Recipe) -> Report | None:
    """The report, if it can be found without reading a file."""
    paths = source_paths(recipe)
    measured = [_measured.get(stamp(path)) for path in paths]
    if not paths or None in measured:
        return None
    return cached(report_key(recipe, [one for one in measured if one]))
