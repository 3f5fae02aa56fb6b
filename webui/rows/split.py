"""Part the rows: some are held out, to measure the result on what was never seen, and
some are watched while a training goes on."""

import math
import random
from typing import Any

from webui.recipe import Recipe
from webui.recipe.watched import watched_rows
from webui.rows.split_check import refuse_one_group, refuse_watched, rows_held_out


def parted_rows(
    recipe: Recipe, rows: list[dict[str, Any]], *, as_before: bool = False
) -> tuple[list, list]:
    """The rows that a recipe's split holds out, and the others.

    Each row is beside its raw row, under "row". There are none to hold out where they
    come from files of their own. ``as_before`` draws them as for runs that did not
    keep their rows.
    """
    by = recipe.split
    if by.by == "file":
        return [], rows
    if by.by == "column":
        return hold_out_by_column(rows, by.column, by.value)
    count = min(rows_held_out(recipe, len(rows)), len(rows))
    return drawn_rows(recipe, rows, count, as_before=as_before)


def watched_part(
    recipe: Recipe, rows: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Of the rows that are not held out those that are watched, and the others.

    They are drawn as the held-out rows are. Where no group is small enough, or those
    that are drawn leave less than they take, the smallest one is watched.

    Raises:
        PlannerError: if more would be watched than trained on.
    """
    count = watched_rows(recipe, len(rows))
    if not count or not rows:
        return [], rows
    refuse_watched(recipe, len(rows), count)
    watched, others = drawn_rows(recipe, rows, count)
    if 0 < len(watched) <= len(others):
        return watched, others
    groups = parted(rows, recipe.split.group_by)
    refuse_one_group(recipe, len(groups))
    smallest = min(groups, key=lambda name: len(groups[name]))
    watched = groups.pop(smallest)
    return watched, [row for group in groups.values() for row in group]


def drawn_rows(
    recipe: Recipe, rows: list[dict[str, Any]], count: int, *, as_before: bool = False
) -> tuple[list, list]:
    """So many rows, drawn as a recipe's split says, and the others."""
    by, seed = recipe.split, recipe.training.seed
    if by.by in ("fraction", "count") and by.stratify_by:
        return hold_out_evenly(rows, count, by.stratify_by, seed)
    if by.by in ("fraction", "count") and by.group_by:
        return hold_out_groups(rows, count, by.group_by, seed)
    draw = hold_out_as_before if as_before else hold_out
    return draw(rows, count, seed)


def hold_out_as_before(rows: list[dict], count: int, seed: int) -> tuple[list, list]:
    """Draw rows to hold out as runs did that did not keep their rows."""
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    return rows[:count], rows[count:]


def hold_out(rows: list[dict], count: int, seed: int) -> tuple[list, list]:
    """Draw rows to hold out; returns them and the others, in the drawn order.

    They are those that ``Dataset.train_test_split`` draws.
    """
    import numpy as np

    order = np.random.default_rng(seed).permutation(len(rows))
    drawn = [rows[number] for number in order]
    return drawn[:count], drawn[count:]


def hold_out_evenly(
    rows: list[dict], count: int, column: str, seed: int
) -> tuple[list, list]:
    """Draw rows to hold out so that each value of a column keeps its share."""
    parts = list(parted(rows, column).values())
    for part in parts:
        random.Random(seed).shuffle(part)
    share = count / len(rows)
    # Whole rows first; what is missing goes to the values that lost most by rounding.
    counts = [math.floor(len(part) * share) for part in parts]
    lost = [
        len(part) * share - whole for part, whole in zip(parts, counts, strict=True)
    ]
    order = sorted(range(len(parts)), key=lambda number: -lost[number])
    for number in order[: count - sum(counts)]:
        counts[number] += 1
    pairs = list(zip(parts, counts, strict=True))
    held_out = [row for part, n in pairs for row in part[:n]]
    random.Random(seed).shuffle(held_out)
    return held_out, [row for part, n in pairs for row in part[n:]]


def hold_out_groups(
    rows: list[dict], count: int, column: str, seed: int
) -> tuple[list, list]:
    """Hold out about so many rows; those with the same value stay together."""
    groups = list(parted(rows, column).values())
    random.Random(seed).shuffle(groups)
    held_out: list = []
    others: list = []
    for group in groups:
        fits = len(held_out) + len(group) / 2 <= count
        (held_out if fits else others).extend(group)
    return held_out, others


def hold_out_by_column(rows: list[dict], column: str, value: str) -> tuple[list, list]:
    """Hold out the rows whose column holds this value."""
    parts = parted(rows, column)
    held_out = parts.pop(value, [])
    return held_out, [row for part in parts.values() for row in part]


def parted(rows: list[dict], column: str) -> dict[str, list]:
    """The rows by the value of a column in their raw row, as text."""
    parts: dict = {}
    for row in rows:
        parts.setdefault(str(row["row"].get(column, "")), []).append(row)
    return parts
