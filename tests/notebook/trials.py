"""What the scripts share that train each recipe of their standard input.

They run in a process of their own, because Unsloth patches what it touches: stdin is a
JSON list of lists of settings, and a line of stdout that begins with RESULT is what
one of them told.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

if "--gpu" not in sys.argv:
    os.environ["UNSLOTH_FORCE_CPU"] = "1"
os.environ |= {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}

from webui.models.here import cells_here
from webui.notebook.cells import RUN
from webui.notebook.render import Cell
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import place_rows

Names = dict[str, Any]


def tell_each(trial: Callable[[Recipe, Names], Any]) -> None:
    """Try every recipe in a folder of its own, with the names of the ones before."""
    space: Names = {"__name__": "__main__"}
    for settings in json.load(sys.stdin):
        os.chdir(tempfile.mkdtemp())
        recipe = loads("{}", settings=settings)
        print("RESULT " + json.dumps(trial(recipe, space)), flush=True)


def cells_of(recipe: Recipe, names: Sequence[str] = RUN.cells, **more: Any) -> Any:
    """The cells of a recipe, with its rows in the folder in which they run."""
    rows = prepare(recipe)
    place_rows(rows, Path.cwd())
    return cells_here(recipe, tuple(names), rows=rows, **more)


def run(cells: Sequence[Cell], names: str, space: Names) -> None:
    """Run the cells of these names."""
    code = {cell.name: cell.code for cell in cells}
    for name in names.split():
        exec(compile(code[name], name, "exec"), space)


def load_once(cells: Sequence[Cell], space: Names) -> bool:
    """Load the model, unless it is there from the trial before; True if loaded now."""
    key = next(cell.key for cell in cells if cell.name == "model")
    if space.get("model key") == key:
        return False
    run(cells, "setup model", space)
    space["model key"] = key
    return True
