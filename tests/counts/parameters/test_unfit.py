"""Kinds of models that cannot be trained and scored are refused before a start."""

from pathlib import Path

import pytest

from webui.counts.parameters.unfit import kind_unfit
from webui.recipe import Recipe
from webui.recipe.sections import Model, Training

pytestmark = pytest.mark.train


def recipe_of(family: str, folder: Path, **training: object) -> Recipe:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    CONFIG_MAPPING[family](vocab_size=64, **sizes).save_pretrained(folder)
    return Recipe(model=Model(name=str(folder)), training=Training(**training))


def test_a_model_that_padding_changes_is_refused(tmp_path: Path) -> None:
    [told] = kind_unfit(recipe_of("rwkv", tmp_path))
    assert "is a rwkv model, which answers otherwise in a padded batch" in told.en
    assert "rwkv" in told.zh and told.en != told.zh


def test_checkpointing_where_it_cannot_be(tmp_path: Path) -> None:
    [told] = kind_unfit(recipe_of("gpt_neox_japanese", tmp_path))
    assert "set training.gradient_checkpointing to none" in told.en
    without = recipe_of("gpt_neox_japanese", tmp_path, gradient_checkpointing="none")
    assert kind_unfit(without) == []
    assert kind_unfit(recipe_of("gpt2", tmp_path / "gpt2")) == []
