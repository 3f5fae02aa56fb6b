"""Recipes for models of the catalogue, by the names that the golden table has."""

from collections.abc import Callable

import pytest

from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

NAMES = {
    "Yuan2-2B": "Yuan2-2B",
    "Llama-2-7B": "NousResearch/Llama-2-7b-hf",
    "Llama-3.1-70B": "unsloth/Meta-Llama-3.1-70B",
    "Llama-3.2-1B": "unsloth/Llama-3.2-1B",
    "Llama-3.2-3B": "unsloth/Llama-3.2-3B",
    "OPT-6.7B": "facebook/opt-6.7b",
    "SmolLM2-135M-Instruct": "HuggingFaceTB/SmolLM2-135M-Instruct",
    "Bloom": "bigscience/bloom-560m",
    "GPT-2": "openai-community/gpt2",
    "gemma-3-1b": "unsloth/gemma-3-1b-it",
    "Qwen3-0.6B": "unsloth/Qwen3-0.6B",
}


@pytest.fixture
def recipe_of() -> Callable[..., Recipe]:
    """A recipe for a model by its short name, with these fields of the adapter."""

    def write(model: str, precision: str = "16bit", **adapter: object) -> Recipe:
        section = Model(name=NAMES[model], precision=precision)
        return Recipe(model=section, adapter=Adapter(**adapter))

    return write
