"""One layer of each kind gives the counts that PEFT gives for the whole model."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from webui.counts.parameters.attach import STARTS
from webui.counts.parameters.count import count
from webui.counts.parameters.meta import build_shape, shape_of_model
from webui.counts.parameters.weights import read_weights, weights_of
from webui.notebook.peft_config import peft_config
from webui.recipe import Recipe

pytestmark = pytest.mark.train

METHODS = (
    "lora adalora vera loha lokr oft ia3 ln_tuning "
    "prompt_tuning prefix_tuning p_tuning p_tuning_v2"
).split()
SOME_LAYERS: tuple[dict[str, Any], ...] = (
    {"layers": "1-2, 5"},
    {"layers": "last 3"},
    {"layers": "0, 7", "method": "vera"},
    {"targets": "regex", "target_regex": r".*\.(0|3|11)\..*[qv]_proj"},
    {"modules_to_save": ("embed_tokens", "lm_head"), "layers": "0"},
    {"use_dora": True, "rank": 64},
)


def by_peft(recipe: Recipe) -> tuple[int, int]:
    """What PEFT counts on the whole model."""
    import peft
    import torch

    config = peft_config(recipe, depth=shape_of_model(recipe).depth)
    assert config is not None
    options = {k: v for k, v in config.options.items() if k not in STARTS}
    made = getattr(peft, config.name)(**options)
    with torch.device("meta"):
        whole = peft.get_peft_model(
            build_shape(recipe.model), made, low_cpu_mem_usage=True
        )
    sizes = [(w.numel(), w.requires_grad) for w in whole.parameters()]
    return sum(n for n, learns in sizes if learns), sum(n for n, _ in sizes)


@pytest.mark.parametrize("model", ["Llama-3.2-1B", "gemma-3-1b", "Bloom"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method(
    model: str, method: str, recipe_of: Callable[..., Recipe]
) -> None:
    recipe = recipe_of(model, method=method, targets="attention")
    found = count(recipe)
    assert (found.trainable, found.total) == by_peft(recipe)


@pytest.mark.parametrize("model", ["Qwen3-0.6B", "Yuan2-2B"])
@pytest.mark.parametrize("adapter", SOME_LAYERS, ids=str)
def test_some_layers(
    model: str, adapter: dict[str, Any], recipe_of: Callable[..., Recipe]
) -> None:
    recipe = recipe_of(model, **adapter)
    found = count(recipe)
    assert (found.trainable, found.total) == by_peft(recipe)


def test_only_what_differs_is_kept(recipe_of: Callable[..., Recipe]) -> None:
    kinds = weights_of(recipe_of("SmolLM2-135M-Instruct", layers="0, 4-5")).folded.kinds
    assert kinds == {0: (0, 4, 5), 1: (1, 2, 3, *range(6, 30))}
    kinds = weights_of(recipe_of("SmolLM2-135M-Instruct", method="ia3")).folded.kinds
    assert kinds == {0: tuple(range(30))}


@pytest.mark.parametrize("model", ["Llama-2-7B", "Llama-3.1-70B"])
def test_a_warm_answer_is_quick(model: str, recipe_of: Callable[..., Recipe]) -> None:
    recipe = recipe_of(model)
    count(recipe)
    seconds = []
    for _ in range(3):
        read_weights.cache_clear()
        begun = time.perf_counter()
        count(recipe)
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.3
