"""Train each recipe of stdin, then train on from what it saved, in another folder."""

import os
import tempfile
from pathlib import Path
from typing import Any

from every_method import outputs, without_mixed_precision
from trials import cells_of, load_once, run, tell_each

from webui.files import write_text
from webui.notebook.rows import PARENT
from webui.recipe import Recipe
from webui.recipe.store import dumps
from webui.runs.folder import RECIPE, Run
from webui.runs.parent import child, copy_parent


def told(recipe: Recipe, space: dict[str, Any]) -> dict[str, Any]:
    """What a run ended with, and what the one that trains on from it began with."""
    import torch

    cells = cells_of(recipe)
    if load_once(cells, space):
        space["untouched"] = outputs(space, space["model"])
    run(cells, "data adapter train", space)
    ended = loss_of(space)
    here = Path.cwd()
    write_text(here / RECIPE, dumps(recipe))
    further = child(Run(here, "run", "finished", {}), {})
    os.chdir(tempfile.mkdtemp())
    copy_parent(here / "adapter", Path(PARENT))
    cells = cells_of(further)
    run(cells, "data adapter", space)
    learning = sum(w.numel() for w in space["model"].parameters() if w.requires_grad)
    kinds = {str(w.dtype) for w in space["model"].parameters() if w.requires_grad}
    run(cells, "train", space)
    logs = [log for log in space["trainer"].state.log_history if "loss" in log]
    without_mixed_precision(space)
    run(cells, "compare score", space)
    code = "with BASE:\n    base = outputs(space, model)"
    alone = (
        "base_alone()" if "base_alone" in cells[-1].code else "model.disable_adapter()"
    )
    exec(
        code.replace("BASE", alone), space | {"outputs": outputs, "space": space}, space
    )
    return {
        "ended": ended,
        "losses": [log["loss"] for log in logs],
        "rates": [log["learning_rate"] for log in logs],
        "learning": learning,
        "kinds": sorted(kinds),
        "checkpointing": bool(space["trainer"].args.gradient_checkpointing),
        "base_difference": float(torch.max(abs(space["base"] - space["untouched"]))),
    }


def loss_of(space: dict[str, Any]) -> float:
    """The loss of the trained model on all rows that it was trained on."""
    trainer = space["trainer"]
    loss: float = trainer.evaluate(trainer.train_dataset)["eval_loss"]
    return loss


if __name__ == "__main__":
    tell_each(told)
