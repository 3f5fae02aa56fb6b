"""The tree names every module, and its figures are those of the count."""

from collections.abc import Callable
from typing import Any

import pytest

from webui.counts.parameters.count import count
from webui.counts.parameters.meta import base_of
from webui.counts.parameters.structure import Node, structure
from webui.recipe import Recipe

pytestmark = pytest.mark.train

ADAPTERS: tuple[dict[str, Any], ...] = (
    {},
    {"targets": "mlp", "modules_to_save": ("lm_head",)},
    {"method": "freeze"},
    {"method": "full"},
    {"method": "adalora"},
    {"method": "p_tuning"},
)


def node_at(tree: Node, path: str) -> Node:
    return next(node for node in tree.walk() if node.path == path)


@pytest.mark.parametrize("model", ["Llama-3.2-1B", "GPT-2", "gemma-3-1b", "Yuan2-2B"])
@pytest.mark.parametrize("adapter", ADAPTERS, ids=str)
def test_figures_are_those_of_the_count(
    model: str, adapter: dict[str, Any], recipe_of: Callable[..., Recipe]
) -> None:
    recipe = recipe_of(model, **{"targets": "attention"} | adapter)
    tree, found = structure(recipe), count(recipe)
    assert (tree.parameters, tree.trainable) == (found.base, found.trainable)
    assert tree.parameters + tree.added == found.total
    names = {name for name, _ in base_of(recipe).named_modules()}
    paths = [node.path for node in tree.walk() if node.path != "prompt"]
    assert set(paths) <= names and len(set(paths)) == len(paths)


def test_one_module_with_its_adapter(recipe_of: Callable[..., Recipe]) -> None:
    tree = structure(recipe_of("SmolLM2-135M-Instruct"))
    assert tree.class_name == "LlamaForCausalLM"
    layers = node_at(tree, "model.layers")
    assert [(child.name, child.copies) for child in layers.children] == [("0-29", 30)]
    query = node_at(tree, "model.layers.0.self_attn.q_proj")
    assert query.weights == (("weight", (576, 576)),)
    assert (query.parameters, query.added, query.trainable) == (331776, 18432, 18432)
    assert query.adapter is not None and query.adapter.en == "LoRA r=16"
    head = node_at(tree, "lm_head")
    assert head.tied and head.weights and not head.parameters
    assert not node_at(tree, "model.embed_tokens").tied


def test_layers_that_differ_stand_apart(recipe_of: Callable[..., Recipe]) -> None:
    tree = structure(recipe_of("Llama-3.2-1B", layers="0-3, 8"))
    parts = node_at(tree, "model.layers").children
    assert [(part.name, part.copies) for part in parts] == [
        ("0-3, 8", 5),
        ("4-7, 9-15", 11),
    ]
    assert parts[0].trainable and not parts[1].trainable
    tree = structure(recipe_of("Llama-3.2-1B", method="freeze", last_layers=1))
    parts = node_at(tree, "model.layers").children
    assert [(part.name, part.trainable > 0) for part in parts] == [
        ("0-14", False),
        ("15", True),
    ]


@pytest.mark.parametrize(
    ("adapter", "path", "told"),
    [
        ({"use_dora": True}, "layers.0.mlp.up_proj", "DoRA r=16"),
        ({"method": "oft"}, "layers.0.mlp.up_proj", "OFT b=32"),
        (
            {"method": "adalora", "initial_rank": 20},
            "layers.0.mlp.up_proj",
            "AdaLoRA r=20",
        ),
        ({"method": "ia3"}, "layers.0.self_attn.k_proj", "IA3"),
        ({"method": "ln_tuning"}, "norm", "learns in full"),
        ({"modules_to_save": ("embed_tokens",)}, "embed_tokens", "learns in full"),
    ],
)
def test_what_sits_on_a_module(
    adapter: dict[str, Any], path: str, told: str, recipe_of: Callable[..., Recipe]
) -> None:
    tree = structure(recipe_of("Llama-3.2-1B", **adapter))
    label = node_at(tree, f"model.{path}").adapter
    assert label is not None and label.en == told
    untouched = node_at(tree, "model.layers.0.self_attn")
    assert untouched.adapter is None


def test_a_prompt_is_a_part_of_its_own(recipe_of: Callable[..., Recipe]) -> None:
    tree = structure(recipe_of("GPT-2", method="prompt_tuning", virtual_tokens=5))
    prompt = tree.children[-1]
    assert prompt.weights == (("embedding.weight", (5, 768)),)
    assert prompt.added == prompt.trainable == tree.trainable == 5 * 768
