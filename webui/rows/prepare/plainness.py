"""Whether a source needs no repair: the cell that loads it gives the prepared rows."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from webui.notebook.data_cell import plain_loads
from webui.notebook.plain import PLAIN_KINDS, has_mapper, suffix_of
from webui.notebook.render import render_cells
from webui.notebook.rows import BY_TRAINER, EVAL, FOLDER, HELDOUT, TRAIN, Rows
from webui.recipe import Recipe
from webui.rows.each import source_files
from webui.rows.prepare.writing import read_json_lines

MISSING = object()


def rows_as_plain(recipe: Recipe, rows: Rows, folder: Path) -> Rows | None:
    """The same rows out of their plain source; None if it is not so plain.

    ``folder`` is where the prepared rows lie.
    """
    if not may_be_plain(recipe, rows):
        return None
    files = {Path(path).name: path for path in source_files(recipe)}
    kept = {} if files else rows.files
    plain = replace(rows, plain=True, files=files, kept=kept)
    try:
        with trying_in(folder, files):
            columns = columns_of(recipe, plain)
            plain = replace(plain, columns=columns)
            [cell] = render_cells(recipe, ("data",), rows=plain)
            names: dict[str, Any] = {}
            exec(compile(cell.code, "<data>", "exec"), names)
            same = is_same(names["train_data"], folder / TRAIN) and is_same(
                names["heldout_data"], folder / HELDOUT
            )
            if rows.watched:
                same = same and is_same(names["eval_data"], folder / EVAL)
    except Exception:  # whatever the libraries make of it: then it is not plain
        return None
    return plain if same else None


def may_be_plain(recipe: Recipe, rows: Rows) -> bool:
    """Whether it is worth trying: nothing was left out, and the cell can be written."""
    split, paths = recipe.split, source_files(recipe)
    drawn = split.by in ("fraction", "count") and not split.stratify_by + split.group_by
    kinds = {PLAIN_KINDS.get(suffix_of(path)) for path in paths}
    names = {os.path.basename(path) for path in paths}
    return (
        rows.form in BY_TRAINER
        and not rows.left_out
        and not rows.mixed_options
        and has_mapper(recipe)
        and (drawn or split.by == "file")
        and len(kinds) <= 1
        and None not in kinds
        and len(names) == len(paths)
    )


@contextmanager
def trying_in(folder: Path, files: dict[str, str]) -> Iterator[None]:
    """Stand where the cell would: its rows in the folder beside it."""
    import datasets

    before, cache = os.getcwd(), datasets.config.HF_DATASETS_CACHE
    place = folder / "try"
    (place / FOLDER).mkdir(parents=True)
    for name, path in files.items():
        (place / FOLDER / name).symlink_to(os.path.abspath(path))
    if files:  # what comes from the hub shall be there for the kernel as well
        datasets.config.HF_DATASETS_CACHE = place / "cache"
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)
        datasets.config.HF_DATASETS_CACHE = cache
        shutil.rmtree(place, ignore_errors=True)


def columns_of(recipe: Recipe, rows: Rows) -> tuple[str, ...]:
    """The columns of the source, as the cell would see them."""
    names: dict[str, Any] = {}
    exec("from datasets import load_dataset", names)
    for name, loading in plain_loads(recipe, rows):
        exec(f"{name} = {loading}", names)
    found = names["rows"].column_names
    return tuple(next(iter(found.values())) if isinstance(found, dict) else found)


def is_same(data: Any, path: Path) -> bool:
    """Whether a data set holds the very rows of a file, in their order."""
    pairs = zip_longest(data, read_json_lines(path), fillvalue=MISSING)
    return all(without_nothing(one) == without_nothing(other) for one, other in pairs)


def without_nothing(row: Any) -> Any:
    """A row without options that say nothing, which a plain cell leaves out."""
    if not isinstance(row, dict):
        return row
    return {k: v for k, v in row.items() if k != "chat_template_kwargs" or v}
