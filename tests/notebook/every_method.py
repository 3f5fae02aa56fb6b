"""Train recipes on the starter model, one after the other in one process.

Told of each: what moved, what came back when it was saved and loaded, and what the base
is then. The recipes' own cells are run, and the model is only looked at between them.
"""

from pathlib import Path
from typing import Any

from trials import cells_of, load_once, run, tell_each
from watching import watch

from webui.counts.parameters.judge import judge
from webui.notebook.cells import COMPARE
from webui.recipe import Recipe
from webui.recorder.counted import MiscountError, hold_to_plan

PROBE = "The capital of France is"
Tensors = dict[str, Any]


def weights(model: Any) -> Tensors:
    """Copies of all weights; a tied one by each of its names."""
    named = model.named_parameters(remove_duplicate=False)
    return {n: w.detach().clone() for n, w in named}


def outputs(space: dict[str, Any], model: Any) -> Any:
    """The logits that follow a few words, without the trainer's mixed precision."""
    import torch

    space["FastLanguageModel"].for_inference(model)
    ids = space["tokenizer"](PROBE, return_tensors="pt").to(model.device)["input_ids"]
    with torch.no_grad():
        return model(input_ids=ids).logits[:, -3:].float()


def differing(before: Tensors, after: Tensors, names: set[str]) -> list[str]:
    import torch

    return [name for name in names if not torch.equal(before[name], after[name])]


def without_mixed_precision(space: dict[str, Any]) -> None:
    """Take off what the trainer put around the model's forward, which stays there."""
    trainer = space["trainer"]
    trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False)


def trial(recipe: Recipe, space: dict[str, Any]) -> dict[str, Any]:
    """One try: attach, train, save, answer, load again, take off."""
    cells = cells_of(recipe)
    if load_once(cells, space):
        space["untouched"] = weights(space["model"])
    run(cells, "data adapter", space)
    attached = space["model"]
    held = told_by_check(recipe, attached)
    before = weights(attached)
    learning = {n for n, w in attached.named_parameters() if w.requires_grad}
    # With the other names of tied weights, each of which learns as well.
    named = attached.named_parameters(remove_duplicate=False)
    also = {name for name, weight in named if weight.requires_grad}
    ranks = active_ranks(attached)
    train = next(cell.code for cell in cells if cell.name == "train")
    code = train.replace(
        "trainer.train()",
        "told = watch(trainer)\ntrainer.train()\nafter = weights(trainer.model)",
    )
    names = space | {"weights": weights, "watch": watch}
    exec(compile(code, "train", "exec"), names, space)
    after, logs = space["after"], space["trainer"].state.log_history
    found = {
        "held": held,
        "trainable": sum(before[name].numel() for name in learning),
        "moved": len(differing(before, after, learning)),
        "learning": len(learning),
        "told": space["told"],
        "frozen_moved": differing(before, after, set(before) - also),
        "ranks": [ranks, active_ranks(space["trainer"].model)],
        "losses": [log["loss"] for log in logs if "loss" in log],
    }
    without_mixed_precision(space)
    run(cells, "compare score", space)
    tuned = outputs(space, space["model"])
    folder = str(Path.cwd() / "adapter")
    loading = cells_of(recipe, COMPARE.cells, adapter_folder=folder)
    (load,) = (c for c in loading if c.name == "load")
    run([load], "load", space)
    again = outputs(space, space["model"])
    # The cell's own words for beginning again from the untouched base.
    exec(load.code.rpartition("\nmodel = PeftModel.from")[0], space)
    left = weights(space["model"])
    base = {*space["untouched"]} & {*left}
    return found | {
        "reload_difference": float((tuned - again).abs().max()),
        "base_changed": differing(space["untouched"], left, base),
        "scores": [space["base_score"], space["tuned_score"]],
    }


def told_by_check(recipe: Recipe, model: Any) -> str:
    """What the kernel's own check says before the first step; empty if all is well."""
    judged = judge(recipe)
    if not judged.planned:
        return f"not planned: {judged}"
    try:
        hold_to_plan(model, [vars(each) for each in judged.planned], {})
        hold_to_plan(model, [], {})
    except MiscountError as error:
        return str(error)
    return ""


def active_ranks(model: Any) -> int:
    """How many directions of AdaLoRA are in use, over all modules."""
    return sum(
        int((w != 0).sum()) for n, w in model.named_parameters() if "lora_E" in n
    )


if __name__ == "__main__":
    tell_each(trial)
