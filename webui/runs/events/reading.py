"""From the JSON of one event to its record and back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args, get_origin

from webui.runs.events.older import LIFTS
from webui.runs.events.records import RECORDS, Event, Other

# What JSON gives where a record says this.
GIVEN: dict[Any, tuple[type, ...]] = {
    float: (float, int),
    Mapping: (dict,),
    Sequence: (list, tuple),
    Any: (object,),
}
EMPTY: tuple[Any, ...] = (None, "", (), [], {})


class Shape(NamedTuple):
    """The fields of a record with the types that their JSON may have, those whose
    default is made for each record, and those that have none."""

    types: tuple[tuple[str, tuple[type, ...]], ...]
    made: tuple[tuple[str, Callable[[], Any]], ...]
    needed: frozenset[str]


@cache
def shape(kind: Any) -> Shape:
    """What a record is filled in with."""
    types = ((each.name, given_types(each.type)) for each in fields(kind))
    made = ((each.name, each.default_factory) for each in fields(kind))
    without = (
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    )
    return Shape(
        tuple(types),
        tuple((name, make) for name, make in made if make is not MISSING),
        frozenset(without),
    )


def given_types(annotation: Any) -> tuple[type, ...]:
    """The types in which JSON gives a field."""
    parts = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    named = [get_origin(part) or part for part in parts]
    found = [GIVEN.get(n, (NoneType if n is None else n,)) for n in named]
    return tuple(each for types in found for each in types)


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
    """The record of an event's JSON; fields that it does not know are passed over.

    There are many steps, so it is filled in without the checks of a constructor.
    """
    if lift := LIFTS.get(values["event"]):
        values = lift(values)
    kind: Any = RECORDS.get(values["event"])
    if kind is None:
        return other(values)
    event: Event = object.__new__(kind)
    found, (types, made, needed) = event.__dict__, shape(kind)
    for name, allowed in types:
        value = values.get(name)
        if isinstance(value, allowed):
            found[name] = value
        elif value is not None:
            return other(values)
    for name, make in made:
        if name not in found:
            found[name] = make()
    return event if found.keys() >= needed else other(values)


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
