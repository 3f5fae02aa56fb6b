"""Trainings that wait for the kernel: add, move and remove them, start the next."""

import logging
import secrets
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from webui.errors import UserError
from webui.kernel import jobs, queue_files
from webui.kernel.edited import refuse_unfit
from webui.kernel.kernel import Kernel
from webui.kernel.process import BusyError
from webui.kernel.queue_files import TAKEN, WAITING, Entry, Kind, files
from webui.kernel.status import lock, status
from webui.notebook.cells import JOBS, RUN
from webui.notebook.edits import NO_EDITS, Edits
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.store import dumps
from webui.runs import events
from webui.runs import folder as runs
from webui.text import Text

Way = Literal["up", "down", "first"]

LOCK = "queue-lock"
# What could not start may have been mended meanwhile.
RETRY_SECONDS = 60


class QueueError(UserError):
    """An entry of the queue that cannot be found or used."""


# ---- what a person does with it


def add(
    kernel: Kernel,
    recipe: Recipe,
    kind: Kind = "run",
    upto: str = RUN.last,
    edits: Edits = NO_EDITS,
) -> Entry:
    """Put a training at the end of the queue, with the cells edited by hand by now.

    Raises:
        EditError: when one of these cannot run.
    """
    names = JOBS["sweep" if kind == "sweep" else "run"].cells
    refuse_unfit(kernel, edits, names)
    kernel.queue.mkdir(parents=True, exist_ok=True)
    places = (queue_files.split_name(file)[0] for file in files(kernel.queue))
    entry_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
    name = queue_files.file_name(max(places, default=0) + 1, entry_id)
    file = kernel.queue / name
    own = own_edits(kind, edits)
    entry = Entry(file, kind, upto, round(time.time(), 3), recipe, edits=own)
    queue_files.write_entry(entry, file)
    return entry


def own_edits(kind: Kind, edits: Edits) -> Edits:
    """Of the cells that are edited by hand those that a job of this kind has."""
    names = JOBS["sweep" if kind == "sweep" else "run"].cells
    return {name: edit for name, edit in edits.items() if name in names}


def waiting(kernel: Kernel) -> list[Entry]:
    """What waits, in order. A file that cannot be read is left out."""
    found = queue_files.read_all(kernel.queue)
    return [each for each in found if isinstance(each, Entry)]


def problems(kernel: Kernel) -> list[Text]:
    """A sentence for each file of the queue that cannot be read."""
    found = queue_files.read_all(kernel.queue)
    return [each for each in found if isinstance(each, Text)]


def place_of(kernel: Kernel, entry: Entry) -> int:
    """Which one in the queue an entry is, from 1; behind all that are there if gone."""
    ids = [each.id for each in waiting(kernel)]
    return ids.index(entry.id) + 1 if entry.id in ids else len(ids) + 1


def find(kernel: Kernel, entry_id: str) -> Entry:
    """The entry of this id, or the one whose id starts or ends with it.

    Raises:
        QueueError: when there is none or more than one.
    """
    known = waiting(kernel)
    matching = [e for e in known if e.id == entry_id] or [
        e for e in known if e.id.startswith(entry_id) or e.id.endswith(entry_id)
    ]
    if entry_id and len(matching) == 1:
        return matching[0]
    word = "more than one entry" if matching and entry_id else "nothing"
    raise QueueError.of(
        f"{word} in the queue is called {entry_id!r}; `tunebook queue` lists them.",
        f"队列中没有唯一名为 {entry_id!r} 的条目；`tunebook queue` 可列出全部。",
    )


def move_entry(kernel: Kernel, entry_id: str, way: Way) -> None:
    """Change an entry's place: one up, one down, or to the front.

    Raises:
        QueueError: when it is not there, or was started just now.
    """
    entry, after = find(kernel, entry_id), waiting(kernel)
    old = [each.id for each in after].index(entry.id)
    after.pop(old)
    after.insert({"up": max(old - 1, 0), "down": old + 1, "first": 0}[way], entry)
    for number, each in enumerate(after, start=1):
        if each.position != number:
            rename(each, each.file.with_name(queue_files.file_name(number, each.id)))


def remove_entry(kernel: Kernel, entry_id: str) -> None:
    """Take an entry out of the queue.

    Raises:
        QueueError: when it is not there, or was started just now.
    """
    take_away(find(kernel, entry_id))


def take_away(entry: Entry) -> None:
    """Delete an entry's file, unless somebody was faster."""
    try:
        entry.file.unlink()
    except FileNotFoundError:
        raise moved_away(entry) from None


