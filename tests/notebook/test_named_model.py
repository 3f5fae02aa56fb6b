"""The named model is loaded, by Unsloth's own word; a copy is said and planned."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS
from webui.counts.memory.estimate import estimate
from webui.counts.memory.fit import fit
from webui.counts.parameters.count import count
from webui.models.catalogue.catalogue import shapes
from webui.models.source import source_of
from webui.notebook.cells import KINDS
from webui.notebook.render import CELLS, template_context
from webui.notebook.rows import expected
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.combinations import device_rules
from webui.recipe.problems import RecipeError

PRECISIONS = ("16bit", "fp32", "bf16", "fp16", "8bit", "4bit")
PACKED = "unsloth/gpt-oss-20b-unsloth-bnb-4bit"


def recipe_of(name: str, precision: str = "4bit", **model: Any) -> Recipe:
    """A recipe for a model of the hub, on modules that each of those below has."""
    adapter = {"target_modules": ("q_proj", "v_proj")}
    named = {"name": name, "precision": precision}
    return check({"model": named | model, "adapter": adapter})


def cell(recipe: Recipe) -> str:
    """The call that loads the model, as the recipe's cell has it."""
    rows = expected(recipe)
    context = template_context(recipe, rows) | KINDS["model"].context(recipe, rows)
    context |= {"rows": rows, "alone": True, "chat_template": "x"}
    code = CELLS.get_template("model.py.jinja").render(context)
    return code.partition("\ntokenizer.chat_template")[0]


@pytest.mark.train
def test_unsloth_loads_what_the_plan_describes() -> None:
    names = [name for entry in shapes() for name in entry.names if "/" in name]
    shouted = [name.upper() for name in names[:3]]
    packed = ["unsloth/Llama-3.2-1B-bnb-4bit", "unsloth/phi-4-unsloth-bnb-4bit", PACKED]
    odd = ["unsloth/gpt-oss-20b-BF16", "OpenAI/GPT-OSS-20B"]
    recipes = [recipe_of(n, p) for n in [*names, *shouted, *odd] for p in PRECISIONS]
    recipes += [recipe_of(name) for name in packed]
    whole = {"model": {"name": names[0]}, "adapter": {"method": "full"}}
    recipes.append(check(whole))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("resolved.py"))],
        input=json.dumps([cell(recipe) for recipe in recipes]),
        env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.rpartition("RESULT ")[2])
    wrong = [
        (recipe.model.name, recipe.model.precision, name)
        for recipe, name in zip(recipes, found, strict=True)
        if name != source_of(recipe.model).path
    ]
    assert not wrong, wrong[:5]


def test_only_gpt_oss_has_a_copy_and_the_cell_says_so() -> None:
    said = cell(recipe_of("openai/gpt-oss-20b"))
    assert f'model_name="{PACKED}"' in said.replace("'", '"')
    assert "# holds the experts" in said
    for name in ("meta-llama/Llama-3.2-1B", "microsoft/Phi-3-mini-4k-instruct"):
        assert source_of(recipe_of(name).model).path == name
        assert "use_exact_model_name=True" in cell(recipe_of(name))
    assert "use_exact_model_name" not in cell(check({}))


def test_16_bits_of_a_name_that_says_so_are_packed_all_the_same() -> None:
    assert "BitsAndBytesConfig" in cell(recipe_of("unsloth/gemma-2-2b-BF16"))


@pytest.mark.parametrize(
    ("model", "field", "told"),
    [
        (
            {"name": "openai/gpt-oss-20b", "precision": "4bit", "revision": "main"},
            "model.revision",
            f"in 4 bits its copy {PACKED} is loaded",
        ),
        (
            {"name": "unsloth/Llama-3.2-1B-BNB-4bit", "precision": "16bit"},
            "model.precision",
            "packed in 4 bits; use 4bit, or name unsloth/Llama-3.2-1B.",
        ),
        (
            {"name": PACKED, "precision": "4bit", "quant_type": "fp4"},
            "model.quant_type",
            "comes too late",
        ),
    ],
)
def test_what_packed_weights_cannot_be(model: Any, field: str, told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        check({"model": model})
    (problem,) = caught.value.problems
    assert problem.path == field and told in problem.message.en
    assert problem.message.zh != problem.message.en


def test_a_cpu_cannot_load_the_packed_experts() -> None:
    for name in ("unsloth/gpt-oss-120b", PACKED):
        rules = [*device_rules(recipe_of(name), "", has_bf16=True, has_gpu=False)]
        assert [path for path, _ in rules] == ["model.precision"]
    assert not [*device_rules(recipe_of(PACKED), "", has_bf16=True, has_gpu=True)]


@pytest.mark.train
def test_the_copy_is_planned_with_its_real_size() -> None:
    gigabytes = {}
    for name in ("openai/gpt-oss-20b", PACKED):
        recipe = recipe_of(name)
        gigabytes[name] = estimate(recipe, CARDS["t4"]).weights / 1e9
        assert count(recipe).packed == 20_914_757_184 - 24 * 32 * 3 * 2880**2 // 2
    # 19.1e9 numbers of the experts in 4 bits with their scales, 1.8e9 in 16 bits.
    assert gigabytes["openai/gpt-oss-20b"] == gigabytes[PACKED]
    assert gigabytes[PACKED] == pytest.approx(13.5, abs=0.3)


@pytest.mark.train
@pytest.mark.parametrize("name", ["openai/gpt-oss-20b", "unsloth/Llama-3.2-1B"])
def test_advice_is_never_a_model_as_large(name: str) -> None:
    recipe = recipe_of(name, max_seq_length=131072)
    advised = fit(recipe, CARDS["t4"]).remedies.model
    if advised:
        own = count(recipe).base
        assert count(recipe_of(advised)).base < own
