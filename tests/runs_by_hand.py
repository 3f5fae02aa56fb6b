"""Runs that were never trained, with cells that were edited by hand."""

from dataclasses import replace
from pathlib import Path

from webui.kernel.kernel import this_kernel
from webui.notebook.cells import RUN
from webui.notebook.edits import Edit, Edits
from webui.notebook.render import render_cells
from webui.notebook.rows import expected
from webui.recipe.store import load
from webui.runs import events, folder
from webui.settings import shipped_recipes

MINE = "trainer.train()   # by hand, as it is"


def run_with(name: str, **codes: str) -> Path:
    """A run with these cells edited by hand, and rows of its own."""
    recipe = load(shipped_recipes() / "starter-extract.yaml")
    recipe = recipe.model_copy(update={"name": name})
    edits: Edits = {cell: Edit(code, "") for cell, code in codes.items()}
    rows = replace(expected(recipe), train=640, heldout=100)
    cells = render_cells(recipe, RUN.cells, rows=rows, edits=edits)
    run = folder.create(this_kernel().runs, recipe, cells, "run", "train", rows)
    (run / "rows").mkdir()
    (run / "rows" / "train.jsonl").write_text("{}\n")
    events.append(run, events.Finished(status="finished"))
    return run