def rename(entry: Entry, to: Path) -> None:
    """Give an entry's file another name, unless somebody was faster."""
    try:
        entry.file.rename(to)
    except FileNotFoundError:
        raise moved_away(entry) from None


def moved_away(entry: Entry) -> QueueError:
    """The error for an entry that is no longer where it was a moment ago."""
    return QueueError.of(
        f"{entry.recipe.name} was started, moved or removed just now; look again.",
        f"{entry.recipe.name} 刚刚已启动、移动或移除；请再看一次。",
    )


# ---- starting


def start_next(kernel: Kernel) -> Path | None:
    """Start the first that waits, if the kernel is free; the run that began.

    One that cannot start keeps its place with the reason, and the next is tried.
    """
    if not files(kernel.queue, WAITING, TAKEN) or status(kernel).word == "busy":
        return None
    with suppress(BusyError), lock(kernel, LOCK):
        put_back_left_over(kernel)
        for entry in waiting(kernel):
            if time.time() - entry.tried < RETRY_SECONDS:
                continue
            if run := take_and_start(kernel, entry):
                return run
    return None


def take_and_start(kernel: Kernel, entry: Entry) -> Path | None:
    """Start one entry; None when it is gone, cannot start or has nothing to do.

    Raises:
        BusyError: when the kernel was taken by another start; the entry is back.
    """
    # Looked at first, because this takes seconds, in which it is still seen to wait.
    trouble = trouble_with(kernel, entry)
    taken = entry.file.with_suffix(TAKEN)
    try:
        rename(entry, taken)
    except QueueError:
        return None
    tried = replace(entry, tried=round(time.time(), 3), reason=None)
    try:
        queue_files.write_entry(tried, taken)
        if trouble:
            raise trouble
        run = start_entry(kernel, entry)
    except BusyError:
        put_back(entry)
        raise
    except Exception as error:
        put_back(replace(tried, reason=reason_of(error)))
        return None
    taken.unlink(missing_ok=True)
    return run


def put_back(entry: Entry) -> None:
    """Let an entry that was taken wait again, at its place."""
    taken = entry.file.with_suffix(TAKEN)
    with suppress(OSError):  # a full disk: it waits all the same
        queue_files.write_entry(entry, taken)
    taken.rename(entry.file)


def trouble_with(kernel: Kernel, entry: Entry) -> Exception | None:
    """Why an entry's recipe cannot be trained here; None when it can."""
    try:
        ready(entry.recipe, kernel.runs, sweep=entry.kind == "sweep")
    except Exception as error:
        return error
    return None


def start_entry(kernel: Kernel, entry: Entry) -> Path | None:
    """Do what the entry asks for; None when all of it is fresh already."""
    if entry.kind == "sweep":
        return jobs.start_sweep(kernel, entry.recipe, entry.edits)
    if entry.kind == "all":
        return jobs.run_all(kernel, entry.recipe, entry.edits)
    return jobs.start_run(kernel, entry.recipe, entry.upto, entry.edits)


def reason_of(error: Exception) -> Text:
    """Why an entry could not start."""
    if isinstance(error, UserError):
        return error.line
    logging.getLogger("tunebook").error("a start from the queue", exc_info=error)
    word = f"{type(error).__name__}: {error}"
    return Text(f"It did not start ({word}).", f"未能启动（{word}）。")


def put_back_left_over(kernel: Kernel) -> None:
    """Entries whose server ended while it started them wait again, if they must.

    The caller holds the queue's lock, so nobody starts one of them now.
    """
    for file in files(kernel.queue, TAKEN):
        entry = queue_files.read_entry(file)
        if isinstance(entry, Entry) and was_started(kernel, entry):
            file.unlink(missing_ok=True)
        else:
            with suppress(OSError):
                file.rename(file.with_suffix(WAITING))


def was_started(kernel: Kernel, entry: Entry) -> bool:
    """Whether a run of this recipe began since the entry was taken."""
    kind = "sweep" if entry.kind == "sweep" else "run"
    for run in runs.folders(kernel.runs):  # the newest first
        first = next(iter(events.read(run)[0]), None)
        started = first.time if first else 0
        if not entry.tried or started < entry.tried:
            return False
        text = (run / runs.RECIPE).read_text(encoding="utf-8")
        if text == dumps(entry.recipe) and runs.kind_of_run(run) == kind:
            return True
    return False
