"""The events of a run: small tagged records, appended by the kernel, read by the page.

Tags: started, cell, begun, step, evaluated, moved, sampled, ranked, saved, trial,
stops, scored, warned, failed, finished, resumed. Every event carries ``time``, in
seconds since 1970.
"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

Event = dict[str, Any]

FILE = "events.jsonl"


def append(run: Path, tag: str, **values: Any) -> None:
    """Append one event to a run; one write, so that a reader never sees half a line."""
    event = {"event": tag, "time": round(time.time(), 3), **values}
    line = json.dumps(event, ensure_ascii=False) + "\n"
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
    return parsed(whole), offset + len(whole)


def parsed(content: bytes) -> list[Event]:
    """The events that whole lines hold; what is none is passed over."""
    events = []
    for line in content.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "event" in event:
            events.append(event)
    return events


def of(run: Path, tag: str) -> list[Event]:
    """The events of one kind; others are passed over without a look inside."""
    mark = json.dumps({"event": tag})[:-1].encode()
    try:
        with (run / FILE).open("rb") as file:
            return parsed(b"".join(line for line in file if line.startswith(mark)))
    except OSError:
        return []


# What a training tells of one step.
OF_A_STEP = ("step", "evaluated", "moved", "sampled", "ranked")
# How a run ended, until it is resumed.
ENDS = ("failed", "finished")


def current(history: Sequence[Event]) -> list[Event]:
    """The events without those that a later resume takes back.

    Those are the steps after its own, which come again, and how the run had ended.
    """
    kept: list[Event] = []
    limit = float("inf")
    for event in reversed(history):
        tag = event["event"]
        if tag == "resumed":
            limit = min(limit, event["step"])
        again = tag in OF_A_STEP and event.get("step", 0) > limit
        if not again and not (tag in ENDS and limit < float("inf")):
            kept.append(event)
    return kept[::-1]


def size(run: Path) -> int:
    """Bytes of events so far: the cheap number that tells whether there is news."""
    try:
        return (run / FILE).stat().st_size
    except OSError:
        return 0
