"""Train each recipe of stdin whole, then anew from its first checkpoint; both losses.

Run in a process of its own, because Unsloth patches what it touches: stdin is a JSON
list of lists of settings, and each line of stdout that begins with RESULT is a pair.
"""

import json
import os
import sys
import tempfile
from typing import Any

from webui.notebook.render import Cell, render_cells
from webui.recipe import Recipe
from webui.recipe.store import loads

FIRST = "checkpoints/checkpoint-2"


def run(cells: tuple[Cell, ...], names: str, space: dict[str, Any]) -> None:
    for cell in cells:
        if cell.name in names.split():
            exec(compile(cell.code, cell.name, "exec"), space)


def losses(space: dict[str, Any]) -> list[Any]:
    logged = space["trainer"].state.log_history
    return [[log["loss"], log["grad_norm"]] for log in logged if "loss" in log]


def pair(recipe: Recipe, space: dict[str, Any]) -> list[Any]:
    """The losses of a whole training, and of one that goes on from a checkpoint."""
    import torch

    os.chdir(tempfile.mkdtemp())
    cells = render_cells(recipe)
    if space.get("model key") != cells[1].key:
        run(cells, "setup model", space)
        space["model key"] = cells[1].key
    run(cells, "rows data adapter train", space)
    whole = losses(space)
    torch.manual_seed(999)  # as another process would have it
    run(cells, "adapter", space)
    run(render_cells(recipe, ("train",), checkpoint=FIRST), "train", space)
    return [whole, losses(space)]


def main() -> None:
    space: dict[str, Any] = {"__name__": "__main__"}
    for settings in json.load(sys.stdin):
        recipe = loads("{}", settings=settings)
        print("RESULT " + json.dumps(pair(recipe, space)), flush=True)


if __name__ == "__main__":
    main()
