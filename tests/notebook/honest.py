"""Train each recipe of standard input; told are its losses and what moved."""

from typing import Any

from trials import cells_of, load_once, run, tell_each
from watching import watch

from webui.recipe import Recipe


def trial(recipe: Recipe, space: dict[str, Any]) -> dict[str, Any]:
    """One training on the model that is loaded, watched as the kernel does."""
    cells = cells_of(recipe)
    load_once(cells, space)
    run(cells, "data adapter", space)
    train = next(cell.code for cell in cells if cell.name == "train")
    code = train.replace("trainer.train()", "told = watch(trainer)\ntrainer.train()")
    exec(compile(code, "train", "exec"), space | {"watch": watch}, space)
    logs = space["trainer"].state.log_history
    return space["told"] | {
        "losses": [log["loss"] for log in logs if "loss" in log],
        "evaluated": [log["eval_loss"] for log in logs if "eval_loss" in log],
        "dtype": str(next(space["model"].parameters()).dtype),
    }


if __name__ == "__main__":
    tell_each(trial)
