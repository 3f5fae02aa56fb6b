"""A GGUF file becomes a folder that can be trained, in a process of its own.

Page and planner stay quick meanwhile. What is unpacked once is found again.
"""

import contextlib
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil

from webui.errors import PlannerError
from webui.models.gguf import unpacked_folder
from webui.models.unpack_work import READING, STAGES, WRITTEN, work
from webui.settings import models_folder
from webui.text import Text

CANCELLED = Text("The unpacking was cancelled.", "解包已取消。")
DIED = Text(
    "The unpacking ended before it was done, probably for want of memory; close other "
    "programs and try again.",
    "解包中途退出，很可能是内存不足；请关闭其他程序后重试。",
)
FAREWELL = 5  # seconds for the process to end by itself
LOOK = 0.5  # seconds between two looks at the progress
# A fork would copy the server's threads and locks.
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Progress:
    """How far it is: a stage, and of a long one the share (0 to 1) and seconds left."""

    stage: Text
    share: float | None = None
    seconds_left: float | None = None


class Unpacking:
    """A GGUF file on its way into a folder. It may be asked from any thread."""

    def __init__(self, file: Path) -> None:
        self.file = file.expanduser().absolute()
        self._result: Path | PlannerError | None = None
        self._numbers = SPAWN.RawArray("d", 3)
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        try:
            self._begin(unpacked_folder(self.file))
        except PlannerError as error:
            self._result = error

    def _begin(self, target: Path) -> None:
        if (target / WRITTEN).is_file():
            self._result = target
            return
        self._scratch = new_scratch()
        self._answers, theirs = SPAWN.Pipe(duplex=False)
        arguments = (self.file, self._scratch, target, self._numbers, theirs)
        self._process = SPAWN.Process(target=work, args=arguments, daemon=True)
        self._process.start()
        theirs.close()  # so that the end of the process is the end of the pipe

    @property
    def progress(self) -> Progress:
        """How far it is."""
        stage, share, since = self._numbers[:]
        told = STAGES[int(stage)]
        if stage != READING or not share:
            return Progress(told)
        passed = time.time() - since
        return Progress(told, share, passed * (1 - share) / share)

    @property
    def result(self) -> Path | PlannerError | None:
        """The folder, or why there is none; None while the work goes on."""
        with self._lock:
            if self._result is None and self._answers.poll():
                try:
                    result = self._answers.recv()
                except (EOFError, OSError):
                    result = PlannerError(DIED)
                self._end(result, FAREWELL)
            return self._result

    def wait(self, seconds: float | None = None) -> Path | PlannerError | None:
        """The result, as soon as it is there or the time is over."""
        if self._result is None:
            with contextlib.suppress(OSError):  # another thread has ended it
                self._answers.poll(seconds)
        return self.result

    def cancel(self) -> None:
        """End the process at once; nothing that it has begun stays."""
        with self._lock:
            if self._result is None:
                self._end(PlannerError(CANCELLED))

    def _end(self, result: Any, patience: float = 0) -> None:
        self._result = result
        if self._process is not None:
            self._process.join(patience)
            self._process.kill()
            self._process.join()
            self._answers.close()
            shutil.rmtree(self._scratch, ignore_errors=True)


def unpack(file: Path, progress: Callable[[Progress], None]) -> Path:
    """Unpack a GGUF file and wait for it; at once if that was done before.

    Args:
        progress: told now and then how far it is.

    Raises:
        PlannerError: why it cannot be unpacked.
    """
    job = Unpacking(file)
    try:
        while (result := job.wait(LOOK)) is None:
            progress(job.progress)
    finally:
        job.cancel()  # Ctrl-C leaves nothing behind
    if isinstance(result, PlannerError):
        raise result
    return result


def new_scratch() -> Path:
    """A folder beside the models that names the process which answers for it.

    Raises:
        PlannerError: if nothing can be written there.
    """
    folder = models_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tidy(folder)
        return Path(tempfile.mkdtemp(prefix=f".unpack-{os.getpid()}-", dir=folder))
    except OSError as error:
        why = error.strerror or error
        raise PlannerError(
            Text(
                f"{folder} cannot be written ({why}); set TUNEBOOK_HOME to a folder "
                "that you may write.",
                f"无法写入 {folder}（{why}）；请把 TUNEBOOK_HOME 设为可写的文件夹。",
            )
        ) from error


def tidy(folder: Path) -> None:
    """Remove what processes left that ended too early."""
    for scratch in folder.glob(".unpack-*-*"):
        owner = scratch.name.split("-")[1]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(scratch, ignore_errors=True)
