"""Rows in one packed sequence have the logits that each has alone, in every family that
is let through; those that leak are refused, and do leak."""

from types import SimpleNamespace
from typing import Any

import pytest

from webui.counts.packing import KEEPS_APART, NOT_ON_GPU, why_rows_leak

SMALL = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "sliding_window": 6,  # shorter than a row
}
GPT = {"vocab_size": 64, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}
EXPERTS = {
    "num_local_experts": 4,
    "num_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 32,
}
LOCAL = {"num_layers": 4, "num_heads": 4, "window_size": 6}
ITS_OWN: dict[str, dict[str, Any]] = {
    "gpt2": GPT,
    "gpt_bigcode": GPT,
    "gptj": GPT | {"rotary_dim": 4},
    "codegen": GPT | {"rotary_dim": 4},
    "gpt_neo": SMALL | LOCAL | {"attention_types": [[["global", "local"], 2]]},
    "opt": SMALL | {"word_embed_proj_dim": 32, "ffn_dim": 64},
    "bloom": {"vocab_size": 64, "hidden_size": 32, "n_layer": 2, "n_head": 4},
    "mpt": {"vocab_size": 64, "d_model": 32, "n_layers": 2, "n_heads": 4},
    "lfm2": SMALL | {"layer_types": ["conv", "conv", "full_attention", "conv"]},
    **{
        name: SMALL | EXPERTS
        for name in KEEPS_APART
        if "moe" in name or name == "mixtral"
    },
}
LEAKS = ("opt", "bloom", "mpt", "lfm2", "mamba", "qwen3_5_text", "xglm", "biogpt")
ROWS = [[5, 6, 7, 8, 9, 10, 11, 12], [20, 21, 22], [30, 31, 32, 33, 34, 35, 36], [5, 6]]


def config_of(family: str) -> Any:
    """A tiny model's configuration."""
    from transformers import AutoConfig

    return AutoConfig.for_model(family, **ITS_OWN.get(family, SMALL))


def leak(family: str) -> float:
    """How far a row's logits in the pack lie from those that it has alone."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config_of(family)).eval().float()
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.25)
    places = [place for row in ROWS for place in range(len(row))]
    ids, apart = torch.tensor([sum(ROWS, [])]), torch.tensor([places])
    with torch.no_grad():
        packed = model(input_ids=ids, position_ids=apart, use_cache=False).logits[0]
        alone = [model(input_ids=torch.tensor([r]), use_cache=False) for r in ROWS]
    single = torch.cat([each.logits[0] for each in alone])
    return float((packed - single).abs().max())


@pytest.mark.parametrize("family", sorted(KEEPS_APART))
def test_rows_do_not_see_each_other(family: str) -> None:
    assert leak(family) < 1e-3
    assert why_rows_leak(config_of(family), on_gpu=False) is None


@pytest.mark.parametrize("family", LEAKS)
def test_a_family_that_leaks_is_refused(family: str) -> None:
    assert leak(family) > 0.1
    problem = why_rows_leak(config_of(family), on_gpu=False)
    assert problem and problem.en.startswith("cannot pack rows for this model: ")
    assert problem.zh.startswith("该模型不能打包数据：")


def test_layers_that_carry_a_state_are_told_as_such() -> None:
    problem = why_rows_leak(config_of("lfm2"), on_gpu=False)
    assert problem and "carry a state from token to token" in problem.en


@pytest.mark.parametrize("family", NOT_ON_GPU)
def test_what_unsloth_takes_back_on_a_gpu_is_refused_there(family: str) -> None:
    config = config_of(family)
    assert why_rows_leak(config, on_gpu=False) is None
    assert "on a GPU" in str(why_rows_leak(config, on_gpu=True))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("bloom", "ALiBi"),
        ("opt", "counts positions itself"),
        ("vit", "nobody has seen"),
    ],
)
def test_the_reason_is_the_family_s_own(kind: str, reason: str) -> None:
    problem = why_rows_leak(SimpleNamespace(model_type=kind), on_gpu=False)
    assert problem and reason in problem.en
