"""Columns that a recipe names: those that no row has are told, with what there is."""

from collections.abc import Iterator
from typing import Any

from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.rows.detection.found import paths
from webui.rows.each import source_records
from webui.rows.mapping.values import value_at
from webui.text import Text

# Rows that are looked through for a column; those of a hub have to be fetched.
MOST, MOST_OF_HUB = 20_000, 1_000
SHOWN = 12  # columns in a sentence
LONGEST = 80  # characters of a name that are quoted


def missing_columns(recipe: Recipe) -> tuple[tuple[str, Text], ...]:
    """For each column that the recipe names and no row has, its field and a sentence.

    A field of the mapping is that of its part: data.columns.question.

    Raises:
        PlannerError: if the source cannot be read at all.
    """
    left = dict(named(recipe))
    there: dict[str, None] = {}
    most = MOST_OF_HUB if recipe.data.source == "hub" else MOST
    records = source_records(recipe, "train") if left else iter(())
    for number, record in enumerate(records):
        if record.row is not None and left:
            row = record.row
            if len(there) <= SHOWN:
                there |= dict.fromkeys(paths(row))
            left = {field: path for field, path in left.items() if not has(row, path)}
        if not left or number >= most:
            break
    if not there:
        return ()  # there is no row, which is told otherwise
    return tuple((field, no_such(path, list(there))) for field, path in left.items())


def named(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Each field that names a column, and the column."""
    roles = {role.name for role in FORMATS[recipe.data.format].roles}
    for role, path in recipe.data.columns.items():
        if role in roles:
            yield f"data.columns.{role}", path
    split = recipe.split
    if split.by == "column":
        yield "split.column", split.column
    if split.by in ("fraction", "count"):
        for name in ("stratify_by", "group_by"):
            if column := getattr(split, name):
                yield f"split.{name}", column


def has(row: dict[str, Any], path: str) -> bool:
    """Whether a row has a column, or what a path leads to inside of one."""
    return path in row or path in paths(row) or value_at_safely(row, path) is not None


def value_at_safely(row: dict[str, Any], path: str) -> object:
    """What a path leads to; None also where it leads into a text that is no JSON."""
    try:
        return value_at(row, path)
    except ValueError:
        return None


def no_such(path: str, there: list[str]) -> Text:
    """What to say of a column that is not there."""
    short = path if len(path) <= LONGEST else f"{path[: LONGEST - 1]}…"
    shown = [*there[:SHOWN], *["…"] * (len(there) > SHOWN)]
    return Text(
        f"The rows have no column “{short}”; they have {', '.join(shown)}.",
        f"数据中没有列“{short}”；现有的列：{'、'.join(shown)}。",
    )


def column_problems(recipe: Recipe) -> list[Text]:
    """What to say of the mapping's columns that no row has; empty where all are there.

    Those of a split are told when it is made.
    """
    found = missing_columns(recipe)
    return [text for field, text in found if field.startswith("data.columns.")]
