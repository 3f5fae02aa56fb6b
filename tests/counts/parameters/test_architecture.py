"""The default targets are all linear layers of a model's own blocks."""

import sys
from pathlib import Path

import pytest

from webui.counts.parameters.architecture import architecture_of
from webui.counts.parameters.count import count
from webui.counts.parameters.meta import linear_layers, shape_of_model
from webui.counts.parameters.weights import weights_of
from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

sys.path.append(str(Path(__file__).parents[2] / "notebook"))

from architectures import FAMILIES, config_of  # noqa: E402

pytestmark = pytest.mark.train

# What an adapter cannot sit on, or would not be asked in.
LEFT = {
    "phimoe": {"router"},
    "deepseek_v2": {"gate_proj", "up_proj", "down_proj"},
    "deepseek_v3": {"gate_proj", "up_proj", "down_proj"},
    "qwen3_next": {"gate_proj", "up_proj", "down_proj"},
    "mamba": {"x_proj", "dt_proj", "out_proj"},
    "mamba2": {"out_proj"},
    "falcon_h1": {"out_proj"},
    "granitemoehybrid": {"out_proj"},
}
FUSED = {
    "gpt2": ("c_attn", "c_proj", "c_fc"),
    "gpt_neox": ("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"),
    "bloom": ("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"),
    "falcon": ("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"),
    "phi3": ("o_proj", "qkv_proj", "gate_up_proj", "down_proj"),
}


def recipe_of(family: str, folder: Path, **adapter: object) -> Recipe:
    config_of(family).save_pretrained(folder)
    return Recipe(model=Model(name=str(folder)), adapter=Adapter(**adapter))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_linear_layer_of_the_blocks_has_an_adapter(
    family: str, tmp_path: Path
) -> None:
    recipe = recipe_of(family, tmp_path)
    base, weights = shape_of_model(recipe), weights_of(recipe)
    adapted = {row.module for row in weights.rows if row.added}
    inside = {
        name
        for name in linear_layers(base.model)
        if base.layer_number(name) in weights.folded.kinds
    }
    assert adapted <= inside
    assert {n.rpartition(".")[2] for n in inside - adapted} == LEFT.get(family, set())


@pytest.mark.parametrize("family", FUSED)
def test_fused_layers_are_named(family: str, tmp_path: Path) -> None:
    assert set(architecture_of(recipe_of(family, tmp_path)).linear) == {*FUSED[family]}


def test_what_is_not_reached_is_told(tmp_path: Path) -> None:
    def note(family: str, **adapter: object) -> str:
        told = count(recipe_of(family, tmp_path / family, **adapter)).note
        assert told is None or told.en != told.zh
        return told.en if told else ""

    assert note("llama") == ""
    assert note("mixtral", method="prompt_tuning") == ""
    plain = note("mixtral")
    assert "experts (21 % of the model) get no adapter" in plain
    more = count(recipe_of("mixtral", tmp_path / "more", experts=True)).trainable
    assert f"and {more:,} would learn" in plain
    assert "the adapter on the experts (mlp.experts.gate_up_proj" in note(
        "mixtral", experts=True
    )
    assert "would" not in note("mixtral", method="vera")
    assert "called gate_proj, up_proj, down_proj stay" in note("deepseek_v3")
    assert "x_proj, dt_proj, out_proj stay as they are" in note("mamba")


def test_experts_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PlannerError, match="has no experts"):
        count(recipe_of("llama", tmp_path, experts=True))


def test_a_mixture_that_is_saved_otherwise_is_not_trained_itself(
    tmp_path: Path,
) -> None:
    for method in ("full", "freeze"):
        for family in ("mixtral", "deepseek_v3"):
            folder = tmp_path / family / method
            with pytest.raises(PlannerError, match="saved in another layout"):
                count(recipe_of(family, folder, method=method))
    assert count(recipe_of("gpt_oss", tmp_path / "same", method="full")).trainable


@pytest.mark.parametrize(
    "name", ["google/gemma-3-4b-it", "google/gemma-4-26B-A4B", "Qwen/Qwen3.5-4B"]
)
@pytest.mark.parametrize("targets", ["names", "all-linear", "attention"])
def test_towers_and_routers_get_no_adapter(name: str, targets: str) -> None:
    recipe = Recipe(model=Model(name=name), adapter=Adapter(targets=targets))
    base, weights = shape_of_model(recipe), weights_of(recipe)
    adapted = {row.module for row in weights.rows if row.added}
    assert adapted
    assert all(base.layer_number(module) is not None for module in adapted)
    assert not [module for module in adapted if "router" in module]
