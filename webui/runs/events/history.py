"""What of a run's events counts now, and the last of a kind."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from webui.runs.events.records import Event, Failed, Finished, OfAStep, Resumed

Kind = TypeVar("Kind", bound=Event)

# How a run ended, until it is resumed.
ENDS = (Failed, Finished)


def current(history: Sequence[Event]) -> list[Event]:
    """The events without those that a later resume takes back.

    Those are the steps after its own, which come again, and how the run had ended.
    """
    kept: list[Event] = []
    limit = float("inf")
    for event in reversed(history):
        if isinstance(event, Resumed):
            limit = min(limit, event.step)
        again = isinstance(event, OfAStep) and event.step > limit
        if not again and not (isinstance(event, ENDS) and limit < float("inf")):
            kept.append(event)
    return kept[::-1]


def of_kind(history: Iterable[Event], kind: type[Kind]) -> list[Kind]:
    """The events of a kind, in their order."""
    return [event for event in history if isinstance(event, kind)]


def last(history: Sequence[Event], kind: type[Kind]) -> Kind | None:
    """The last event of a kind; None when there is none."""
    return next((e for e in reversed(history) if isinstance(e, kind)), None)
