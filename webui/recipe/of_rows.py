"""What a recipe says of its own rows only: of other rows it is likely wrong."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from webui.recipe.field import Declaration
from webui.recipe.paths import FIELDS, NAME, declared_at, default_of, value_at
from webui.recipe.presets import usual_epochs
from webui.recipe.sections import Recipe
from webui.text import Text

# These decide what is learned from the rows, and which of them.
LEARNED = (
    "data.columns",
    "data.instruction",
    "data.label_names",
    "data.system_prompt",
    "data.accept_warnings",
    "split.by",
    "split.files",
    "split.stratify_by",
    "split.group_by",
    "adapter.prompt_text",
)
OF_ROWS = (NAME, *LEARNED, "compare.prompt", "watch.prompts")
# Which go with a way of splitting, and mean nothing of their own.
WITH_SPLIT = ("split.column", "split.value", "split.hub_split")
UNTITLED = "untitled"
LONGEST = 60  # characters of a text that are quoted

Rows = frozenset[str]


def rows_of(recipe: Recipe) -> Rows:
    """Where the rows of a recipe come from: its files, or its data set."""
    data = recipe.data
    if data.source == "hub":
        return frozenset({f"hub:{data.hub_dataset}"} if data.hub_dataset else ())
    return frozenset(data.train_files)


def are_others(rows: Rows, before: Rows) -> bool:
    """Whether rows are others than those of before, and not only more or fewer."""
    return bool(rows and before) and rows.isdisjoint(before)


def said(recipe: Recipe, paths: Iterable[str] = OF_ROWS) -> list[str]:
    """Which of these fields the recipe says something in."""
    return [path for path in paths if says(recipe, path)]


def says(recipe: Recipe, path: str) -> bool:
    """Whether a field says anything of the rows."""
    value = value_at(recipe, path)
    if path == "split.by":  # drawn at random suits all rows
        return value in ("column", "file")
    return bool(value != default_of(path))


def left_over(recipe: Recipe, belongs: Mapping[str, Rows]) -> list[str]:
    """The fields that were said beside other rows than the recipe's own.

    Args:
        recipe: as it is now.
        belongs: for each field the rows beside which it was said.
    """
    rows = rows_of(recipe)
    return [
        path
        for path in said(recipe)
        if are_others(rows, belongs.get(path, frozenset()))
    ]


def left_by(before: Recipe, after: Recipe, chosen: Collection[str]) -> list[str]:
    """The fields of one recipe that another one with other rows still has, but for
    those that were ``chosen`` for it."""
    if not are_others(rows_of(after), rows_of(before)):
        return []
    return [
        path
        for path in said(after)
        if path not in chosen and value_at(after, path) == value_at(before, path)
    ]


def fresh_values(recipe: Recipe, rows: int | None) -> dict[str, Any]:
    """The values that say nothing of the rows of before, by their fields.

    The model, the adapter and the rates stay; how long it trains follows the number of
    rows, as far as it is known.
    """
    emptied = (*OF_ROWS, *WITH_SPLIT, "evaluation.rows", "compare.max_new_tokens")
    values = {path: default_of(path) for path in emptied}
    if recipe.adapter.from_run:  # whose adapter keeps its shape
        del values["adapter.prompt_text"]
    else:
        values["adapter.prompt_start"] = "random"
    return {
        **values,
        NAME: name_for(recipe),
        "training.duration": "epochs",
        "training.epochs": float(usual_epochs(rows)),
    }


def name_for(recipe: Recipe) -> str:
    """A name for a recipe, from where its rows come."""
    data = recipe.data
    if data.source == "hub":
        named = data.hub_dataset.rpartition("/")[2]
    else:
        named = Path(next(iter(data.train_files), "")).name.partition(".")[0]
        named = re.sub(r"-[0-9a-f]{8}$", "", named)  # as uploads are kept
    name = re.sub(r"[^\w .-]+", "-", named)[:60].strip(" .-")
    return name or UNTITLED


def told(recipe: Recipe, paths: Iterable[str]) -> Text:
    """Some fields with what they say, in a line."""
    each = [
        quoted(declared_at(path).declaration, value_at(recipe, path)) for path in paths
    ]
    return Text(", ".join(t.en for t in each), "、".join(t.zh for t in each))


def quoted(declaration: Declaration, value: Any) -> Text:
    """A field's title with what it says: System prompt “You answer in JSON.”."""
    title = declaration.title
    match value:
        case bool():
            return title
        case dict():
            listed = ", ".join(f"{key}: {each}" for key, each in value.items())
        case tuple():
            listed = ", ".join(Path(each).name for each in value)
        case _:
            listed = str(value)
    words = " ".join(listed.split())
    if len(words) > LONGEST:
        words = f"{words[: LONGEST - 1]}…"
    titles = declaration.choice_titles or {}
    choice = titles.get(str(value), Text(words, words))
    return Text(f"{title.en} “{choice.en}”", f"{title.zh}“{choice.zh}”")


assert {*OF_ROWS, *WITH_SPLIT} <= {NAME, *FIELDS}
