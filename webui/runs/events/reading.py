"""From the JSON of one event to its record and back."""

import json
from dataclasses import asdict, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from webui.runs.events.older import LIFTS
from webui.runs.events.records import RECORDS, Event, Other

EMPTY: tuple[Any, ...] = (None, "", (), [], {})


@cache
def reader(kind: Any) -> TypeAdapter:
    """What fills in a record and refuses what does not fit its fields."""
    return TypeAdapter(kind)


def parsed(line: bytes) -> Event | None:
    """The event in a line; None where there is none."""
    try:
        values = json.loads(line.decode())
    except ValueError:
        return None
    if not isinstance(values, dict) or not isinstance(values.get("event"), str):
        return None
    return record(values)


def record(values: dict[str, Any]) -> Event:
    """The record of an event's JSON; fields that it does not know are passed over."""
    if lift := LIFTS.get(values["event"]):
        values = lift(values)
    kind: Any = RECORDS.get(values["event"])
    if kind is None:
        return other(values)
    try:
        told = {name: value for name, value in values.items() if value is not None}
        event: Event = reader(kind).validate_python(told)
    except ValidationError:
        return other(values)
    return event


def other(values: dict[str, Any]) -> Other:
    """An event that has no record, as it is."""
    time = values.get("time")
    rest = {name: v for name, v in values.items() if name not in ("event", "time")}
    known = time if isinstance(time, int | float) else 0.0
    return Other(named=values["event"], time=known, values=rest)


def line_of(event: Event, time: float) -> str:
    """An event as a line of JSON, written at this time; what is empty is left out."""
    named = {"event": event.tag, "time": event.time or time}
    if isinstance(event, Other):
        told = {**named, "event": event.named, **event.values}
    else:
        values = ((each.name, getattr(event, each.name)) for each in fields(event))
        told = named | {n: v for n, v in values if n != "time" and v not in EMPTY}
    return json.dumps(told, ensure_ascii=False, default=asdict)
