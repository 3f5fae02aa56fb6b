"""What the libraries warned of in a run: in plain words where we know them, else as is.

The kernel records a warning as the library wrote it (``warned`` events of the kind
``library``); what it means is looked up when it is shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webui.figures import size
from webui.runs import learned_before
from webui.runs.events import Event
from webui.runs.known_warnings import KNOWN
from webui.text import Text

KIND = "library"


@dataclass(frozen=True)
class Warned:
    """A warning as it is shown: its words, whose it is, and whether it is harmless.

    ``original`` is what the library wrote, where the words are ours; else empty.
    """

    text: Text
    library: str
    original: str = ""
    harmless: bool = False


def as_told(event: Event) -> Warned:
    """A library's warning as it is shown."""
    message, library = str(event.get("message", "")), str(event.get("library", ""))
    for known in KNOWN:
        if found := re.search(known.pattern, message):
            groups = [group or "" for group in found.groups()]
            text = Text(*(words.format(*groups) for words in known.text))
            return Warned(text, library, message, known.harmless)
    return Warned(Text(message, message), library)


def warnings_of(history: Iterable[Event]) -> list[Warned]:
    """What the libraries warned of in a run, each once; the harmless come last."""
    told = [
        as_told(event)
        for event in history
        if event.get("event") == "warned" and event.get("kind") == KIND
    ]
    each = {warned.text: warned for warned in reversed(told)}
    return sorted([*each.values()][::-1], key=lambda warned: warned.harmless)


def line(event: dict[str, Any]) -> str:
    """Any ``warned`` event as a line for the terminal."""
    if event.get("kind") == KIND:
        warned = as_told(event)
        note = "Note (harmless)" if warned.harmless else "Note"
        return f"{note}, {warned.library or 'a library'}: {warned.text.en}"
    if event.get("kind") == "no_room":
        needed, free = size(event.get("needed") or 0), size(event.get("free") or 0)
        return (
            f"Note: the checkpoint of step {event.get('step')} was left out: it needs "
            f"{needed}, and the disk has {free}."
        )
    if event.get("kind") == learned_before.KIND:
        return f"Note: {learned_before.told(event).en}"
    return f"Note: {event.get('message', '')}"
