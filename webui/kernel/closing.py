"""The last words of a run whose kernel died: it cannot write them itself."""

import contextlib
import logging
from dataclasses import replace
from pathlib import Path

from webui.kernel import process
from webui.kernel.kernel import Kernel
from webui.kernel.process import KernelError
from webui.kernel.status import Status, lock, status
from webui.notebook.cells import KINDS
from webui.recorder.notify import notify
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.events import Failed, Finished
from webui.runs.folder import Run
from webui.runs.summary import write_summary

log = logging.getLogger("tunebook")


def close_dead_run(kernel: Kernel) -> None:
    """Write the last event of runs whose kernel died, unless one starts just now."""
    with contextlib.suppress(KernelError), lock(kernel):
        close_dead(kernel)


def as_it_stands(kernel: Kernel, run: Run) -> Run:
    """A run with how it stands: one whose kernel died has not said so itself.

    Nothing is written: the next start, or the page, closes it.
    """
    if run.status != "running" or works_on(status(kernel), run.folder):
        return run
    try:
        with lock(kernel):  # what is being started looks the same
            now, found = status(kernel), runs.read_run(run.folder)
    except KernelError:
        return run
    if found.status != "running" or works_on(now, run.folder):
        return found
    return replace(found, status="failed")


def works_on(now: Status, folder: Path) -> bool:
    """Whether the kernel is at work on a run."""
    return now.word == "busy" and now.run == folder


def close_dead(kernel: Kernel) -> None:
    """Close runs whose kernel died, with how it ended. The caller holds the lock."""
    now = status(kernel)
    for folder in runs.folders(kernel.runs):
        if works_on(now, folder) or runs.read_run(folder).status != "running":
            continue
        code = process.exit_code(kernel) if now.run == folder else None
        cell = now.busy.get("cell") if now.run == folder else None
        close(folder, cell, code)


def close(folder: Path, cell: str | None, code: int | None) -> None:
    """Write the last events of a run that its kernel can no longer write.

    And its figures, as far as it came; they may want what is no longer there.
    """
    order = [*KINDS]
    before = order[: order.index(cell) + 1] if cell in order else order
    edited = [name for name in runs.edits_of_run(folder) if name in before]
    events.append(
        folder, Failed(cell=cell, error="KernelDied", code=code, by_hand=edited)
    )
    events.append(folder, Finished(status="failed"))
    try:
        write_summary(folder, "failed")
    except Exception:
        log.exception("the figures of %s", folder.name)
    notify(folder)
