"""A recipe's adapter as PEFT's configuration: its own options, on the right modules."""

import dataclasses
import re
from typing import Any

import pytest

from webui.counts.parameters.attach import adapter_config
from webui.counts.parameters.meta import linear_layers, shape_of_model
from webui.notebook.cells import SWEEP
from webui.notebook.literal import Code
from webui.notebook.peft_config import ATTENTION, CONFIGS, MLP, peft_config
from webui.notebook.render import render_cells
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.paths import FIELDS
from webui.recipe.sections import Adapter, Model
from webui.recipe.sections.adapter import ALL_LINEAR, TARGETED

WHOLE = ("full", "freeze")
# Every method with what its options differ by.
VARIANTS: dict[str, dict[str, Any]] = {
    **{method: {"method": method} for method in CONFIGS},
    **{
        f"{method}, some layers": {"method": method, "layers": "0, 2"}
        for method in TARGETED
    },
    **{
        f"{method}, modules in full": {
            "method": method,
            "modules_to_save": ("lm_head",),
        }
        for method in TARGETED
    },
    **{f"start {start}": {"start": start} for start in FIELDS["adapter.start"].choices},
    "DoRA": {"use_dora": True},
    "text": {"method": "prompt_tuning", "prompt_start": "text", "prompt_text": "Say."},
    "prefix alone": {"method": "prefix_tuning", "prefix_projection": False},
    "LSTM": {"method": "p_tuning", "encoder": "lstm"},
}


def config_of(recipe: Recipe, **more: Any) -> Any:
    found = peft_config(recipe, **more)
    assert found is not None
    return found


def test_every_method_has_a_configuration_but_those_without_an_adapter() -> None:
    assert {*CONFIGS, *WHOLE} == {*FIELDS["adapter.method"].choices}
    for method in WHOLE:
        assert peft_config(Recipe(adapter=Adapter(method=method))) is None


@pytest.mark.train
@pytest.mark.parametrize("adapter", VARIANTS.values(), ids=VARIANTS)
def test_every_option_is_a_field_of_peft_s_own(adapter: dict[str, Any]) -> None:
    import peft

    config = config_of(Recipe(adapter=Adapter(**adapter)))
    known = {field.name for field in dataclasses.fields(getattr(peft, config.name))}
    assert {*config.options} <= known
    assert config.options["task_type"] == "CAUSAL_LM"


@pytest.mark.train
@pytest.mark.parametrize("adapter", VARIANTS.values(), ids=VARIANTS)
def test_peft_takes_the_options_and_keeps_their_values(adapter: dict[str, Any]) -> None:
    import peft

    options = config_of(Recipe(adapter=Adapter(**adapter))).options
    plain = {k: v for k, v in options.items() if not isinstance(v, Code)}
    if "tokenizer_name_or_path" in options:
        plain["tokenizer_name_or_path"] = "any"
    made = getattr(peft, config_of(Recipe(adapter=Adapter(**adapter))).name)(**plain)
    for name, value in plain.items():
        kept = getattr(made, name)
        assert (sorted(kept) if isinstance(kept, set) else kept) == (
            sorted(value) if isinstance(kept, set) else value
        ), name


@pytest.mark.parametrize(
    ("adapter", "options"),
    [
        (
            {"rank": 4, "alpha": 9, "dropout": 0.1, "use_rslora": True},
            {"r": 4, "lora_alpha": 9, "lora_dropout": 0.1, "use_rslora": True},
        ),
        ({"use_dora": True}, {"use_dora": True}),
        ({"start": "pissa"}, {"init_lora_weights": "pissa_niter_16"}),
        ({"start": "olora"}, {"init_lora_weights": "olora"}),
        ({"start": "gaussian"}, {"init_lora_weights": "gaussian"}),
        (
            {"method": "adalora", "rank": 4, "initial_rank": 6, "alpha": 9},
            {"target_r": 4, "init_r": 6, "lora_alpha": 9, "lora_dropout": 0.0},
        ),
        (
            {"method": "vera", "rank": 64, "dropout": 0.2},
            {"r": 64, "vera_dropout": 0.2, "projection_prng_key": 3407},
        ),
        (
            {"method": "loha", "rank": 4, "alpha": 9, "dropout": 0.1},
            {"r": 4, "alpha": 9, "module_dropout": 0.1},
        ),
        (
            {"method": "lokr", "rank": 4, "alpha": 9, "dropout": 0.1},
            {"r": 4, "alpha": 9, "module_dropout": 0.1},
        ),
        (
            {"method": "oft", "block_size": 16, "dropout": 0.1},
            {"oft_block_size": 16, "module_dropout": 0.1},
        ),
        (
            {"method": "prefix_tuning", "virtual_tokens": 7, "encoder_hidden_size": 9},
            {
                "num_virtual_tokens": 7,
                "prefix_projection": True,
                "encoder_hidden_size": 9,
            },
        ),
        (
            {"method": "p_tuning", "encoder": "lstm", "encoder_hidden_size": 9},
            {
                "num_virtual_tokens": 20,
                "encoder_reparameterization_type": "LSTM",
                "encoder_hidden_size": 9,
            },
        ),
        (
            {"method": "prompt_tuning", "prompt_start": "text", "prompt_text": "Say."},
            {
                "num_virtual_tokens": 20,
                "prompt_tuning_init": "TEXT",
                "prompt_tuning_init_text": "Say.",
                "tokenizer_name_or_path": "tokenizer.name_or_path",
            },
        ),
    ],
    ids=str,
)
def test_fields_become_options(
    adapter: dict[str, Any], options: dict[str, Any]
) -> None:
    found = config_of(Recipe(adapter=Adapter(**adapter))).options
    assert found.items() >= options.items()


