"""Train each recipe of stdin, and tell how far it came and what it ended with."""

from pathlib import Path
from typing import Any

from trials import cells_of, load_once, run, tell_each

from webui.recipe import Recipe

# Memory that is not enough for more than two rows at once, as PyTorch words it.
SHORT = """
from transformers import TrainerCallback


class Short(TrainerCallback):
    def on_step_begin(self, args, state, control, **kwargs):
        if state.train_batch_size > 2:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")


trainer.add_callback(Short())
trainer.train()"""


def told(recipe: Recipe, space: dict[str, Any]) -> dict[str, Any]:
    """What became of one training."""
    cells = cells_of(recipe)
    load_once(cells, space)
    run(cells, "data adapter", space)
    code = next(cell.code for cell in cells if cell.name == "train")
    if recipe.training.auto_batch_size:
        code = code.replace("\ntrainer.train()", SHORT)
    exec(compile(code, "train", "exec"), space)
    trainer = space["trainer"]
    state = trainer.state
    return {
        "steps": state.global_step,
        "batch_size": state.train_batch_size,
        "optimizer": str(getattr(trainer.args.optim, "value", trainer.args.optim)),
        "losses": [log["loss"] for log in state.log_history if "loss" in log],
        "eval_losses": [
            log["eval_loss"] for log in state.log_history if "eval_loss" in log
        ],
        "checkpoints": sorted(path.name for path in Path("checkpoints").glob("*-*")),
        "best": Path(state.best_model_checkpoint or "").name,
        "ended_with_best": bool(state.best_model_checkpoint)
        and same_weights(Path(state.best_model_checkpoint or ""), Path("adapter")),
    }


def same_weights(one: Path, other: Path) -> bool:
    """Whether two folders hold the same adapter; PiSSA's is saved in another form."""
    import torch
    from safetensors.torch import load_file

    name = "adapter_model.safetensors"
    first, second = load_file(one / name), load_file(other / name)
    return all(torch.equal(first[key], second[key]) for key in first)


if __name__ == "__main__":
    tell_each(told)
