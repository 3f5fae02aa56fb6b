"""What a job lets the kernel show of its training: samples, and rows by their loss."""

from typing import Any

from webui.notebook.cells.compare import pieces
from webui.notebook.model_cell import checkpointing
from webui.notebook.render import render_cells
from webui.notebook.rows import Rows
from webui.recipe import Recipe


def watch_of(recipe: Recipe, rows: Rows | None) -> dict[str, Any]:
    """The part of a job for ``recorder/samples.py``; empty where nothing is asked.

    Samples cost time, so without prompts they are only asked where there are
    evaluations.
    """
    evaluated = recipe.evaluation.every != "no"
    asked = bool(recipe.watch.prompts) or evaluated
    return {
        "code": functions(recipe, rows) if asked and recipe.watch.answer_tokens else "",
        "prompts": list(recipe.watch.prompts),
        "ranked_rows": recipe.watch.ranked_rows if evaluated else 0,
        "checkpointing": checkpointing(recipe),
    }


def functions(recipe: Recipe, rows: Rows | None) -> str:
    """The compare cell's functions and its prompt, with the likeliest answers."""
    changed = {"max_new_tokens": recipe.watch.answer_tokens, "temperature": 0.0}
    compare = recipe.compare.model_copy(update=changed)
    recipe = recipe.model_copy(update={"compare": compare})
    [cell] = render_cells(recipe, ("compare",), rows=rows)
    return pieces(cell.code)[cell.name]