def test_what_is_off_is_not_written_down() -> None:
    plain = config_of(Recipe()).options
    assert not {"use_dora", "init_lora_weights", "layers_to_transform"} & {*plain}
    assert "modules_to_save" not in plain
    # LoftQ's start replaces the zero one once the adapter is there.
    loftq = config_of(Recipe(adapter=Adapter(start="loftq"))).options
    assert "init_lora_weights" not in loftq
    deep = config_of(Recipe(adapter=Adapter(method="p_tuning_v2"))).options
    assert {*deep} == {"num_virtual_tokens", "task_type"}
    alone = Adapter(method="prefix_tuning", prefix_projection=False)
    assert {*config_of(Recipe(adapter=alone)).options} == {*deep}


@pytest.mark.parametrize("method", sorted(CONFIGS.keys() - {*TARGETED}))
def test_a_method_without_targets_leaves_them_alone(method: str) -> None:
    left_over = Adapter(method=method, layers="last 4", modules_to_save=("lm_head",))
    options = config_of(Recipe(adapter=left_over)).options
    assert not {"target_modules", "layers_to_transform", "modules_to_save"} & {*options}


def test_layers_are_numbers_or_asked_of_the_model() -> None:
    numbered = Recipe(adapter=Adapter(layers="0-2, 8"))
    for depth in (None, 12):
        options = config_of(numbered, depth=depth).options
        assert options["layers_to_transform"] == [0, 1, 2, 8]
    last = Recipe(adapter=Adapter(layers="last 4"))
    known = config_of(last, depth=12).options["layers_to_transform"]
    assert known == [8, 9, 10, 11]
    asked = config_of(last).options["layers_to_transform"]
    assert isinstance(asked, Code)

    class Config:
        num_hidden_layers = 12

    class Loaded:
        config = Config()

    assert eval(asked, {"model": Loaded(), "list": list, "range": range}) == known


# ---- attention and MLP, in ten families

