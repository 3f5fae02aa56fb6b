"""Train each recipe of stdin whole, then again from its first checkpoint."""

from typing import Any

from trials import cells_of, load_once, run, tell_each

from webui.recipe import Recipe

FIRST = "checkpoints/checkpoint-2"


def losses(space: dict[str, Any]) -> list[Any]:
    logged = space["trainer"].state.log_history
    return [[log["loss"], log["grad_norm"]] for log in logged if "loss" in log]


def pair(recipe: Recipe, space: dict[str, Any]) -> list[Any]:
    """The losses of a whole training, and of one that goes on from a checkpoint."""
    import torch

    cells = cells_of(recipe)
    load_once(cells, space)
    run(cells, "data adapter train", space)
    whole = losses(space)
    torch.manual_seed(999)  # as another process would have it
    run(cells, "adapter", space)
    run(cells_of(recipe, ("train",), checkpoint=FIRST), "train", space)
    return [whole, losses(space)]


if __name__ == "__main__":
    tell_each(pair)
