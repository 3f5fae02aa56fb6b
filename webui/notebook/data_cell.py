"""The rows cell and the data cell: the functions of the steps, and their calls."""

from collections.abc import Callable
from typing import Any

from webui.notebook.carried.usable import usable
from webui.notebook.carry import source_of
from webui.notebook.literal import Code, literal
from webui.notebook.steps import (
    READERS,
    Step,
    readers_for,
    row_steps,
    split_step,
    suffix_of,
    token_step,
)
from webui.planner.reading.readers import read_dataset, read_file, read_packed_file
from webui.recipe import Recipe


def rows_context(recipe: Recipe) -> dict[str, Any]:
    """The rows cell carries every function that the data cell calls."""
    modules, carried = source_of(
        [
            *readers_for(plain_files(recipe)).values(),
            *(reading(path)[0] for path in files_of(recipe)),
            *([read_dataset] if recipe.data.source == "hub" else []),
            *(step.function for step in steps_of(recipe)),
            usable,
        ]
    )
    return {"modules": modules, "carried": Code(carried)}


def data_context(recipe: Recipe) -> dict[str, Any]:
    """The data cell prepares each row, and parts the rows."""
    rows = row_steps(recipe, Code("tokenizer"))
    tokens = token_step(recipe, Code("tokenizer"))
    split = split_step(recipe, heldout_count(recipe))
    folders = len(plain_files(recipe)) < len(files_of(recipe))
    loaders = {"load_dataset": recipe.data.source == "hub", "load_from_disk": folders}
    readers = readers_for(plain_files(recipe))
    return {
        "loaders": [name for name, wanted in loaders.items() if wanted],
        "readers": {suffix: Code(r.__name__) for suffix, r in readers.items()},
        "row_steps": [call(step, "row") for step in rows],
        "tokens": call(tokens, "train_rows[first : first + 1000]"),
        "split": call(split, "rows") if split else None,
        "read": lambda path: reading(path)[1],
    }


def steps_of(recipe: Recipe) -> list[Step]:
    """All steps from a raw row to tokens, and how rows are held out."""
    split = split_step(recipe, Code("count"))
    steps = [*row_steps(recipe, Code("")), token_step(recipe, Code(""))]
    return [*steps, split] if split else steps


def files_of(recipe: Recipe) -> list[str]:
    """The training and held-out files and folders that the recipe uses."""
    if recipe.data.source == "hub":
        return []
    heldout = recipe.split.files if recipe.split.by == "file" else ()
    return [*recipe.data.train_files, *heldout]


def plain_files(recipe: Recipe) -> list[str]:
    """Those of them that are files."""
    return [path for path in files_of(recipe) if not is_folder(path)]


def is_folder(path: str) -> bool:
    """Whether a path names no file of ours: it is a folder saved by datasets then,
    whose name may hold a dot."""
    return suffix_of(path) not in (*READERS, ".zip")


def reading(path: str) -> tuple[Callable, Code]:
    """The function that reads a path's rows, and its call."""
    if is_folder(path):
        return read_dataset, Code(f"read_dataset(load_from_disk({literal(path)}))")
    packed = path.lower().endswith((".gz", ".zip"))
    function = read_packed_file if packed else read_file
    return function, Code(f"{function.__name__}({literal(path)}, READERS)")


def heldout_count(recipe: Recipe) -> Code:
    """How many rows are held out, in the words of the cell."""
    if recipe.split.by == "count":
        return Code(literal(recipe.split.count))
    return Code(f"max(1, round(len(rows) * {literal(recipe.split.fraction)}))")


def call(step: Step, first: str) -> Code:
    """The call of a step's function, as code."""
    given = [f"{name}={literal(value)}" for name, value in step.arguments.items()]
    return Code(f"{step.function.__name__}({', '.join([first, *given])})")
