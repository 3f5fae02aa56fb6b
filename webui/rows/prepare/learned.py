"""Which records a run has learned: told by their content, wherever they come from.

A run keeps one mark for each record that it or a run before it has learned, so that one
that trains on from it knows what it has never seen.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.files import write_text
from webui.recipe import Recipe
from webui.rows.prepare.store import PARTS, rows_folder
from webui.runs import folder as runs
from webui.runs.error import RunError
from webui.runs.learned_before import LEARNED
from webui.text import Text

BYTES = 8


@dataclass(frozen=True)
class Overlap:
    """How many records of each part a run has learned already, and of how many."""

    watched: int = 0
    of_watched: int = 0
    heldout: int = 0
    of_heldout: int = 0


def record_mark(row: dict[str, Any]) -> int:
    """A number that stands for a record as its source has it."""
    text = json.dumps(row, sort_keys=True, default=str).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=BYTES).digest(), "big")


def write_marks(file: Path, marks: Iterable[int]) -> None:
    """Write marks, one a line."""
    write_text(file, "".join(f"{mark:x}\n" for mark in marks))


def read_marks(file: Path) -> set[int] | None:
    """The marks of a file; None where it is not there, or is no such file."""
    try:
        return {int(line, 16) for line in file.read_text().split()}
    except (OSError, ValueError):
        return None


def part_marks(key: str, part: str) -> set[int]:
    """The marks of one part of the rows with this key; none if they were not kept."""
    return read_marks(rows_folder() / key / PARTS.format(part)) or set()


def parent_folder(recipe: Recipe, root: Path) -> Path | None:
    """The run that a recipe trains on, if it is there, among those below ``root``."""
    try:
        name = recipe.adapter.from_run
        return runs.find(root, name).folder if name else None
    except RunError:
        return None


def keep_learned(recipe: Recipe, root: Path, key: str, folder: Path) -> None:
    """Write what a run learns, and what the run has learned that it trains on.

    Nothing is written where the parent does not tell: then this run cannot either.
    """
    parent, own = parent_folder(recipe, root), part_marks(key, "train")
    before = read_marks(parent / LEARNED) if parent else set()
    if before is not None and own:
        write_marks(folder / LEARNED, sorted(own | before))


def overlap(recipe: Recipe, root: Path, key: str) -> Overlap | None:
    """What of its rows a recipe's parent has learned; None where nobody can tell.

    A record that is learned here as well counts as none: the source holds it twice.
    """
    parent = parent_folder(recipe, root)
    before = read_marks(parent / LEARNED) if parent else None
    if before is None:
        return None
    before -= part_marks(key, "train")
    watched, heldout = part_marks(key, "watched"), part_marks(key, "heldout")
    return Overlap(
        len(watched & before), len(watched), len(heldout & before), len(heldout)
    )


def held_out_learned(found: Overlap, run: str) -> Text:
    """Rows to be held out were learned."""
    return Text(
        f"holds out {found.of_heldout} rows, of which {found.heldout} were learned by "
        f"{run} or the runs before it, so that they would measure nothing; leave rows, "
        "split and seed as they were, or hold out rows of a file of their own.",
        f"留出 {found.of_heldout} 条数据，其中 {found.heldout} 条已被 {run} 或更早的"
        "运行学过，无法衡量效果；请保持原来的数据、划分和随机种子，"
        "或使用单独的留出文件。",
    )
