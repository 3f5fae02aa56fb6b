"""What runs really took, and an estimate corrected by it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from webui.files import read_json
from webui.planner.memory.cards import Card
from webui.planner.memory.parts import Memory
from webui.recipe import Recipe
from webui.recipe.checks import RecipeError
from webui.recipe.store import load
from webui.runs.folder import RECIPE, SUMMARY


def measured_peak(run: Path, recipe: Recipe) -> int | None:
    """Bytes at the peak of a finished run of the same shape; None if it is none.

    On a GPU that is what PyTorch allocated, on a CPU the process's resident memory.
    A run of fewer than two steps never held the optimizer's states while it computed.
    """
    summary = read_json(run / SUMMARY) or {}
    if summary.get("status") != "finished" or summary.get("steps", 0) < 2:
        return None
    try:
        ran = load(run / RECIPE)
    except (RecipeError, OSError):
        return None
    peak = summary.get("peak_memory")
    return int(peak) if peak and shape(ran) == shape(recipe) else None


def shape(recipe: Recipe) -> tuple[Any, ...]:
    """All that memory depends on, the rows apart."""
    training = recipe.training
    return (
        recipe.model,
        recipe.adapter,
        training.batch_size,
        training.optimizer,
        training.gradient_checkpointing,
    )


def corrected(memory: Memory, peak: int, card: Card) -> Memory:
    """The estimate with its batch parts scaled so that it gives a measured peak.

    ``peak`` is in bytes, as ``measured_peak`` gives it. Where it is below even what
    does not depend on the batch, all parts are scaled.
    """
    # PyTorch's figure leaves out what CUDA itself takes.
    target = peak + (memory.context if card.is_gpu else 0)
    room = target - memory.fixed
    if room > 0 and memory.batch > 0:
        logits = round(memory.logits * room / memory.batch)
        return replace(memory, activations=room - logits, logits=logits)
    factor = target / memory.total
    parts = {name: round(part * factor) for name, part in vars(memory).items()}
    return Memory(**parts)
