"""What a model has no place for is refused with what it has instead."""

from collections.abc import Callable
from typing import Any

import pytest

from webui.counts.parameters.attach import adapter_config, attach
from webui.counts.parameters.count import count
from webui.counts.parameters.meta import shape_of_model
from webui.errors import PlannerError
from webui.recipe import Recipe


def refusal(recipe: Recipe) -> str:
    with pytest.raises(PlannerError) as caught:
        count(recipe)
    assert caught.value.text.en != caught.value.text.zh
    return caught.value.text.en


pytestmark = pytest.mark.train


def test_every_missing_module_is_named(recipe_of: Callable[..., Recipe]) -> None:
    for modules in (("q_proj", "gate_proj", "lm_head"), ("gate_proj", "lm_head")):
        told = refusal(recipe_of("OPT-6.7B", target_modules=modules))
        start = "facebook/opt-6.7b has no module gate_proj, lm_head; it has k_proj, "
        assert told.startswith(start)
        assert told.endswith("out_proj, fc1, fc2.")
    told = refusal(recipe_of("GPT-2", targets="mlp", modules_to_save=("embed_tokens",)))
    assert "has no module embed_tokens; it has transformer, wte, wpe," in told


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (r".*\.nothing", r"matches .*\.nothing as a whole; one of them is model."),
        ("q_proj", "matches q_proj as a whole; one of them is model.layers.0."),
        ("(", "( is no regular expression: missing )"),
    ],
)
def test_expressions_that_match_nothing(
    pattern: str, told: str, recipe_of: Callable[..., Recipe]
) -> None:
    recipe = recipe_of("Llama-3.2-1B", targets="regex", target_regex=pattern)
    assert told in refusal(recipe)


@pytest.mark.parametrize(
    ("adapter", "wanted"),
    [
        ({"layers": "0-3, 16"}, 17),
        ({"layers": "last 17"}, 17),
        ({"method": "vera", "layers": "99"}, 100),
        ({"method": "freeze", "last_layers": 17}, 17),
    ],
)
def test_layers_that_are_not_there(
    adapter: dict[str, Any], wanted: int, recipe_of: Callable[..., Recipe]
) -> None:
    assert refusal(recipe_of("Llama-3.2-1B", **adapter)) == (
        f"unsloth/Llama-3.2-1B has 16 layers, 0 to 15; the recipe means at least "
        f"{wanted}."
    )


def test_what_peft_refuses(recipe_of: Callable[..., Recipe]) -> None:
    told = refusal(recipe_of("Yuan2-2B", method="ln_tuning"))
    assert "does not know which modules of yuan models" in told
    told = refusal(recipe_of("GPT-2", method="loha", targets="attention"))
    assert "LoHa cannot sit on a module of type Conv1D, which openai-comm" in told
    pattern = r".*\.(q_proj|input_layernorm)"
    recipe = recipe_of("Llama-3.2-1B", targets="regex", target_regex=pattern)
    assert "LoRA cannot sit on a module of type LlamaRMSNorm, which" in refusal(recipe)


def test_a_reason_of_peft_is_handed_on(recipe_of: Callable[..., Recipe]) -> None:
    base = shape_of_model(recipe_of("Llama-3.2-1B"))
    config = adapter_config(recipe_of("Llama-3.2-1B"), base)
    config.r = -1
    with pytest.raises(PlannerError) as caught:
        attach(base, config)
    told = "LoRA does not fit unsloth/Llama-3.2-1B: `r` should be a positive integer"
    assert caught.value.text.en.startswith(told)


def test_a_start_looks_at_the_layers_that_get_the_adapter(
    recipe_of: Callable[..., Recipe],
) -> None:
    model, start = "SmolLM2-135M-Instruct", {"start": "pissa", "rank": 256}
    assert "k_proj has only 192 parts" in refusal(recipe_of(model, **start))
    # What learns in full gets no adapter; all others are wide enough.
    narrow = ("k_proj", "v_proj")
    assert count(recipe_of(model, **start, modules_to_save=narrow)).trainable
