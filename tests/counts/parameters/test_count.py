"""Counts from the configuration alone are PEFT's own, to the last parameter."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui.counts.parameters.count import count
from webui.counts.parameters.meta import parameters_of_base
from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.sections import Model
from webui.recipe.sections.adapter import ALL_LINEAR

pytestmark = pytest.mark.train

GOLDEN = Path(__file__).parents[2] / "golden" / "trainable_parameters.csv"
NAMES = re.compile(r"\b[a-z]+_proj\b")
METHODS = {
    "LoRA": {"method": "lora"},
    "DoRA": {"method": "lora", "use_dora": True},
    "AdaLoRA": {"method": "adalora", "rank": 8},
    "prompt tuning": {"method": "prompt_tuning"},
    "prefix tuning": {"method": "prefix_tuning", "prefix_projection": False},
    "p-tuning": {"method": "p_tuning"},
    "IA3": {"method": "ia3"},  # "k_proj v_proj down_proj" is PEFT's default for Llama
}
NUMBERS = {
    r"init_r=(\d+)": "initial_rank",
    r"\br=(\d+)": "rank",
    r"(\d+) virtual tokens": "virtual_tokens",
    r"encoder_hidden_size=(\d+)": "encoder_hidden_size",
}


def golden_rows() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def fields_of(row: dict[str, str]) -> dict[str, Any]:
    """The fields of an adapter that a golden row describes."""
    fields: dict[str, Any] = dict(METHODS[row["method"]])
    for pattern, name in NUMBERS.items():
        if found := re.search(pattern, row["config"]):
            fields[name] = int(found[1])
    named = tuple(NAMES.findall(row["config"])) or ALL_LINEAR
    return fields | {"target_modules": named}


def test_golden_table_is_there() -> None:
    assert len(golden_rows()) == 23


@pytest.mark.parametrize(
    "row", golden_rows(), ids=lambda row: f"{row['model']}, {row['method']}"
)
def test_golden_rows(row: dict[str, str], recipe_of: Callable[..., Recipe]) -> None:
    if row["config"] == "before adapters":
        found = count(recipe_of(row["model"]))
        learning, total = found.before, found.base
    else:
        found = count(recipe_of(row["model"], **fields_of(row)))
        learning, total = found.trainable, found.total
        assert found.percent == pytest.approx(float(row["percent"]), abs=5e-5)
    assert (learning, total) == (int(row["trainable"]), int(row["all"]))
    assert sum(found.by_module.values()) == found.trainable
    assert sum(found.all_by_module.values()) == found.total


def test_by_module_follows_the_formula(recipe_of: Callable[..., Recipe]) -> None:
    found = count(recipe_of("Llama-3.2-1B", rank=4))
    assert found.by_module["q_proj"] == 16 * 4 * (2048 + 2048)
    assert found.by_module["k_proj"] == 16 * 4 * (2048 + 512)
    assert found.by_module["down_proj"] == 16 * 4 * (8192 + 2048)
    base = 16 * 2048 * 512
    assert found.all_by_module["k_proj"] == base + found.by_module["k_proj"]
    assert found.all_by_module["embed_tokens"] == 128256 * 2048


def test_the_base_itself_learns(recipe_of: Callable[..., Recipe]) -> None:
    whole = count(recipe_of("Llama-3.2-1B", method="full"))
    assert whole.trainable == whole.total == whole.base == 1_235_814_400
    last = count(recipe_of("Llama-3.2-1B", method="freeze", last_layers=3))
    layer = 2 * 2048 * 2048 + 2 * 2048 * 512 + 3 * 2048 * 8192 + 2 * 2048
    assert last.trainable == 3 * layer
    assert last.total == last.base
    assert "embed_tokens" not in last.by_module


def test_prompts_and_modules_in_full(recipe_of: Callable[..., Recipe]) -> None:
    prefix = count(recipe_of("Llama-3.2-1B", method="p_tuning_v2", virtual_tokens=7))
    # Keys and values of 512 in each of 16 layers.
    assert prefix.by_module == {"prompt": 7 * 16 * 2 * 512}
    head = count(recipe_of("SmolLM2-135M-Instruct", modules_to_save=("lm_head",)))
    assert head.by_module["lm_head"] == 28_311_552  # although it is tied


def test_4bit_has_the_true_count_and_the_packed_one(
    recipe_of: Callable[..., Recipe],
) -> None:
    packed = count(recipe_of("SmolLM2-135M-Instruct", "4bit", rank=8))
    plain = count(recipe_of("SmolLM2-135M-Instruct", rank=8))
    # What summing the sizes gave when Unsloth had loaded the starter in 4 bits.
    assert (packed.packed, plain.packed) == (81_430_848, None)
    assert (packed.trainable, packed.total) == (plain.trainable, plain.total)


def test_what_changes_no_count(recipe_of: Callable[..., Recipe]) -> None:
    plain = recipe_of("Llama-3.2-1B")
    for start in ("gaussian", "pissa", "olora", "eva", "loftq"):
        odd = {"alpha": 3, "dropout": 0.5, "use_rslora": True, "lora_plus_ratio": 16.0}
        assert count(recipe_of("Llama-3.2-1B", start=start, **odd)) == count(plain)
    text = {"prompt_start": "text", "prompt_text": "Name the person."}
    prompts = [
        count(recipe_of("Llama-3.2-1B", method="prompt_tuning", **more))
        for more in ({}, text)
    ]
    assert prompts[0] == prompts[1]
    # The answers before leave no adapter on the base that later ones start from.
    assert parameters_of_base(plain) == count(plain).base == 1_235_814_400


def test_model_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(PlannerError, match="is a vit model, which does not write text"):
        count(Recipe(model=Model(name=str(tmp_path))))


def test_count_through_the_helper_is_the_same(
    recipe_of: Callable[..., Recipe], helper
) -> None:
    recipe = recipe_of("SmolLM2-135M-Instruct")
    assert helper.ask(count, recipe) == count(recipe)
