"""The data cell: the rows as the trainer takes them."""

from typing import Any

from webui.notebook.carried import tokens
from webui.notebook.carry import source_of
from webui.notebook.literal import Code, literal
from webui.notebook.plain import (
    BESIDE,
    PLAIN_KINDS,
    answer_expression,
    question_expression,
    suffix_of,
)
from webui.notebook.rows import EVAL, HELDOUT, MANY, TRAIN, Form, Rows
from webui.recipe import Recipe
from webui.recipe.watched import MOST, SHARE, is_watched

MAKERS = {"tokens": tokens.tokenize, "pieces": tokens.tokenize_texts}


def data_context(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """What the data cell's template may name."""
    context: dict[str, Any] = {
        "loads": (plain_loads if rows.plain else written_loads)(recipe, rows),
        "unpacked": unpacked_names(recipe, rows),
        "json_columns": rows.uneven and not rows.plain,
        "mapped": rows.plain and is_mapped(recipe, rows),
        "drawn": rows.plain and recipe.split.by != "file",
        "held_out": held_out(recipe, rows),
        "watched": watched(recipe, rows),
        "watched_rows": count_watched(recipe, rows),
        "columns": column_names(recipe, rows),
        "maker": None,
        "many": rows.train > MANY,
    }
    if rows.plain and recipe.data.format not in ("text", "messages"):
        asked = question_expression(recipe, rows.columns)
        beside = BESIDE.get(recipe.data.format) in rows.columns  # a long one
        context |= {
            "question": asked,
            "answer": answer_expression(recipe),
            "beside": beside,
            "asked": Code("asked") if beside else asked,
        }
    if rows.form in MAKERS:
        modules, carried = source_of([MAKERS[rows.form]])
        maker = Code(MAKERS[rows.form].__name__)
        context |= {"modules": modules, "carried": Code(carried), "maker": maker}
    return context


def is_mapped(recipe: Recipe, rows: Rows) -> bool:
    """Whether the cell has a function that maps a plain row."""
    format = recipe.data.format
    return format != "text" and not (format == "messages" == rows.form)


def held_out(recipe: Recipe, rows: Rows) -> Code:
    """How many rows are held out, in the words of the cell."""
    split = recipe.split
    if split.by == "count":
        return Code(literal(split.count))
    if rows.heldout:
        return Code(literal(rows.heldout))
    return Code(f"max(1, round(len(rows) * {literal(split.fraction)}))")


def watched(recipe: Recipe, rows: Rows) -> str:
    """Whether the rows that are watched are "loaded" from a file, "drawn" by the cell,
    or none ("")."""
    if rows.watched is None:
        return "drawn" if is_watched(recipe) else ""
    return ("drawn" if rows.plain else "loaded") if rows.watched else ""


def count_watched(recipe: Recipe, rows: Rows) -> Code:
    """How many rows are watched, in the words of the cell."""
    if count := rows.watched or recipe.evaluation.rows:
        return Code(literal(count))
    return Code(f"max(1, min({MOST}, len(train_data) // {SHARE}))")


def column_names(recipe: Recipe, rows: Rows) -> Code:
    """The names of the columns of what is loaded."""
    if recipe.split.by != "file":
        return Code("rows.column_names")
    return Code(f"rows[{literal(names_of_parts(recipe, rows)[0])}].column_names")


def names_of_parts(recipe: Recipe, rows: Rows) -> tuple[str, str]:
    """What the training rows and those held out are called in what is loaded."""
    if not rows.plain:
        return "train", "heldout"
    if recipe.split.by != "file":
        return "train", "test"  # as train_test_split calls them
    if recipe.data.source == "hub":
        return recipe.data.hub_split, recipe.split.hub_split
    return "train", "heldout"


def unpacked_names(recipe: Recipe, rows: Rows) -> Code:
    """What is loaded together, by the names of its parts."""
    train, heldout = names_of_parts(recipe, rows)
    named = {"train_data": train, "heldout_data": heldout}
    if watched(recipe, rows) == "loaded":
        named = {"train_data": train, "eval_data": "eval", "heldout_data": heldout}
    loaded = ", ".join(f"rows[{literal(part)}]" for part in named.values())
    return Code(f"{', '.join(named)} = {loaded}")


def written_loads(recipe: Recipe, rows: Rows) -> list[tuple[str, Code]]:
    """The loading of the rows that the planner has written, under which names."""
    held: Form = "text" if recipe.data.format == "text" else "completion"
    files = {
        part: f"{rows.folder}/{name}"
        for part, name in (("train", TRAIN), ("eval", EVAL), ("heldout", HELDOUT))
        if part != "eval" or watched(recipe, rows) == "loaded"
    }
    if rows.form == held:  # the same columns
        return load_both("json", files, *features(rows, rows.form))
    forms = {part: held if part == "heldout" else rows.form for part in files}
    return [
        (f"{part}_data", load("json", file, "split='train'", *features(rows, form)))
        for (part, file), form in zip(files.items(), forms.values(), strict=True)
    ]


def features(rows: Rows, form: Form) -> list[str]:
    """The argument that keeps uneven values as they are: Arrow would fill them up."""
    if not rows.uneven or form in ("tokens", "text", "pieces"):
        return []
    shapes = ", ".join(f"{literal(name)}: Json()" for name in rows.columns_of(form))
    return [f"features=Features({{{shapes}}})"]


def plain_loads(recipe: Recipe, rows: Rows) -> list[tuple[str, Code]]:
    """The loading of a source that needs no repair."""
    if recipe.data.source == "hub":
        return [("rows", load_hub(recipe, rows))]
    train = names(recipe.data.train_files, rows.folder)
    heldout = names(recipe.split.files, rows.folder)
    kind = PLAIN_KINDS.get(suffix_of(train[0]), "json") if train else "json"
    tabs = [r"sep='\t'"] * any(suffix_of(file) == ".tsv" for file in train)
    if recipe.split.by == "file":
        return load_both(kind, {"train": only(train), "heldout": only(heldout)}, *tabs)
    return [("rows", load(kind, only(train), "split='train'", *tabs))]


def names(paths: tuple[str, ...], folder: str) -> list[str]:
    """Files as they lie in the folder of rows."""
    return [f"{folder}/{path.replace(chr(92), '/').split('/')[-1]}" for path in paths]


def only(paths: list[str]) -> Any:
    """The one path of a list that holds one."""
    return paths[0] if len(paths) == 1 else paths


def load_both(kind: str, files: Any, *options: str) -> list[tuple[str, Code]]:
    """The files of both parts by name, and their loading."""
    named = Code("files")
    return [("files", Code(literal(files))), ("rows", load(kind, named, *options))]


def load(kind: str, files: Any, *options: str) -> Code:
    """A call of load_dataset for files."""
    return call("load_dataset", literal(kind), f"data_files={literal(files)}", *options)


def load_hub(recipe: Recipe, rows: Rows) -> Code:
    """A call of load_dataset for a data set of the hub, as it was when it was read."""
    data = recipe.data
    given = [literal(data.hub_dataset)]
    given += [literal(data.hub_config)] if data.hub_config else []
    if recipe.split.by != "file":
        given.append(f"split={literal(data.hub_split)}")
    if revision := rows.revision or data.hub_revision:
        given.append(f"revision={literal(revision)}")
    return call("load_dataset", *given)


def call(function: str, *arguments: str) -> Code:
    """A call, as code."""
    return Code(f"{function}({', '.join(arguments)})")
