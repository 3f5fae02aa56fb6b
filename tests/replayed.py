"""Runs that were never trained: an event log as long as a test wants it."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webui.kernel.kernel import this_kernel
from webui.notebook.cells import RUN
from webui.notebook.render import render_cells
from webui.recipe.store import load
from webui.runs import events
from webui.runs import folder as runs
from webui.settings import shipped_recipes

BEGIN = 1_790_000_000.0


def replayed_run(steps: int, *, total: int = 0, seed: int = 0, every: int = 0) -> Path:
    """A run folder whose log holds so many steps, with an evaluation now and then."""
    recipe = load(shipped_recipes() / "starter-extract.yaml")
    folder = runs.create(
        this_kernel().runs, recipe, render_cells(recipe, RUN.cells), "run"
    )
    write(
        folder,
        [begun(total or steps), *training(1, steps, total or steps, seed, every)],
    )
    return folder


def write(folder: Path, told: list[dict[str, Any]]) -> None:
    """Append events to a run's log at once."""
    with (folder / events.FILE).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(event) + "\n" for event in told)


def begun(total: int, time: float = BEGIN) -> dict[str, Any]:
    """The event that a training begins with."""
    return {
        "event": "begun",
        "time": time,
        "trial": None,
        "max_steps": total,
        "effective": {},
        "trainable": 1000,
        "total": 10_000,
    }


def training(
    first: int, last: int, total: int, seed: int = 0, every: int = 0
) -> Iterator[dict[str, Any]]:
    """The events of some steps; at step 777 stands a spike of loss and gradient."""
    drawn = random.Random(seed)
    for step in range(first, last + 1):
        loss = 0.4 + 2 * math.exp(-4 * step / total) + drawn.gauss(0, 0.12)
        norm = 0.8 * math.exp(drawn.gauss(0, 0.3))
        if step == 777:
            loss, norm = 9.5, 40.0
        yield {
            "event": "step",
            "time": round(BEGIN + step * 0.5, 3),
            "trial": None,
            "step": step,
            "max_steps": total,
            "tokens_per_second": round(drawn.gauss(900, 60), 1),
            "samples_per_second": 8.0,
            "memory": 1_400_000_000 + step * 10,
            "logs": {
                "loss": max(loss, 0.02),
                "grad_norm": norm,
                "learning_rate": 2e-4 * (1 - step / (total + 1)),
                "epoch": 3 * step / total,
                "num_tokens": step * 450.0,
            },
        }
        if every and step % every == 0:
            yield evaluated(step, total, 0.5 + 2 * math.exp(-4 * step / total))


def evaluated(step: int, total: int, loss: float) -> dict[str, Any]:
    """An evaluation after a step."""
    return {
        "event": "evaluated",
        "time": round(BEGIN + step * 0.5 + 0.1, 3),
        "trial": None,
        "step": step,
        "max_steps": total,
        "memory": 1_400_000_000,
        "logs": {"eval_loss": loss, "epoch": 3 * step / total},
    }


def resumed(step: int, time: float) -> dict[str, Any]:
    """A resume from the checkpoint of a step."""
    return {
        "event": "resumed",
        "time": time,
        "step": step,
        "checkpoint": f"checkpoint-{step}",
        "automatic": False,
    }
