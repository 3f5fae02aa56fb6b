"""Families beyond those that are trained whole: with nothing set by hand every weight
of the adapter learns, is found again where it was saved, and was counted."""

import sys
from pathlib import Path
from typing import Any

import pytest

from webui.counts.parameters.architecture import architecture_of
from webui.counts.parameters.count import count
from webui.counts.parameters.judge import judge
from webui.counts.parameters.meta import shape_of_model
from webui.errors import PlannerError
from webui.notebook.peft_config import peft_config
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

sys.path.append(str(Path(__file__).parents[2] / "notebook"))

from architectures import (  # noqa: E402
    EXPERTS,
    LATENT,
    LINEAR,
    SLIDING,
    SMALL,
    STATES,
)

pytestmark = pytest.mark.train

SHARED = {"n_shared_experts": 1, "first_k_dense_replace": 1}
GROUPED = EXPERTS | SHARED | {"n_group": 1, "topk_group": 1}
INDEXED = LATENT | {
    "q_lora_rank": 8,
    "index_n_heads": 2,
    "index_head_dim": 16,
    "index_topk": 16,
}
GEMMA = {"hidden_size_per_layer_input": 8, "vocab_size_per_layer_input": 64}
OLDER = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256}
OTHERS: dict[str, dict[str, Any]] = {
    "afmoe": EXPERTS | SLIDING | {"num_dense_layers": 1},
    "apertus": {},
    "arcee": {},
    "bamba": STATES | {"attn_layer_indices": [1], "mamba_chunk_size": 16},
    "bitnet": {},
    "codegen": OLDER | {"rotary_dim": 4},
    "cohere2": SLIDING,
    "deepseek_v32": INDEXED,
    "dots1": GROUPED,
    "ernie4_5_moe": EXPERTS | {"moe_num_experts": 4, "moe_layer_start_index": 1},
    "exaone4": SLIDING,
    "gemma3n_text": GEMMA
    | SLIDING
    | {"laurel_rank": 4, "altup_num_inputs": 2, "num_kv_shared_layers": 0}
    | {"intermediate_size": [48, 48], "activation_sparsity_pattern": [0.0, 0.0]},
    "glm4_moe": GROUPED,
    "glm_moe_dsa": INDEXED,
    "helium": {},
    "hunyuan_v1_dense": {},
    "laguna": EXPERTS | SLIDING | {"shared_expert_intermediate_size": 24},
    "lfm2_moe": EXPERTS
    | {"layer_types": ["conv", "full_attention"], "num_dense_layers": 1},
    "longcat_flash": LATENT
    | {"q_lora_rank": 8, "num_layers": 2, "ffn_hidden_size": 48, "moe_topk": 2}
    | {"expert_ffn_hidden_size": 24, "zero_expert_num": 1},
    "minimax": EXPERTS | {"layer_types": ["linear_attention", "full_attention"]},
    "nanochat": {},
    "olmo3": SLIDING,
    "olmo_hybrid": LINEAR,
    "persimmon": {},
    "seed_oss": {},
    "zamba2": STATES
    | {"layers_block_type": ["mamba", "hybrid"], "use_mamba_kernels": False}
    | {"n_mamba_heads": 8, "mamba_headdim": 8, "num_mem_blocks": 1, "adapter_rank": 4}
    | {"num_key_value_heads": 4, "mamba_ngroups": 1, "chunk_size": 16},
}
REFUSED = {"deepseek_v4": LATENT | {"q_lora_rank": 8}}


def recipe_of(family: str, folder: Path, **adapter: Any) -> Recipe:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    options = SMALL | {"vocab_size": 64} | (OTHERS | REFUSED).get(family, {})
    CONFIG_MAPPING[family](**options).save_pretrained(folder)
    return Recipe(model=Model(name=str(folder)), adapter=Adapter(rank=4, **adapter))


def with_adapter(recipe: Recipe) -> tuple[Any, Any]:
    """A base with storage, and the same with the recipe's adapter; none is zero."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    built = shape_of_model(recipe).model
    base = type(built)(built.config)
    for weight in base.parameters():
        if not weight.any():
            torch.nn.init.normal_(weight, std=0.1)
    config = peft_config(recipe, architecture=architecture_of(recipe))
    options = config.options | {"init_lora_weights": False} if config else {}
    return base, get_peft_model(base, LoraConfig(**options))


@pytest.mark.parametrize("family", OTHERS)
def test_all_of_an_adapter_learns_and_comes_back(family: str, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel

    recipe = recipe_of(family, tmp_path / "base")
    planned = count(recipe).trainable
    base, model = with_adapter(recipe)
    learning = {n: w for n, w in model.named_parameters() if w.requires_grad}
    assert sum(weight.numel() for weight in learning.values()) == planned
    ids = torch.randint(3, 60, (2, 24))
    model.train()(input_ids=ids, labels=ids).loss.backward()
    assert not [n for n, w in learning.items() if w.grad is None or not w.grad.any()]
    model.save_pretrained(tmp_path / "adapter")
    trained = {name: weight.detach().clone() for name, weight in learning.items()}
    again = PeftModel.from_pretrained(model.unload(), tmp_path / "adapter")
    loaded = dict(again.named_parameters())
    assert not [n for n, w in trained.items() if not torch.equal(loaded[n], w)]


@pytest.mark.parametrize(
    ("family", "name", "why"),
    [
        ("deepseek_v32", "wq_b", "in which an adapter would not learn"),
        ("deepseek_v4", "o_a_proj", "in which an adapter would not learn"),
        (
            "gemma3n_text",
            "altup.correction_coefs",
            "in which an adapter would not learn",
        ),
        ("laguna", "shared_experts.up_proj", "would not find again in what it saved"),
    ],
)
def test_names_that_would_be_taught_in_vain_are_refused(
    family: str, name: str, why: str, tmp_path: Path
) -> None:
    recipe = recipe_of(family, tmp_path, target_modules=(name,))
    told = [p for p in judge(recipe).problems if p.path == "adapter.target_modules"]
    assert told and name.rpartition(".")[2] in told[0].message.en
    assert why in told[0].message.en and told[0].message.en != told[0].message.zh


def test_a_pattern_that_would_teach_in_vain_is_refused(tmp_path: Path) -> None:
    recipe = recipe_of("deepseek_v4", tmp_path, targets="attention")
    [told] = judge(recipe).problems
    assert (
        told.path == "adapter.targets" and "has o_a_proj, in which" in told.message.en
    )


@pytest.mark.parametrize("method", ["prefix_tuning", "p_tuning_v2"])
@pytest.mark.parametrize("family", ["bamba", "lfm2_moe", "deepseek_v32", "minimax"])
def test_prefixes_without_a_place_are_refused(
    family: str, method: str, tmp_path: Path
) -> None:
    [told] = judge(recipe_of(family, tmp_path, method=method)).problems
    assert told.path == "adapter.method" and "a prefix has no place" in told.message.en


def test_what_would_be_lost_is_told(tmp_path: Path) -> None:
    note = count(recipe_of("laguna", tmp_path)).note
    assert note and "PEFT would not find their adapter again" in note.en


def test_blocks_in_several_lists_are_refused(tmp_path: Path) -> None:
    for number, method in enumerate(("lora", "freeze", "prompt_tuning")):
        recipe = recipe_of("hrm_text", tmp_path / str(number), method=method)
        with pytest.raises(PlannerError, match="keeps its layers in several lists"):
            count(recipe)
        assert [p.path for p in judge(recipe).problems] == ["model.name"]
