"""Tiny models with random weights of the families that Transformers has.

Each has a few blocks of a few units, a vocabulary of so many of the starter's words
with room for a template's marks, and its family's own chat template.
"""

from pathlib import Path
from typing import Any

from small_starter import WORDS

SMALL: dict[str, Any] = {
    "vocab_size": WORDS + 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 0,  # as the tokenizer has it
    "pad_token_id": 0,
}
EXPERTS: dict[str, Any] = {
    "num_experts": 4,
    "num_local_experts": 4,
    "n_routed_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 24,
}
SLIDING = {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 32}
LINEAR = {
    "layer_types": ["linear_attention", "full_attention"],
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
}
LATENT = EXPERTS | {
    "num_key_value_heads": 4,
    "kv_lora_rank": 8,
    "qk_nope_head_dim": 8,
    "qk_rope_head_dim": 8,
    "v_head_dim": 8,
    "n_shared_experts": 1,
    "first_k_dense_replace": 1,
    "n_group": 1,
    "topk_group": 1,
}
STATES = {"mamba_n_heads": 8, "mamba_d_head": 8, "mamba_d_state": 8}
# What a family's configuration is given beyond that, by its name in Transformers. Each
# group is tried in one process.
GROUPS: dict[str, dict[str, dict[str, Any]]] = {
    "like Llama": {
        "llama": {},
        "mistral": {},
        "ministral": SLIDING,
        "qwen2": {},
        "qwen3": {},
        "gemma2": {"query_pre_attn_scalar": 8, "sliding_window": 32},
        "gemma3_text": {"query_pre_attn_scalar": 8, "sliding_window": 32},
        "olmo2": {},
        "granite": {},
        "cohere": {},
        "smollm3": {},
        "ernie4_5": {},
    },
    "older and fused": {
        "gpt2": {},
        "gpt_neox": {},
        "gpt_neo": {"attention_types": [[["global", "local"], 1]], "window_size": 32},
        "gptj": {"rotary_dim": 4},
        "gpt_bigcode": {},
        "bloom": {},
        "falcon": {},
        "mpt": {"d_model": 32, "n_heads": 4, "n_layers": 2},
        "opt": {"ffn_dim": 48, "word_embed_proj_dim": 16},
        "phi": {},
        "phi3": {},
        "stablelm": {},
        "starcoder2": {},
        "nemotron": {},
        "glm4": {},
    },
    "mixtures": {
        "mixtral": EXPERTS,
        "qwen2_moe": EXPERTS | {"shared_expert_intermediate_size": 24},
        "qwen3_moe": EXPERTS,
        "olmoe": EXPERTS,
        "phimoe": EXPERTS,
        "gpt_oss": EXPERTS | SLIDING,
        "granitemoe": EXPERTS,
        "deepseek_v2": LATENT | {"q_lora_rank": None, "topk_method": "greedy"},
        "deepseek_v3": LATENT | {"q_lora_rank": 8},
    },
    "other blocks": {
        "lfm2": {"layer_types": ["conv", "full_attention"], "block_ff_dim": 48},
        "qwen3_5_text": LINEAR,
        "qwen3_next": EXPERTS | LINEAR | {"shared_expert_intermediate_size": 24},
        "recurrent_gemma": {
            "block_types": ["recurrent", "attention"],
            "lru_width": 32,
        },
        "falcon_h1": {"mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8},
        "granitemoehybrid": EXPERTS | STATES | {"layer_types": ["mamba", "attention"]},
        "mamba": {"state_size": 8, "time_step_rank": 4},
        "mamba2": {"num_heads": 8, "state_size": 8, "chunk_size": 16, "n_groups": 1},
    },
}
FAMILIES = {name: more for group in GROUPS.values() for name, more in group.items()}


def config_of(family: str) -> Any:
    """The configuration of a tiny model of this family."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    options = SMALL | FAMILIES[family]
    if family == "falcon":
        del options["head_dim"]  # its own sum of two others
    return CONFIG_MAPPING[family](**options)


def write_model(family: str, folder: Path, words: Path) -> None:
    """Write a tiny model of this family; the same family is the same every time.

    Its tokenizer is the one in the folder ``words``, with the family's template.
    """
    import torch
    from their_templates import write_tokenizer
    from transformers import AutoModelForCausalLM

    folder.mkdir(parents=True)
    write_tokenizer(family, words, folder)
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(config_of(family)).save_pretrained(folder)
