"""Counts from the configuration alone are PEFT's own, to the last parameter."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from webui.planner.count import count, parameters_of_base
from webui.planner.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model
from webui.recipe.sections.adapter import ALL_LINEAR

from .conftest import ARCHITECTURES

pytestmark = pytest.mark.train

GOLDEN = Path(__file__).parents[1] / "golden" / "trainable_parameters.csv"
NAMES = re.compile(r"\b[a-z]+_proj\b")
QUICKTOUR = ("q_proj", "v_proj")  # what PEFT adapts in a Llama that names none


def plain_lora_rows() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["method"] == "LoRA" and row["model"] in ARCHITECTURES
        ]


def adapter_of(config: str, **more: object) -> Adapter:
    """The adapter that a golden row describes."""
    rank = re.match(r"r=(\d+)", config)
    assert rank, config
    named = tuple(NAMES.findall(config)) or QUICKTOUR
    modules = ALL_LINEAR if "all seven" in config else named
    return Adapter(rank=int(rank[1]), target_modules=modules, **more)


def test_golden_table_is_there() -> None:
    assert len(plain_lora_rows()) == 7


@pytest.mark.parametrize(
    "row", plain_lora_rows(), ids=lambda row: f"{row['model']}, {row['config']}"
)
def test_golden_rows(row: dict[str, str], shape: Callable[..., Model]) -> None:
    model, adapter = shape(row["model"]), adapter_of(row["config"])
    found = count(Recipe(model=model, adapter=adapter))
    assert found.trainable == int(row["trainable"])
    assert found.total == int(row["all"])
    assert found.base == found.total - found.trainable
    assert found.percent == pytest.approx(float(row["percent"]), abs=5e-5)
    assert sum(found.by_module.values()) == found.trainable
    assert set(found.by_module) == set(adapter.target_modules)


def test_by_module_follows_the_formula(shape: Callable[..., Model]) -> None:
    recipe = Recipe(model=shape("Llama-3.2-1B"), adapter=Adapter(rank=4))
    by_module = count(recipe).by_module
    assert by_module["q_proj"] == 16 * 4 * (2048 + 2048)
    assert by_module["k_proj"] == 16 * 4 * (2048 + 512)
    assert by_module["down_proj"] == 16 * 4 * (8192 + 2048)


def test_what_changes_no_count(shape: Callable[..., Model]) -> None:
    plain = Recipe(model=shape("Llama-3.2-1B"))
    odd = Recipe(
        model=shape("Llama-3.2-1B", precision="4bit"),
        adapter=Adapter(alpha=3, dropout=0.5, use_rslora=True),
    )
    assert count(odd) == count(plain)
    # The answers before leave no adapter on the base that later ones start from.
    assert parameters_of_base(plain) == count(plain).base == 1_235_814_400


def test_every_missing_module_is_named(shape: Callable[..., Model]) -> None:
    model = shape("OPT-6.7B")
    for modules in (("q_proj", "gate_proj", "lm_head"), ("gate_proj", "lm_head")):
        with pytest.raises(PlannerError) as caught:
            count(Recipe(model=model, adapter=Adapter(target_modules=modules)))
        english, chinese = caught.value.text
        told = "has no module gate_proj, lm_head; it has k_proj, v_proj, q_proj,"
        assert told in english
        assert "没有模块 gate_proj, lm_head" in chinese
        assert english.endswith("out_proj, fc1, fc2.")


def test_model_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(PlannerError, match="is a vit model, which does not write text"):
        count(Recipe(model=Model(name=str(tmp_path))))


def test_count_through_the_helper_is_the_same(
    shape: Callable[..., Model], helper
) -> None:
    recipe = Recipe(model=shape("SmolLM2-135M-Instruct"))
    assert helper.ask(count, recipe) == count(recipe)
