"""Splits that would leave nothing to train on, or nothing to measure by."""

import itertools
import math
from typing import Any

from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.rows.each import Kept, read_rows
from webui.text import Text

MOST_COUNTED = 100_000  # rows; a split that holds out more is not checked


def refuse_split(recipe: Recipe, rows: list[dict[str, Any]], total: int | None) -> None:
    """Refuse a split that would leave nothing on one side, or cannot be made.

    ``rows`` are the first usable rows; ``total`` is their number if these are all.
    """
    split = recipe.split
    columns = {"column": split.column} if split.by == "column" else {}
    if split.by in ("fraction", "count"):
        columns = {"stratify_by": split.stratify_by, "group_by": split.group_by}
    for name, column in columns.items():
        if column and not any(column in row for row in rows):
            raise PlannerError(no_column(f"split.{name}", column))
    if split.by == "column" and total is not None:
        held = [row for row in rows if str(row.get(split.column, "")) == split.value]
        if not held:
            raise PlannerError(none_held(split.column, split.value))
        refuse_none_left(total, len(held))
    enough = rows_needed(recipe)
    if total is None and len(rows) < enough <= MOST_COUNTED:
        read = (row for row in read_rows(recipe) if isinstance(row, Kept))
        counted = sum(1 for _ in itertools.islice(read, enough))
        total = counted if counted < enough else None
    if total is not None and split.by in ("fraction", "count"):
        refuse_none_left(total, rows_held_out(recipe, total))


def rows_held_out(recipe: Recipe, total: int) -> int:
    """How many of so many rows a split by fraction or count holds out, as the data cell
    draws them; a count may be more than there are."""
    split = recipe.split
    share = max(1, round(total * split.fraction))
    return share if split.by == "fraction" else split.count


def rows_needed(recipe: Recipe) -> int:
    """So many rows are certainly enough to leave one to train on."""
    split = recipe.split
    if split.by == "fraction":
        return math.ceil(1 / (1 - split.fraction)) + 1
    return split.count + 1 if split.by == "count" else 1


def no_column(field: str, column: str) -> Text:
    """A field names a column that is not there."""
    return Text(
        f"No row has a column {column}, which {field} names.",
        f"没有任何数据含有 {field} 指定的列 {column}。",
    )


def none_held(column: str, value: str) -> Text:
    """No row is held out."""
    return Text(
        f"No row has {value} in its column {column}, so none would be held out.",
        f"没有任何数据的 {column} 列为 {value}，因此没有可留出的数据。",
    )


def refuse_watched(recipe: Recipe, total: int, watched: int) -> None:
    """Refuse to watch more rows than are trained on.

    Raises:
        PlannerError: if of ``total`` training rows less than half would be learned.
    """
    most = total // 2
    if most == 0:
        raise PlannerError(NONE_TO_WATCH, watching_field(recipe))
    if watched > most:
        raise PlannerError.of(
            f"Of the {total} training rows {watched} would only be watched and not "
            f"learned; set evaluation.rows to {most} at most, or to 0 for as many "
            "as fit.",
            f"训练数据共 {total} 条，其中 {watched} 条将只用于评估而不参与训练；"
            f"请将 evaluation.rows 设为不超过 {most}，或设为 0 以自动选取。",
            "evaluation.rows",
        )


def refuse_one_group(recipe: Recipe, groups: int) -> None:
    """Refuse to watch rows that are all of one group: it would have to be parted.

    Raises:
        PlannerError: if there are no two groups.
    """
    if groups < 2:
        raise PlannerError(ONE_GROUP, watching_field(recipe))


def watching_field(recipe: Recipe) -> str:
    """The field that asks for rows to watch."""
    return "sweep.space" if recipe.evaluation.every == "no" else "evaluation.every"


NONE_TO_WATCH = Text(
    "Only one row is left to train on, so none can be watched meanwhile: add rows, "
    "or hold out fewer.",
    "只剩一条训练数据，无法再划出评估数据：请增加数据，或减少留出的数据。",
)
ONE_GROUP = Text(
    "The rows that are left to train on are one group, so none can be watched "
    "meanwhile: hold out fewer, or group by another column (split.group_by).",
    "剩下的训练数据同属一个分组，无法再划出评估数据：请减少留出的数据，"
    "或更换分组列（split.group_by）。",
)


def refuse_empty_parts(recipe: Recipe, total: int, held: int) -> None:
    """Refuse rows of which none is left to train on, or none to measure by."""
    split = recipe.split
    if not held:
        by_column = split.by == "column"
        drawn = NO_GROUP if split.group_by else NONE_HELD
        raise PlannerError(none_held(split.column, split.value) if by_column else drawn)
    if split.by != "file":
        refuse_none_left(total, held)


def refuse_none_left(total: int, held: int) -> None:
    """Refuse to hold out all rows.

    Raises:
        PlannerError: if none would be left.
    """
    if held >= total:
        raise PlannerError.of(
            f"Of the {total} usable rows {held} are to be held out; none is left "
            "to train on.",
            f"可用数据共 {total} 条，要留出 {held} 条，没有剩余数据可训练。",
        )


NO_GROUP = Text(
    "Each group has more rows than are to be held out, so none would be; hold out "
    "more, or group by another column.",
    "每个分组的数据都多于要留出的条数，因此没有可留出的数据；请增大留出比例或更换分组列。",
)
NONE_HELD = Text(
    "None of the held-out rows can be used; choose others.",
    "没有任何可用的留出数据；请另选。",
)
