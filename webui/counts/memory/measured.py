"""What runs really took, and an estimate corrected by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from webui.counts.memory.cards import Card
from webui.counts.memory.parts import Memory
from webui.recipe import Recipe
from webui.recipe.paths import FIELDS, applies, value_at
from webui.recipe.problems import RecipeError
from webui.recipe.store import load
from webui.runs.folder import (
    RECIPE,
    SUMMARY,
    edits_of_run,
    kind_of_run,
    summary_of,
)

# Fields of these sections, and of training these, decide how much memory is taken ...
SECTIONS = ("model", "data", "adapter")
TRAINING = (
    "training.batch_size",
    "training.optimizer",
    "training.gradient_checkpointing",
)
# ... but for these: whether a file may be read, and by what a number is multiplied.
WITHOUT = (
    "model.trust_remote_code",
    "model.allow_pickle",
    "data.accept_warnings",
    "adapter.alpha",
    "adapter.use_rslora",
    "adapter.lora_plus_ratio",
    "adapter.prompt_start",
    "adapter.prompt_text",
    "adapter.serve_with",
)


@dataclass(frozen=True)
class Taken:
    """Bytes that a run took at its peak, on which kind of device, and of what shape."""

    peak: int
    kind: str
    shape: dict[str, Any]


def measured_here(runs: Iterable[Path], recipe: Recipe, card: Card) -> int | None:
    """Bytes at the peak of the first of these runs that is of this recipe's shape.

    None if no run is. ``card`` is this machine.
    """
    peaks = (measured_peak(run, recipe, card) for run in runs)
    return next((peak for peak in peaks if peak is not None), None)


def measured_peak(run: Path, recipe: Recipe, card: Card) -> int | None:
    """Bytes at the peak of a finished run of the same shape; None if it is none.

    On a GPU that is what PyTorch allocated, on a CPU the process's resident memory.
    A run of fewer than two steps never held the optimizer's states while it computed.
    """
    try:
        when = (run / SUMMARY).stat().st_mtime_ns
    except OSError:
        return None
    found = memory_taken(run, when)
    if found is None or found.kind != card.kind or found.shape != memory_shape(recipe):
        return None
    return found.peak


@lru_cache(maxsize=1024)
def memory_taken(run: Path, when: int) -> Taken | None:
    """What a run took, by a summary written then; None if that tells nothing."""
    summary = summary_of(run)
    peak, device = summary.get("peak_memory"), str(summary.get("device") or "cpu")
    if summary.get("status") != "finished" or summary.get("steps", 0) < 2 or not peak:
        return None
    try:
        ran = load(run / RECIPE)
    except (RecipeError, OSError):
        return None
    # A sweep is of many shapes; a batch that did not fit may have been made smaller.
    batch = summary.get("effective", {}).get("batch_size", ran.training.batch_size)
    if edits_of_run(run):  # what ran is not what the recipe says
        return None
    if kind_of_run(run) != "run" or batch != ran.training.batch_size:
        return None
    return Taken(int(peak), device.partition(":")[0], memory_shape(ran))


def memory_shape(recipe: Recipe) -> dict[str, Any]:
    """All that memory depends on, by field; what has no effect is left out.

    The rows are part of it: short ones take less.
    """
    paths = [path for path in FIELDS if path.partition(".")[0] in SECTIONS]
    values = {
        path: value_at(recipe, path)
        for path in (*paths, *TRAINING)
        if path not in WITHOUT and applies(FIELDS[path], recipe)
    }
    # Any dropout keeps a mask; gradients that are added up lie beside activations.
    added = recipe.training.gradient_accumulation > 1
    dropout, learned = recipe.adapter.dropout > 0, recipe.training.objective
    return values | {"adapter.dropout": dropout, "added": added, "objective": learned}


@dataclass(frozen=True)
class Correction:
    """What an estimate is multiplied by: what grows with the batch, and the rest."""

    batch: float = 1.0
    fixed: float = 1.0

    def applied(self, memory: Memory) -> Memory:
        """The corrected estimate."""
        return Memory(
            **{
                name: round(part * (self.batch if name in BATCH else self.fixed))
                for name, part in vars(memory).items()
            }
        )


BATCH = ("activations", "logits")
NONE = Correction()


def correction(memory: Memory, peak: int, card: Card) -> Correction:
    """The correction with which an estimate gives a measured peak.

    ``peak`` is in bytes, as ``measured_peak`` gives it. Where it is below even what
    does not depend on the batch, all parts are scaled.
    """
    # PyTorch's figure leaves out what CUDA itself takes.
    target = peak + (memory.context if card.is_gpu else 0)
    room = target - memory.fixed
    if room > 0 and memory.batch > 0:
        return Correction(batch=room / memory.batch)
    return Correction(target / memory.total, target / memory.total)
