"""What a table of runs shows: each run's figures, found, sorted, read only when new."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.figures import finite
from webui.metrics import METRICS, Metric, metric
from webui.runs import events, folder, notes, scores
from webui.runs.events import Trial
from webui.runs.folder import Run
from webui.runs.notes import About
from webui.runs.scores import TUNED, Score
from webui.runs.settings import Settings, section, settings_of
from webui.text import Text

# Figures of the summary by which runs can be sorted.
FIGURES = (
    "rank",
    "learning_rate",
    "trainable",
    "steps",
    "last_loss",
    "best_eval_loss",
    "tokens_per_second",
    "peak_memory",
    "duration",
)
# Of a sweep these would be the last trial's, or of all together.
OF_A_TRIAL = ("rank", "learning_rate", "trainable", "steps", "last_loss")
COLUMNS = ("star", "id", "name", "status", "data", "score", *FIGURES)

# A run's figures change with these, and with nothing else.
FILES = (folder.SUMMARY, events.FILE, notes.FILE)

Mark = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """A run in the table. ``figures`` holds only what is a number; ``going`` says that
    they are those of a run that goes on; ``trials`` are those of a sweep that have
    ended; ``edited`` are the cells that were edited by hand.

    One that did not change stays the same object.
    """

    run: Run
    about: About
    settings: Settings
    figures: dict[str, float]
    scores: tuple[Score, ...]
    trials: int | None = None
    going: bool = False
    edited: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def model(self) -> str:
        return self.settings.model

    @property
    def method(self) -> str:
        return self.settings.method

    @property
    def parent(self) -> str:
        return self.settings.parent

    @property
    def title(self) -> str:
        """The name that is shown, else the id."""
        return self.about.name or self.id

    @property
    def text(self) -> str:
        """All that can be searched for, in small letters."""
        said = (self.id, self.about.name, self.about.note, self.model, self.method)
        by_hand = f"{BY_HAND.en}: {', '.join(self.edited)}" if self.edited else ""
        return "\n".join(
            (
                *(*said, self.parent, self.run.status, self.run.kind, by_hand),
                *self.settings.data,
            )
        ).casefold()


# Said of a run, before the cells.
BY_HAND = Text("edited by hand", "已手动修改")

KNOWN: dict[Path, tuple[Mark, Entry]] = {}


def list_entries(root: Path) -> list[Entry]:
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
        known = KNOWN[path] = now, read_run_entry(path)
    return known[1]


def mark(path: Path) -> Mark:
    """When a run's files last changed, in ns, and their sizes in bytes."""
    return tuple(file_stamp(os.path.join(path, name)) for name in FILES)


def file_stamp(file: str) -> tuple[int, int]:
    """When a file last changed, in ns, and its size in bytes."""
    try:
        found = os.stat(file)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def read_run_entry(path: Path) -> Entry:
    """Read a run; what is not as we write it is as if it were not there."""
    run = folder.read_run(path)
    settings = settings_of(run.summary, path / folder.RECIPE)
    figures = {name: finite(run.summary.get(name)) for name in FIGURES}
    figures |= further(run.summary.get("metrics"))
    figures |= {"rank": settings.rank, "learning_rate": settings.learning_rate}
    sweep = run.kind == "sweep"
    if sweep:
        figures |= dict.fromkeys(OF_A_TRIAL)
    return Entry(
        run,
        notes.read_notes(path),
        settings,
        {name: value for name, value in figures.items() if value is not None},
        scores.read(run.summary.get("scores")),
        len(events.of(path, Trial)) if sweep else None,
        edited=tuple(folder.edits_of_run(path)),
    )


def further(metrics: Any) -> dict[str, float | None]:
    """The figures of metrics that have no column of their own, by their columns."""
    given = metrics if isinstance(metrics, dict) else {}
    found = {column_of(n): section(given, n) for n in given if n not in METRICS}
    return {
        column: finite(figures.get(column.partition("_")[0]))
        for column, figures in found.items()
    }


def column_of(name: str) -> str:
    """The column of a metric: its best value on rows set aside, else its last."""
    kind = metric(name)
    return f"{'best' if kind.unseen and kind.better else 'last'}_{name}"


def metric_of(column: str) -> Metric:
    """The metric that a column of figures shows."""
    how, _, name = column.partition("_")
    return metric(name if how in ("best", "last") else column)


def columns_of(found: Iterable[Entry]) -> list[str]:
    """The columns that some runs have beside those of every table."""
    return [*dict.fromkeys(n for e in found for n in e.figures if n not in FIGURES)]


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
    known = column in COLUMNS or column in columns_of(kept)
    return ordered(kept, column, order.startswith("-")) if known else kept


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
        case "star":
            return entry.about.star
        case "status":
            return entry.run.status
        case "data":
            return [name.casefold() for name in entry.settings.data] or None
        case "score":
            tuned = [each.value for each in entry.scores if each.who == TUNED]
            return next(iter(tuned), None)
    return entry.figures.get(column)
