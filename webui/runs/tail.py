"""The last events of a run, read from the end: a long file is not read whole."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from webui.runs.events import (
    FILE,
    Begun,
    Event,
    Failed,
    Finished,
    Resumed,
    Started,
    Step,
    parsed,
)

BLOCK = 1 << 16

# Before these nothing of a run's events changes how it stands.
BEGINNINGS = (Started, Begun, Resumed, Step)


def backwards(run: Path) -> Iterator[Event]:
    """The events of a run, the last one first; none when they cannot be read."""
    for line in lines_backwards(run / FILE):
        if (event := parsed(line)) is not None:
            yield event


def lines_backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end; one without an end is still on its way."""
    try:
        with path.open("rb") as file:
            end, rest = file.seek(0, os.SEEK_END), b""
            newest = True
            while end > 0:
                begin = max(0, end - BLOCK)
                file.seek(begin)
                rest = file.read(end - begin) + rest
                first, *lines = rest.split(b"\n")
                # What stands after the last line end is no line yet.
                yield from reversed(lines[:-1] if newest and lines else lines)
                newest = newest and not lines
                rest, end = first, begin
            if rest and not newest:
                yield rest
    except OSError:
        return


class Ending(NamedTuple):
    """How a run stands; ``told`` when an event said that it ended."""

    status: str
    told: bool


def ending(newest_first: Iterable[Event]) -> Ending:
    """running, finished, stopped or failed: by the last events of a run.

    What fails after the end, as a comparison may, does not change how a run ended.
    """
    failed = False
    for event in newest_first:
        if isinstance(event, Finished):
            return Ending(event.status, True)
        if isinstance(event, BEGINNINGS):
            break
        failed = failed or isinstance(event, Failed)
    return Ending("failed" if failed else "running", False)
