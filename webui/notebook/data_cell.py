"""What the data cell holds: the functions of its steps, and their calls."""

from typing import Any

from webui.notebook.carried.readers import read_dataset, read_file, read_packed_file
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
from webui.recipe import Recipe


def data_context(recipe: Recipe) -> dict[str, Any]:
    """The data cell carries the functions of its steps, and calls them."""
    rows = row_steps(recipe, Code("tokenizer"))
    tokens = token_step(recipe, Code("tokenizer"))
    split = split_step(recipe, heldout_count(recipe))
    files, folders = [], []
    if recipe.data.source == "files":
        named = recipe.data.train_files + (() if split else recipe.split.files)
        files = [path for path in named if not is_folder(path)]
        folders = [path for path in named if is_folder(path)]
    readers = readers_for(files)
    steps = [*rows, tokens, *([split] if split else [])]
    from_datasets = recipe.data.source == "hub" or bool(folders)
    modules, carried = source_of(
        [
            *readers.values(),
            *([read_file] if not all(map(is_packed, files)) else []),
            *([read_packed_file] if any(map(is_packed, files)) else []),
            *([read_dataset] if from_datasets else []),
            *(step.function for step in steps),
            usable,
        ]
    )
    loaders = {"load_dataset": recipe.data.source == "hub", "load_from_disk": folders}
    named_readers = {suffix: Code(r.__name__) for suffix, r in readers.items()}
    return {
        "modules": modules,
        "carried": Code(carried),
        "loaders": [name for name, wanted in loaders.items() if wanted],
        "readers": named_readers,
        "row_steps": [call(step, "row") for step in rows],
        "tokens": call(tokens, "train_rows[first : first + 1000]"),
        "split": call(split, "rows") if split else None,
        "reader_of": reader_of,
    }


def is_folder(path: str) -> bool:
    """Whether a path names no file of ours: it is a folder saved by datasets then,
    whose name may hold a dot."""
    return suffix_of(path) not in (*READERS, ".zip")


def is_packed(path: str) -> bool:
    """Whether a file is an archive."""
    return path.lower().endswith((".gz", ".zip"))


def reader_of(path: str) -> Code:
    """The expression that reads a path's rows."""
    if is_folder(path):
        return Code(f"read_dataset(load_from_disk({literal(path)}))")
    function = read_packed_file if is_packed(path) else read_file
    return Code(f"{function.__name__}({literal(path)}, READERS)")


def heldout_count(recipe: Recipe) -> Code:
    """How many rows are held out, in the words of the cell."""
    if recipe.split.by == "count":
        return Code(literal(recipe.split.count))
    return Code(f"max(1, round(len(rows) * {literal(recipe.split.fraction)}))")


def call(step: Step, first: str) -> Code:
    """The call of a step's function, as code."""
    given = [f"{name}={literal(value)}" for name, value in step.arguments.items()]
    return Code(f"{step.function.__name__}({', '.join([first, *given])})")
