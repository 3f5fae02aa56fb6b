"""Train models with random weights by the recipe's own cells, one after the other.

Stdin is a JSON list of cases: a name, a recipe's settings, and whether to compute as a
T4 does. A line of stdout that begins with RESULT tells of one. Run with --gpu, all is
done on the first CUDA device, of which this process takes no more than a T4 has.
"""

import json
import os
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Any

from every_method import outputs, without_mixed_precision
from shapes import full_rows
from trials import Names, cells_of, run

from webui.counts.memory.cards import CARDS
from webui.notebook.cells import COMPARE
from webui.notebook.render import Cell, render_cells
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.recorder import memory

PACKAGES = ("torch", "transformers", "peft", "trl", "bitsandbytes", "unsloth")
WARM = 2  # steps, after which every kernel is compiled


def main() -> None:
    """Try each case in a folder of its own; one that fails does not end the others."""
    for case in json.load(sys.stdin):
        os.chdir(tempfile.mkdtemp())
        try:
            recipe = loads("{}", settings=case["settings"])
            found = trial(recipe, as_on_t4=case["as_on_t4"])
        except Exception as error:
            traceback.print_exc()
            found = {"error": f"{type(error).__name__}: {error}"}
        print("RESULT " + json.dumps(found | {"case": case["name"]}), flush=True)


def trial(recipe: Recipe, *, as_on_t4: bool) -> dict[str, Any]:
    """Two tries on one model: batches that are full, and rows to be learned."""
    space: Names = {"__name__": "__main__"}
    # First, as in a script: Unsloth patches what the preparing of rows would import.
    run(render_cells(recipe, ("setup",)), "setup", space)
    limit_memory()
    cells = cells_of(recipe)
    memory.release()
    held = memory.in_use()
    memory.reset_peak()
    with without_bf16() if as_on_t4 and memory.cuda() else nullcontext():
        run(cells, "model", space)
        found = {"held": held, **full_batches(recipe, cells, space)}
        return found | learned(recipe, cells, space) | machine(space)


def limit_memory() -> None:
    """Let this process have of a GPU what a T4 has."""
    if cuda := memory.cuda():
        whole = cuda.get_device_properties(0).total_memory
        share = min(1.0, CARDS["t4"].memory / whole)
        cuda.set_per_process_memory_fraction(share)


@contextmanager
def without_bf16() -> Iterator[None]:
    """Let Unsloth find a device of compute capability 7.5, as a T4 is.

    What compiles kernels still sees the real one.
    """
    import unsloth
    import unsloth.models._utils as models
    import unsloth_zoo.device_type as devices

    before = models.SUPPORTS_BFLOAT16, devices._visible_cuda_capabilities
    models.SUPPORTS_BFLOAT16 = False
    devices._visible_cuda_capabilities = lambda: [(7, 5)]
    try:
        assert not unsloth.is_bfloat16_supported()
        yield
    finally:
        models.SUPPORTS_BFLOAT16, devices._visible_cuda_capabilities = before


def full_batches(recipe: Recipe, cells: list[Cell], space: Names) -> dict[str, Any]:
    """The peak in bytes and the speed, where every row is as long as it may be."""
    ticks = install_clock()
    space["train_data"] = full_rows(recipe)
    run(cells, "adapter train", space)
    peak = memory.peak()
    taken = [after - before for before, after in zip(ticks, ticks[1:], strict=False)]
    tokens = recipe.training.batch_size * recipe.model.max_seq_length
    return {
        "peak": peak,
        "tokens_per_second": tokens / statistics.median(taken[WARM - 1 :]),
        "full_losses": losses_of(space),
    }


def install_clock() -> list[float]:
    """The times at which steps end, of every training from now on."""
    from transformers import TrainerCallback
    from transformers.trainer import DEFAULT_CALLBACKS

    ticks: list[float] = []

    class Clock(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            # What is logged has been fetched from the device, so that it has ended.
            ticks.append(time.perf_counter())

    DEFAULT_CALLBACKS[:] = [c for c in DEFAULT_CALLBACKS if c.__name__ != "Clock"]
    DEFAULT_CALLBACKS.append(Clock)
    return ticks


def losses_of(space: Names) -> list[float]:
    """The loss of every step."""
    logs = space["trainer"].state.log_history
    return [log["loss"] for log in logs if "loss" in log]


def learned(recipe: Recipe, cells: list[Cell], space: Names) -> dict[str, Any]:
    """What a training on rows did to the adapter, and what comes back of it."""
    import torch

    run(cells, "data adapter", space)
    before = learning(space)
    run(cells, "train", space)
    after = learning(space)
    losses, fp16 = losses_of(space), space["trainer"].args.fp16
    without_mixed_precision(space)
    run(cells, "compare", space)
    tuned = outputs(space, space["model"])
    with space["model"].disable_adapter():
        base = outputs(space, space["model"])
    answers = [ask(space)]
    loading = cells_of(
        recipe, COMPARE.cells, adapter_folder=str(Path.cwd() / "adapter")
    )
    run(loading, "load", space)
    again = outputs(space, space["model"])
    return {
        "losses": losses,
        "fp16": fp16,
        "trainable": sum(weight.numel() for weight in before.values()),
        "learning": len(before),
        "moved": sum(not torch.equal(before[n], after[n]) for n in before),
        "changed": float((tuned - base).abs().max()),
        "lost_by_loading": float((tuned - again).abs().max()),
        "answers": [*answers, ask(space)],
    }


def learning(space: Names) -> dict[str, Any]:
    """Copies in main memory of the weights that learn."""
    named = space["model"].named_parameters()
    return {n: w.detach().to("cpu", copy=True) for n, w in named if w.requires_grad}


def ask(space: Names) -> str:
    """The answer to a row that was learned."""
    prompt = space["train_data"][0]["prompt"][-1]["content"]
    answer: str = space["answer"]([space["as_prompt"](prompt)])[0]
    return answer


def machine(space: Names) -> dict[str, Any]:
    """On what it was computed, and in which type."""
    import torch

    gpu = torch.cuda.get_device_name() if memory.cuda() else ""
    return {
        "type": str(space["model"].config.dtype).removeprefix("torch."),
        "device": gpu or "cpu",
        "versions": {name: version(name) for name in PACKAGES},
    }


if __name__ == "__main__":
    main()