FAMILIES: dict[str, tuple[str, set[str], set[str]]] = {
    "llama": ("unsloth/Llama-3.2-1B", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "mistral": ("mistralai/Mistral-7B-v0.3", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "qwen2": ("Qwen/Qwen2.5-0.5B", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "qwen3": ("Qwen/Qwen3-0.6B", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "gemma2": ("google/gemma-2-2b", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "gemma3": ("google/gemma-3-270m", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "olmo2": ("allenai/OLMo-2-0425-1B", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "granite": (
        "ibm-granite/granite-3.1-2b-instruct",
        {*ALL_LINEAR[:4]},
        {*ALL_LINEAR[4:]},
    ),
    "glm": (
        "zai-org/glm-4-9b-hf",
        {*ALL_LINEAR[:4]},
        {"gate_up_proj", "down_proj"},
    ),
    "phi": (
        "microsoft/phi-2",
        {"q_proj", "k_proj", "v_proj", "dense"},
        {"fc1", "fc2"},
    ),
    "phi3": (
        "microsoft/Phi-3-mini-4k-instruct",
        {"qkv_proj", "o_proj"},
        {"gate_up_proj", "down_proj"},
    ),
    "gpt2": ("openai-community/gpt2", {"c_attn", "c_proj"}, {"c_fc", "c_proj"}),
    "opt": (
        "facebook/opt-125m",
        {"q_proj", "k_proj", "v_proj", "out_proj"},
        {"fc1", "fc2"},
    ),
    "gpt_neox": (
        "EleutherAI/pythia-160m",
        {"query_key_value", "dense"},
        {"dense_h_to_4h", "dense_4h_to_h"},
    ),
    "bloom": (
        "bigscience/bloom-560m",
        {"query_key_value", "dense"},
        {"dense_h_to_4h", "dense_4h_to_h"},
    ),
    "falcon": (
        "tiiuae/falcon-7b",
        {"query_key_value", "dense"},
        {"dense_h_to_4h", "dense_4h_to_h"},
    ),
    "starcoder2": (
        "bigcode/starcoder2-3b",
        {*ALL_LINEAR[:4]},
        {"c_fc", "c_proj"},
    ),
    "stablelm": (
        "stabilityai/stablelm-2-1_6b",
        {*ALL_LINEAR[:4]},
        {*ALL_LINEAR[4:]},
    ),
    "smollm3": ("HuggingFaceTB/SmolLM3-3B", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
    "yuan": ("Yuan2-2B", {*ALL_LINEAR[:4]}, {*ALL_LINEAR[4:]}),
}


@pytest.mark.train
@pytest.mark.parametrize(("name", "attention", "mlp"), FAMILIES.values(), ids=FAMILIES)
def test_attention_and_mlp_are_found_and_split_the_linear_layers(
    name: str, attention: set[str], mlp: set[str]
) -> None:
    base = shape_of_model(Recipe(model=Model(name=name)))
    linear = {*linear_layers(base.model)}
    found = {}
    for part, pattern in (("attention", ATTENTION), ("mlp", MLP)):
        matching = {
            module
            for module, _ in base.model.named_modules()
            if re.fullmatch(pattern, module)
        }
        assert matching <= linear, f"no place for an adapter: {matching - linear}"
        found[part] = matching
    assert {module.rpartition(".")[2] for module in found["attention"]} == attention
    assert {module.rpartition(".")[2] for module in found["mlp"]} == mlp
    assert not found["attention"] & found["mlp"]
    assert found["attention"] | found["mlp"] == linear


@pytest.mark.train
def test_layers_choose_the_same_in_every_method() -> None:
    for method in TARGETED:
        adapter = Adapter(method=method, layers="last 2")
        recipe = Recipe(model=Model(name="unsloth/Llama-3.2-1B"), adapter=adapter)
        config = adapter_config(recipe, shape_of_model(recipe))
        assert config.layers_to_transform == [14, 15]


# ---- sweeps


def test_a_swept_field_stays_code() -> None:
    space: dict[str, list[Any]] = {
        "adapter.rank": [4, 8],
        "adapter.use_dora": [False, True],
        "adapter.dropout": [0.0, 0.1],
    }
    cells = render_cells(check({"sweep": {"space": space}}), SWEEP.cells)
    sweep = next(cell.code for cell in cells if cell.name == "sweep")
    assert 'r=chosen["adapter.rank"]' in sweep
    assert 'use_dora=chosen["adapter.use_dora"]' in sweep
    assert 'lora_dropout=chosen["adapter.dropout"]' in sweep
    assert "lora_alpha=16" in sweep


@pytest.mark.parametrize(
    ("method", "field", "option", "values"),
    [
        ("adalora", "rank", "target_r", [4, 8]),
        ("adalora", "initial_rank", "init_r", [24, 32]),
        ("vera", "rank", "r", [64, 128]),
        ("lokr", "alpha", "alpha", [8, 16]),
        ("oft", "block_size", "oft_block_size", [16, 32]),
        ("prompt_tuning", "virtual_tokens", "num_virtual_tokens", [5, 10]),
        ("p_tuning", "encoder_hidden_size", "encoder_hidden_size", [64, 128]),
        ("prefix_tuning", "prefix_projection", "prefix_projection", [True, False]),
    ],
)
def test_each_method_reads_what_was_chosen(
    method: str, field: str, option: str, values: list[Any]
) -> None:
    path = f"adapter.{field}"
    recipe = check({"adapter": {"method": method}, "sweep": {"space": {path: values}}})
    cells = render_cells(recipe, SWEEP.cells)
    sweep = next(cell.code for cell in cells if cell.name == "sweep")
    assert f'{option}=chosen["{path}"]' in sweep
