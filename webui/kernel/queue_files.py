"""The files of the queue: one for each training that waits, readable by a person.

The number at the front of a file's name is its place. Every change is one rename, so
that the folder needs no lock: only one of two servers can move, remove or take a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from webui.errors import UserError
from webui.files import write_text, written_at
from webui.notebook.cells import RUN
from webui.notebook.edits import Edits, edits_from
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.store import MAX_BYTES, Dumper, differences, parse
from webui.text import Text

# all: what is stale, as Run all does; run: a new try up to a cell; sweep: all trials.
Kind = Literal["all", "run", "sweep"]

WAITING, TAKEN = ".yaml", ".taken"
LAST = 10_000  # the place of a file that a person put there without a number


@dataclass(frozen=True)
class Entry:
    """A training that waits: its recipe, and when it was added (s since 1970).

    ``reason`` is why it could not start when it was last tried, at ``tried``. ``edits``
    are the cells that were edited by hand when it was added.
    """

    file: Path
    kind: Kind
    upto: str
    time: float
    recipe: Recipe
    reason: Text | None = None
    tried: float = 0.0
    edits: Edits = field(default_factory=dict, hash=False)

    @property
    def id(self) -> str:
        return split_name(self.file)[1]

    @property
    def position(self) -> int:
        return split_name(self.file)[0]


def files(queue: Path, *suffixes: str) -> list[Path]:
    """The files of a queue in order, by default of all that wait."""
    try:
        found = [f for f in queue.iterdir() if not f.name.startswith(".")]
    except OSError:
        return []
    shown = (f for f in found if f.suffix in (suffixes or (WAITING,)))
    return sorted(shown, key=split_name)


def file_name(place: int, entry_id: str) -> str:
    """The name of the file of an entry at a place."""
    return f"{place:04}-{entry_id}{WAITING}"


def split_name(file: Path) -> tuple[int, str]:
    """The place and the id in a file's name."""
    place, _, name = file.stem.partition("-")
    return (int(place), name) if place.isdecimal() and name else (LAST, file.stem)


def queue_stamp(queue: Path) -> tuple[tuple[str, int], ...]:
    """A value that changes whenever what waits does."""
    return tuple((file.name, written_at(file)) for file in files(queue))


def read_all(queue: Path) -> Iterator[Entry | Text]:
    """Each entry that waits, or the sentence about a file that holds none."""
    for file in files(queue):
        if when := written_at(file):
            yield read_entry_once(file, when)


@lru_cache(maxsize=256)
def read_entry_once(file: Path, when: int) -> Entry | Text:
    """What a file held at this time: a redraw of the page parses nothing again."""
    return read_entry(file)


def read_entry(file: Path) -> Entry | Text:
    """The entry in a file, or what is wrong with the file."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ValueError("it is larger than 1 MB")
        return entry_of(file, parse(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        known = str(getattr(error, "problem", None) or error) or "it is not YAML"
        why = error.line if isinstance(error, UserError) else Text(known, known)
    return Text(
        f"{file} is not a training that can wait ({why.en}); mend or delete it.",
        f"{file} 不是可以排队的训练（{why.zh}）；请修正或删除。",
    )


def entry_of(file: Path, values: Any) -> Entry:
    """The entry that a file's values describe.

    Raises:
        ValueError: when they describe none, or the recipe in them is not valid.
    """
    if not isinstance(values, dict) or not isinstance(values.get("recipe"), dict):
        raise ValueError("it holds no recipe")
    kind, upto = values.get("kind", "run"), values.get("upto", RUN.last)
    if kind not in get_args(Kind) or upto not in RUN.cells:
        raise ValueError(f"it asks for {kind!r} up to {upto!r}")
    reason: Text | None = None
    match values.get("reason"):
        case [str(english), str(chinese)]:
            reason = Text(english, chinese)
    return Entry(
        file,
        kind,
        upto,
        time=float(values.get("time", 0)),
        recipe=check(values["recipe"]),
        reason=reason,
        tried=float(values.get("tried", 0)),
        edits=edits_from(values.get("edits")),
    )


def write_entry(entry: Entry, file: Path) -> None:
    """Write an entry under a name, in one step."""
    values = {
        "kind": entry.kind,
        "upto": entry.upto,
        "time": entry.time,
        "recipe": differences(entry.recipe),
    }
    if entry.tried:
        values["tried"] = entry.tried
    if entry.reason:
        values["reason"] = list(entry.reason)
    if entry.edits:
        values["edits"] = {name: {"code": e.code} for name, e in entry.edits.items()}
    text = yaml.dump(
        values, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=88
    )
    write_text(file, text)
