"""Counts by formulas written out here, for models and methods beyond the golden table.

The shapes are those of the models' published configurations, and the formulas those of
the methods' papers; neither asks PEFT or the planner. LoRA: two matrices of a module's
width by its rank. DoRA: a length for each output as well. The other formulas stand
beside their rows.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from webui import cli
from webui.counts.parameters.count import count
from webui.planner import process
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

pytestmark = pytest.mark.train


def lora(layers: int, rank: int, *shapes: tuple[int, int]) -> int:
    """Of modules with these inputs and outputs in each layer."""
    return layers * sum(rank * (inputs + outputs) for inputs, outputs in shapes)


def linear(inputs: int, outputs: int) -> int:
    """A linear layer with its bias."""
    return inputs * outputs + outputs


def lstm(inputs: int, hidden: int) -> int:
    """One layer of an LSTM that runs both ways: four gates, each with two biases."""
    return 2 * 4 * (hidden * inputs + hidden * hidden + 2 * hidden)


QV = {"target_modules": ("q_proj", "v_proj")}
PREFIX = {"method": "prefix_tuning", "prefix_projection": False}

# Model, adapter, what learns, and by how much more than that the total grows: by the
# frozen part of an adapter, and not at all where the base itself learns.
ROWS: dict[str, tuple[str, dict[str, Any], int, int]] = {
    "LoRA, grouped queries": (
        "Qwen/Qwen2.5-1.5B",  # 28 layers, 12 heads and 2 for values, of 128
        {"rank": 8} | QV,
        lora(28, 8, (1536, 12 * 128), (1536, 2 * 128)),
        0,
    ),
    "LoRA, heads wider than the model": (
        "google/gemma-2-2b",  # 26 layers, 8 heads and 4 for values, of 256
        {"rank": 16, "targets": "all-linear"},
        lora(
            26,
            16,
            (2304, 2048),
            (2304, 1024),
            (2304, 1024),
            (2048, 2304),
            (2304, 9216),
            (2304, 9216),
            (9216, 2304),
        ),
        0,
    ),
    "DoRA, joined projections": (
        "microsoft/Phi-3-mini-4k-instruct",
        {
            "rank": 8,
            "use_dora": True,
            "target_modules": ("qkv_proj", "o_proj", "gate_up_proj", "down_proj"),
        },
        lora(32, 8, (3072, 9216), (3072, 3072), (3072, 16384), (8192, 3072))
        + 32 * (9216 + 3072 + 16384 + 3072),
        0,
    ),
    "LoRA, Conv1D": (
        "openai-community/gpt2",
        {"rank": 8, "target_modules": ("c_attn",)},
        294_912,  # as in PEFT's own examples: 12 x 8 x (768 + 3 x 768)
        0,
    ),
    "LoRA, query, key and value in one": (
        "EleutherAI/gpt-neox-20b",
        {"rank": 16, "target_modules": ("query_key_value",)},
        lora(44, 16, (6144, 3 * 6144)),
        0,
    ),
    "LoRA and the head in full": (
        "Qwen/Qwen3-8B",
        {"rank": 4, "modules_to_save": ("lm_head",)} | QV,
        lora(36, 4, (4096, 4096), (4096, 1024)) + 151936 * 4096,
        0,
    ),
    "LoRA, some layers": (
        "mistralai/Mistral-7B-v0.3",
        {"rank": 64, "layers": "0-2, 31"} | QV,
        lora(4, 64, (4096, 4096), (4096, 1024)),
        0,
    ),
    "AdaLoRA": (
        "facebook/opt-1.3b",
        {"method": "adalora", "initial_rank": 12, "rank": 8} | QV,
        # Singular values beside the two matrices, and a frozen counter for each module.
        24 * 2 * (12 * (2048 + 2048) + 12),
        24 * 2,
    ),
    "IA3": (
        "meta-llama/Llama-3.1-70B",
        {"method": "ia3"},
        # A factor for each key, value, and input of the MLP's last layer.
        80 * (1024 + 1024 + 28672),
        0,
    ),
    "VeRA": (
        "Qwen/Qwen3-8B",
        {"method": "vera", "rank": 256} | QV,
        # A factor for each rank and each output; the matrices are fixed and shared.
        36 * (256 + 4096 + 256 + 1024),
        0,
    ),
    "LoHa": (
        "bigscience/bloom-560m",
        {"method": "loha", "rank": 4, "target_modules": ("query_key_value",)},
        2 * lora(24, 4, (1024, 3 * 1024)),  # the product of two
        0,
    ),
    "LoKr": (
        "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
        {"method": "lokr", "rank": 8, "target_modules": ("q_proj",)},
        # 2048 = 32 x 64: a matrix of 32 x 32, and one of 64 x 64 by its rank.
        22 * (32 * 32 + 8 * (64 + 64)),
        0,
    ),
    "OFT": (
        "meta-llama/Meta-Llama-3-8B",
        {"method": "oft", "block_size": 32} | QV,
        # Each block of inputs is turned: one angle for each pair of 32.
        32 * 2 * (4096 // 32) * (32 * 31 // 2),
        0,
    ),
    "layer norms": (
        "TinyLlama/TinyLlama-1.1B-Chat-v1.0",
        {"method": "ln_tuning"},
        (22 * 2 + 1) * 2048,
        0,
    ),
    "prompt": (
        "tiiuae/falcon-7b",
        {"method": "prompt_tuning", "virtual_tokens": 16},
        16 * 4544,
        0,
    ),
    "prefix, grouped queries": (
        "mistralai/Mistral-7B-v0.1",
        {"virtual_tokens": 30} | PREFIX,
        30 * 32 * 2 * (8 * 128),  # a key and a value in each layer
        0,
    ),
    "prefix through an MLP": (
        "meta-llama/Llama-2-13b-hf",
        {"method": "prefix_tuning", "virtual_tokens": 20, "encoder_hidden_size": 128},
        20 * 5120 + linear(5120, 128) + linear(128, 40 * 2 * 5120),
        0,
    ),
    "p-tuning v2": (
        "Qwen/Qwen2-0.5B",
        {"method": "p_tuning_v2", "virtual_tokens": 100},
        100 * 24 * 2 * (2 * 64),
        0,
    ),
    "p-tuning, MLP": (
        "EleutherAI/pythia-410m",
        {"method": "p_tuning", "virtual_tokens": 20, "encoder_hidden_size": 128},
        20 * 1024 + linear(1024, 128) + linear(128, 128) + linear(128, 1024),
        0,
    ),
    "p-tuning, LSTM": (
        "EleutherAI/pythia-1.4b",
        {
            "method": "p_tuning",
            "encoder": "lstm",
            "virtual_tokens": 10,
            "encoder_hidden_size": 64,
        },
        10 * 2048
        + lstm(2048, 64)
        + lstm(2 * 64, 64)
        + linear(2 * 64, 2 * 64)
        + linear(2 * 64, 2048),
        0,
    ),
    "the last layers": (
        "google/gemma-3-270m",  # 4 heads and 1 for values, of 256
        {"method": "freeze", "last_layers": 3},
        # Two matrices for queries and outputs, keys and values, the MLP, four norms of
        # the model's width and two of the heads'.
        3 * (2 * 640 * 1024 + 2 * 640 * 256 + 3 * 640 * 2048 + 4 * 640 + 2 * 256),
        -3 * (2 * 640 * 1024 + 2 * 640 * 256 + 3 * 640 * 2048 + 4 * 640 + 2 * 256),
    ),
}
# Published totals, tied weights once.
BASES = {
    "Qwen/Qwen2.5-1.5B": 1_543_714_304,
    "google/gemma-2-2b": 2_614_341_888,
    "microsoft/Phi-3-mini-4k-instruct": 3_821_079_552,
    "openai-community/gpt2": 124_439_808,
    "EleutherAI/gpt-neox-20b": 20_554_567_680,
    "Qwen/Qwen3-8B": 8_190_735_360,
    "mistralai/Mistral-7B-v0.3": 7_248_023_552,
    "facebook/opt-1.3b": 1_315_758_080,
    "meta-llama/Llama-3.1-70B": 70_553_706_496,
    "bigscience/bloom-560m": 559_214_592,
    "TinyLlama/TinyLlama-1.1B-Chat-v1.0": 1_100_048_384,
    "meta-llama/Meta-Llama-3-8B": 8_030_261_248,
    "tiiuae/falcon-7b": 6_921_720_704,
    "mistralai/Mistral-7B-v0.1": 7_241_732_096,
    "meta-llama/Llama-2-13b-hf": 13_015_864_320,
    "Qwen/Qwen2-0.5B": 494_032_768,
    "EleutherAI/pythia-410m": 405_334_016,
    "EleutherAI/pythia-1.4b": 1_414_647_808,
    "google/gemma-3-270m": 268_098_176,
}


@pytest.mark.parametrize(
    ("model", "adapter", "learning", "frozen"), ROWS.values(), ids=ROWS
)
def test_the_planner_counts_as_the_formula_does(
    model: str, adapter: dict[str, Any], learning: int, frozen: int
) -> None:
    found = count(Recipe(model=Model(name=model), adapter=Adapter(**adapter)))
    assert (found.trainable, found.base) == (learning, BASES[model])
    assert found.total == BASES[model] + learning + frozen


@pytest.fixture
def planner() -> Iterator[None]:
    process.stop()
    yield
    process.stop()


def test_the_command_says_the_same(
    planner: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for row in ("LoRA, grouped queries", "IA3"):
        model, adapter, learning, frozen = ROWS[row]
        words = ["plan", "starter-extract", "--json", "--card", "h100"]
        for name, value in {"method": "lora", **adapter}.items():
            written = value if isinstance(value, str) else json.dumps(value)
            words += ["--set", f"adapter.{name}={written}"]
        capsys.readouterr()
        cli.main([*words, "--model", model])
        told = json.loads(capsys.readouterr().out)["parameters"]
        assert (told["trainable"], told["base"]) == (learning, BASES[model])
        assert told["total"] == BASES[model] + learning + frozen
