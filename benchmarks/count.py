"""How long a warm parameter count takes, beside PEFT on the whole weightless model.

    python benchmarks/count.py [--runs 7]

"whole" builds every layer on PyTorch's meta device, attaches PEFT's adapter and sums:
what anyone could do. "tunebook" keeps one decoder layer of each kind. The model is
known to both before the clock starts, no earlier count is kept, and both must agree.
As in the planner's process, what was imported is left out of garbage collection.
"""

import argparse
import copy
import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from webui.counts.parameters.attach import adapter_config
from webui.counts.parameters.count import count
from webui.counts.parameters.grid import grid
from webui.counts.parameters.meta import shape_of_model
from webui.counts.parameters.weights import read_weights
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

RESULTS = Path(__file__).with_name("results") / "count.json"
MODELS = {
    "Llama-2-7B": "NousResearch/Llama-2-7b-hf",
    "Llama-3.1-70B": "unsloth/Meta-Llama-3.1-70B",
}
ADAPTERS: dict[str, dict[str, Any]] = {
    "LoRA": {},
    "LoRA, last 4 layers": {"layers": "last 4"},
    "DoRA": {"use_dora": True},
    "AdaLoRA": {"method": "adalora"},
    "IA3": {"method": "ia3"},
    "prefix tuning": {"method": "prefix_tuning"},
}


def by_peft(recipe: Recipe) -> tuple[int, int]:
    """PEFT's own sums on a copy of the whole model."""
    import torch
    from peft import get_peft_model

    base = shape_of_model(recipe)
    with torch.device("meta"):
        config = adapter_config(recipe, base)
        model = get_peft_model(
            copy.deepcopy(base.model), config, low_cpu_mem_usage=True
        )
    sums: tuple[int, int] = model.get_nb_trainable_parameters()
    return sums


def by_tunebook(recipe: Recipe) -> tuple[int, int]:
    """Our count, with no earlier answer at hand."""
    read_weights.cache_clear()
    found = count(recipe)
    return found.trainable, found.total


def timed(question: Callable[[Recipe], Any], recipe: Recipe) -> tuple[float, Any]:
    """Seconds, and the answer."""
    gc.collect()
    begun = time.perf_counter()
    answer = question(recipe)
    return time.perf_counter() - begun, answer


def measure(recipe: Recipe, runs: int) -> dict[str, float]:
    """Medians of both ways, taken in turn, so that a busy moment meets both."""
    seconds: dict[str, list[float]] = {"tunebook": [], "whole": []}
    for _ in range(runs):
        for name, question in (("tunebook", by_tunebook), ("whole", by_peft)):
            took, answer = timed(question, recipe)
            seconds[name].append(took)
            assert answer == by_tunebook(recipe), "the two ways disagree"
    medians = {name: statistics.median(all_) for name, all_ in seconds.items()}
    return {
        "tunebook_seconds": round(medians["tunebook"], 3),
        "tunebook_slowest": round(max(seconds["tunebook"]), 3),
        "whole_seconds": round(medians["whole"], 3),
        "ratio": round(medians["whole"] / medians["tunebook"], 1),
    }


def main() -> None:
    """Measure each model and method, print the figures and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    figures: dict[str, dict[str, Any]] = {}
    for title, name in MODELS.items():
        figures[title] = {}
        for method, fields in ADAPTERS.items():
            recipe = Recipe(model=Model(name=name), adapter=Adapter(**fields))
            by_tunebook(recipe)
            gc.collect()
            gc.freeze()
            figures[title][method] = measure(recipe, runs)
        read_weights.cache_clear()
        took, _ = timed(grid, Recipe(model=Model(name=name)))
        figures[title]["grid of 24 counts, seconds"] = round(took, 2)
    packages = {name: version(name) for name in ("torch", "transformers", "peft")}
    text = json.dumps(
        {
            "command": f"python benchmarks/count.py --runs {runs}",
            "machine": f"{os.cpu_count()} cores, {platform.machine()}",
            "python": platform.python_version(),
            **packages,
            **figures,
        },
        indent=1,
    )
    RESULTS.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
