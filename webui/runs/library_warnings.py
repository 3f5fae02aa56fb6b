"""What the libraries warned of in a run: in plain words where we know them, else as is.

The kernel records a warning as the library wrote it (``Warned``); what it means is
looked up when it is shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webui.figures import in_bytes
from webui.runs import learned_before
from webui.runs.events import Event, LearnedBefore, NoRoom, Warned
from webui.runs.known_warnings import KNOWN
from webui.text import Text


@dataclass(frozen=True)
class Told:
    """A warning as it is shown: its words, whose it is, and whether it is harmless.

    ``original`` is what the library wrote, where the words are ours; else empty.
    """

    text: Text
    library: str
    original: str = ""
    harmless: bool = False


def as_told(event: Warned) -> Told:
    """A library's warning as it is shown."""
    message, library = event.message, event.library
    for known in KNOWN:
        if found := re.search(known.pattern, message):
            groups = [group or "" for group in found.groups()]
            text = known.english.format(*groups), known.chinese.format(*groups)
            return Told(Text(*text), library, message, known.harmless)
    return Told(Text(message, message), library)


def warnings_of(history: Iterable[Event]) -> list[Told]:
    """What the libraries warned of in a run, each once; the harmless come last."""
    told = [
        as_told(event)
        for event in history
        if isinstance(event, Warned) and event.message
    ]
    each = {warned.text: warned for warned in reversed(told)}
    return sorted([*each.values()][::-1], key=lambda warned: warned.harmless)


def warning_line(event: Warned | NoRoom | LearnedBefore) -> str:
    """What was warned of, as a line for the terminal."""
    if isinstance(event, NoRoom):
        needed, free = in_bytes(event.needed or 0), in_bytes(event.free or 0)
        return (
            f"Note: the checkpoint of step {event.step} was left out: it needs "
            f"{needed}, and the disk has {free}."
        )
    if isinstance(event, LearnedBefore):
        return f"Note: {learned_before.told(event).en}"
    told = as_told(event)
    note = "Note (harmless)" if told.harmless else "Note"
    return f"{note}, {told.library or 'a library'}: {told.text.en}"
