"""The file of a run's events: appended whole, read on from where one was."""

import json
import os
import time
from pathlib import Path
from typing import BinaryIO, TypeVar

from webui.runs.events.reading import line_of, parsed
from webui.runs.events.records import Event

FILE = "events.jsonl"
Kind = TypeVar("Kind", bound=Event)


def append(run: Path, event: Event) -> None:
    """Append one event to a run; one write, so that a reader never sees half a line."""
    line = line_of(event, round(time.time(), 3)) + "\n"
    with (run / FILE).open("ab+") as file:
        if cut_off(file):
            line = "\n" + line
        # What is no Unicode (an odd file name in an error) stays as JSON's own escape.
        file.write(line.encode("utf-8", "backslashreplace"))


def cut_off(file: BinaryIO) -> bool:
    """Whether a crash left half a line at the end, which the next must not join."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def read(run: Path, offset: int = 0, limit: int = -1) -> tuple[list[Event], int]:
    """The events after a byte offset, and the offset to read on from.

    ``limit`` is how many bytes are read at most; -1 reads all.
    """
    try:
        with (run / FILE).open("rb") as file:
            file.seek(offset)
            content = file.read(limit)
    except OSError:
        return [], offset
    # The last line may still be on its way, or cut off by a crash.
    whole = content[: content.rfind(b"\n") + 1]
    found = (parsed(line) for line in whole.splitlines())
    return [event for event in found if event is not None], offset + len(whole)


def of(run: Path, kind: type[Kind]) -> list[Kind]:
    """The events of one kind; others are passed over without a look inside."""
    mark = json.dumps({"event": kind.tag})[:-1].encode()
    try:
        with (run / FILE).open("rb") as file:
            found = [parsed(line) for line in file if line.startswith(mark)]
    except OSError:
        return []
    return [event for event in found if isinstance(event, kind)]


def size(run: Path) -> int:
    """Bytes of events so far: the cheap number that tells whether there is news."""
    try:
        return (run / FILE).stat().st_size
    except OSError:
        return 0
