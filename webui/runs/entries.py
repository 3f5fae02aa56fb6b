"""What a table of runs shows: each run's figures, found, sorted, read only when new."""

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from webui.runs import events, folder, notes
from webui.runs.folder import Run
from webui.runs.notes import About

# Figures of the summary by which runs can be sorted.
FIGURES = (
    "trainable",
    "steps",
    "last_loss",
    "best_eval_loss",
    "tokens_per_second",
    "peak_memory",
    "duration",
)
COLUMNS = ("id", "name", "status", "score", *FIGURES)

# A run's figures change with these, and with nothing else.
FILES = (folder.SUMMARY, events.FILE, notes.FILE)
RECIPE_BYTES = 1_000_000

Mark = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """A run in the table. ``figures`` holds only what is a number.

    One that did not change stays the same object.
    """

    run: Run
    about: About
    model: str
    method: str
    parent: str
    figures: dict[str, float]
    score: tuple[float, float] | None

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def title(self) -> str:
        """The name that is shown, else the id."""
        return self.about.name or self.id

    @property
    def text(self) -> str:
        """All that can be searched for, in small letters."""
        said = (self.id, self.about.name, self.about.note, self.model, self.method)
        return "\n".join(
            (*said, self.parent, self.run.status, self.run.kind)
        ).casefold()


KNOWN: dict[Path, tuple[Mark, Entry]] = {}


def entries(root: Path) -> list[Entry]:
    """All runs of a folder, the newest first; only what changed is read again."""
    listed = folder.folders(root)
    found = [entry(each) for each in listed]
    for gone in {each for each in KNOWN if each.parent == root} - {*listed}:
        KNOWN.pop(gone, None)
    return found


def entry(path: Path) -> Entry:
    """What the table shows of one run."""
    known, now = KNOWN.get(path), mark(path)
    if known is None or known[0] != now:
        known = KNOWN[path] = now, read(path)
    return known[1]


def mark(path: Path) -> Mark:
    """When a run's files last changed, in ns, and their sizes in bytes."""
    return tuple(stamp(os.path.join(path, name)) for name in FILES)


def stamp(file: str) -> tuple[int, int]:
    """When a file last changed, in ns, and its size in bytes."""
    try:
        found = os.stat(file)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def read(path: Path) -> Entry:
    """Read a run; what is not as we write it is as if it were not there."""
    run = folder.read(path)
    model, method = run.summary.get("model"), run.summary.get("method")
    parent = run.summary.get("parent")
    if not isinstance(model, str) or not isinstance(method, str):
        model, method, parent = asked(path / folder.RECIPE)
    figures = {name: number(run.summary.get(name)) for name in FIGURES}
    return Entry(
        run,
        notes.read(path),
        notes.one_line(model),
        notes.one_line(method),
        notes.one_line(parent) if isinstance(parent, str) else "",
        {name: value for name, value in figures.items() if value is not None},
        score(run.summary.get("score")),
    )


def asked(recipe: Path) -> tuple[str, str, str]:
    """The model, the method and the parent of a recipe that may be no valid one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if recipe.stat().st_size > RECIPE_BYTES:
            return "", "", ""
        values = yaml.load(recipe.read_text(encoding="utf-8-sig"), loader)  # noqa: S506
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return "", "", ""
    model, adapter = inner(values, "model"), inner(values, "adapter")
    named = str(model.get("name", "starter")), str(adapter.get("method", "lora"))
    return *named, str(adapter.get("from_run", ""))


def inner(values: Any, key: str) -> dict[str, Any]:
    """A section of a recipe; empty where there is none."""
    section = values.get(key) if isinstance(values, dict) else None
    return section if isinstance(section, dict) else {}


def number(value: Any) -> float | None:
    """A finite number, or None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return value if is_number and math.isfinite(value) else None
    except OverflowError:  # a whole number of hundreds of digits
        return None


def score(value: Any) -> tuple[float, float] | None:
    """The scores of base and tuned model, where both are there."""
    given = value if isinstance(value, dict) else {}
    base, tuned = number(given.get("base")), number(given.get("tuned"))
    return None if base is None or tuned is None else (base, tuned)


def chosen(
    found: Iterable[Entry], *, words: str = "", starred: bool = False, order: str = ""
) -> list[Entry]:
    """The entries that hold every word, in an order: a column, or one after ``-``.

    Without an order they stay as they are, the newest first.
    """
    wanted = words.casefold().split()
    kept = [
        entry
        for entry in found
        if (entry.about.star or not starred) and all(w in entry.text for w in wanted)
    ]
    column = order.removeprefix("-")
    return ordered(kept, column, order.startswith("-")) if column in COLUMNS else kept


def ordered(found: Sequence[Entry], column: str, falling: bool) -> list[Entry]:
    """Entries by a column; those without a value come last in either direction."""
    valued = [(value_of(entry, column), entry) for entry in found]
    with_value = [pair for pair in valued if pair[0] is not None]
    with_value.sort(key=lambda pair: pair[0], reverse=falling)
    without = [entry for value, entry in valued if value is None]
    return [entry for _, entry in with_value] + without


def value_of(entry: Entry, column: str) -> Any:
    """What an entry is sorted by; None when it has none."""
    match column:
        case "id":
            return entry.id
        case "name":
            return entry.title.casefold()
        case "status":
            return entry.run.status
        case "score":
            return entry.score[1] if entry.score else None
    return entry.figures.get(column)
