"""What goes on without anybody asking: a cut-off run resumes, then the queue's next.

A small thread of the server. It only gives the kernel work; it never waits for it.
"""

import logging
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from webui.files import written_at
from webui.kernel import closing, queue, resuming
from webui.kernel.kernel import Kernel
from webui.kernel.process import BusyError
from webui.kernel.status import Status, state_stamp, status
from webui.recipe.problems import RecipeError
from webui.recorder.recorder import STOP
from webui.runs import checkpoints, events
from webui.runs import folder as runs
from webui.runs.events import Failed, Resumed, Saved, last, of_kind

LOOK_SECONDS = 1.5
# Resumes from one and the same checkpoint: after these, resuming does not help.
TRIES = 3
# What ``stopping.end`` notes; a shell would say 143 of the same signal.
ENDED_BY_US = -signal.SIGTERM

log = logging.getLogger("tunebook")


def start_keeper(kernel: Kernel) -> threading.Event:
    """Look after runs and queue in a thread, until the event is set."""
    ended = threading.Event()
    worker = threading.Thread(
        target=keep_running, args=(kernel, ended), name="keeper", daemon=True
    )
    worker.start()
    return ended


def keep_running(kernel: Kernel, ended: threading.Event) -> None:
    """Look again and again; what goes wrong is in the log, and the next look comes."""
    settled: Any = None
    while not ended.wait(LOOK_SECONDS):
        try:
            settled, _ = look(kernel, settled)
        except Exception:
            log.exception("the keeper")


def look(kernel: Kernel, settled: Any = None) -> tuple[Any, Path | None]:
    """Give a free kernel its next work: what was cut off, then what waits.

    Returns what the next look is to be given, and the run that began or goes on.
    The runs are looked through only when the kernel stands otherwise than at the last
    look: on a slow drive that takes a while.
    """
    now = status(kernel)
    if now.word == "busy":
        return None, None
    moment = (now.word, now.run, state_stamp(kernel))
    try:
        if moment != settled and (run := go_on(kernel, now)):
            return None, run
    except BusyError:
        return None, None  # somebody else gives the kernel work
    return moment, queue.start_next(kernel)


def go_on(kernel: Kernel, now: Status) -> Path | None:
    """Close runs whose kernel died, and resume the last if it is to resume by itself.

    None when there is none, or it cannot go on.

    Raises:
        BusyError: when the kernel was taken by another start.
    """
    if now.word in ("none", "dead"):
        closing.close_dead_run(kernel)
    run = latest(kernel)
    if run is None or was_stopped(kernel, run, now) or not wants_to_go_on(run):
        return None
    try:
        resuming.resume(kernel, run, automatic=True)
    except BusyError:
        raise
    except Exception:  # what waits must not wait for a run that can go no further
        log.exception("%s does not resume", run.name)
        return None
    return run


def latest(kernel: Kernel) -> Path | None:
    """The run that was written to last: an older one has been left behind."""
    times = {run: written_at(run / events.FILE) for run in runs.folders(kernel.runs)}
    return max(times, key=lambda run: times[run], default=None)


def was_stopped(kernel: Kernel, run: Path, now: Status) -> bool:
    """Whether a person asked the run to stop, and it had to be killed for it."""
    return now.run == run and (kernel.folder / STOP).exists()


def wants_to_go_on(run: Path) -> bool:
    """Whether a run was cut off, is to resume by itself, and comes forward by it."""
    history = events.read(run)[0]
    if not was_cut_off(history):
        return False
    try:
        wanted = runs.recipe_of_run(runs.read_run(run)).training.auto_resume
    except RecipeError:
        return False  # a recipe of another version
    newest = next(iter(checkpoints.complete(run)), None)
    return wanted and newest is not None and tries(history, newest.step) < TRIES


def was_cut_off(history: Sequence[events.Event]) -> bool:
    """Whether a run's kernel died, and not because we ended it."""
    failed = last(history, Failed) or Failed()
    died = failed.error == "KernelDied" and failed.code != ENDED_BY_US
    return died and runs.status_of(history) == "failed"


def gave_up(history: Sequence[events.Event]) -> int | None:
    """The step from which a run resumed by itself too often in vain; None otherwise.

    A redraw asks this, so it looks at events alone; those of steps may be left out.
    """
    step = max((e.step for e in of_kind(history, Saved)), default=0)
    return step if was_cut_off(history) and tries(history, step) >= TRIES else None


def tries(history: Sequence[events.Event], step: int) -> int:
    """How often the run has been resumed by itself from this step or a later one.

    One that a person resumed begins anew.
    """
    count = 0
    for event in reversed(of_kind(history, Resumed)):
        if not event.automatic or event.step < step:
            break
        count += 1
    return count
