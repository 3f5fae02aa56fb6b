"""A recipe's adapter as PEFT's configuration: for the run and for the planner."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webui.notebook.architecture import UNKNOWN, Architecture
from webui.notebook.literal import Code
from webui.recipe import Recipe
from webui.recipe.layers import last_layers, layer_numbers
from webui.recipe.sections.adapter import ALL_LINEAR, TARGETED

# Whole names of modules, for the families that Transformers builds: Llama's names,
# GPT-2's, GPT-NeoX's, Bloom's, Falcon's, OPT's, MPT's, LFM2's, Qwen3.5's.
ATTENTION = (
    r".*\.(self_attn|self_attention|attention|attn|linear_attn|temporal_block)"
    r"\.(\w*proj\w*|\w*dense|query_key_value|c_attn|Wqkv)"
)
MLP = (
    r".*\.((mlp|ffn|feed_forward|mlp_block|shared_mlp)(\.shared_experts?)?"
    r"\.(\w*proj|fc\w+|c_fc|dense\w*|w\d|\w+_linear)|fc\d)"
)
# What most of the mixtures that Transformers builds call the weights of their experts.
EXPERTS = ("mlp.experts.gate_up_proj", "mlp.experts.down_proj")
# The randomized decomposition: as good for training as the exact one, and much faster.
STARTS = {"pissa": "pissa_niter_16"}


@dataclass(frozen=True)
class PeftConfig:
    """A configuration class of PEFT by name, and the keyword arguments it is given."""

    name: str
    options: dict[str, Any]


def peft_config(
    recipe: Recipe,
    *,
    adapter: Any = None,
    depth: int | None = None,
    architecture: Architecture = UNKNOWN,
) -> PeftConfig | None:
    """The configuration of a recipe's adapter; None where the base itself learns.

    Args:
        adapter: stands for the recipe's own, where a sweep chooses some of its values.
        depth: number of the model's layers, if known; else "last 4" becomes code that
            asks the loaded model.
        architecture: what the model is made of, if known; else it is taken for one like
            Llama.
    """
    adapter = adapter or recipe.adapter
    if adapter.method in ("full", "freeze"):
        return None
    name, options = CONFIGS[adapter.method]
    shared = {}
    if adapter.method not in UNTARGETED:
        shared = targeting(adapter, depth, architecture)
    # What decides about cells to come is never swept, so options may hold code.
    values = options(adapter) | shared | {"task_type": "CAUSAL_LM"}
    if adapter.method == "vera":
        values["projection_prng_key"] = recipe.training.seed
    return PeftConfig(name, values)


def targeting(
    adapter: Any, depth: int | None, architecture: Architecture
) -> dict[str, Any]:
    """Which modules of which layers get the adapter, and which learn in full."""
    targets = target_modules(adapter, architecture)
    options: dict[str, Any] = {"target_modules": targets}
    if adapter.method == "lora":
        options |= of_experts(adapter, architecture, targets)
    if adapter.layers:
        options["layers_to_transform"] = layers_to_transform(adapter.layers, depth)
    if adapter.modules_to_save:
        options["modules_to_save"] = list(adapter.modules_to_save)
    return options


def of_experts(
    adapter: Any, architecture: Architecture, targets: list[str] | str
) -> dict[str, Any]:
    """The weights of a mixture's experts that get the adapter, if it is asked for.

    Unsloth on a GPU would add them by itself where a target is called as they are.
    """
    if adapter.experts:
        return {"target_parameters": list(architecture.experts or EXPERTS)}
    if isinstance(targets, str):
        named_alike = any(
            part in targets for part in ("mlp", "feed_forward", "experts")
        )
    else:
        named_alike = not {*targets}.isdisjoint(ALL_LINEAR[4:])
    return {"target_parameters": []} if architecture.experts and named_alike else {}


def target_modules(adapter: Any, architecture: Architecture) -> list[str] | str:
    """Names, PEFT's word for all linear layers, or a regular expression."""
    every = of_blocks(adapter, architecture)
    outside = away_from(architecture.towers)
    choices: dict[str, list[str] | str] = {
        "names": list(adapter.target_modules) or every or [*ALL_LINEAR],
        "all-linear": every or "all-linear",
        "attention": outside + ATTENTION,
        "mlp": outside + MLP,
        "regex": adapter.target_regex,
    }
    return choices[adapter.targets]


def of_blocks(adapter: Any, architecture: Architecture) -> list[str] | str:
    """All linear layers of a model's blocks, in the words that are taken as they stand.

    Of other names than Llama's, Unsloth on a GPU leaves out those in blocks that it
    does not know (LFM2's convolutions, GPT-2's Conv1D), unless they are an expression.
    """
    names, outside = architecture.linear, away_from(architecture.towers)
    usual = not outside and {*names} <= {*ALL_LINEAR}
    if adapter.method != "lora" or adapter.layers or usual:
        return list(names)
    either = "|".join(names).replace(".", "[.]")
    return f"{outside}.*[.]({either})"


def away_from(towers: tuple[str, ...]) -> str:
    """The beginning of an expression that matches nothing in these modules."""
    return f"(?!.*[.]({'|'.join(towers)})[.])" if towers else ""


def layers_to_transform(text: str, depth: int | None) -> list[int] | Code:
    """The numbers of the layers that a text such as "0-3, 8" or "last 4" names."""
    last = last_layers(text)
    if last is None:
        return list(layer_numbers(text))
    if depth is None:
        return Code(f"list(range(model.config.num_hidden_layers))[-{last}:]")
    return list(range(depth))[-last:]


def lora(adapter: Any) -> dict[str, Any]:
    options = {
        "r": adapter.rank,
        "lora_alpha": adapter.alpha,
        "lora_dropout": adapter.dropout,
        "bias": "none",
        "use_rslora": adapter.use_rslora,
    }
    if adapter.use_dora:
        options["use_dora"] = adapter.use_dora
    # LoftQ's start replaces the zero start once the adapter is on the 4-bit weights.
    if adapter.start not in ("zero", "loftq"):
        options["init_lora_weights"] = STARTS.get(adapter.start, adapter.start)
    return options


def adalora(adapter: Any) -> dict[str, Any]:
    return {
        "init_r": adapter.initial_rank,
        "target_r": adapter.rank,
        "lora_alpha": adapter.alpha,
        "lora_dropout": adapter.dropout,
        "total_step": 1,  # the real number is known, and set, when the training begins
    }


def vera(adapter: Any) -> dict[str, Any]:
    return {"r": adapter.rank, "vera_dropout": adapter.dropout}


def low_rank_products(adapter: Any) -> dict[str, Any]:
    """LoHa and LoKr."""
    return {
        "r": adapter.rank,
        "alpha": adapter.alpha,
        "module_dropout": adapter.dropout,
    }


def oft(adapter: Any) -> dict[str, Any]:
    return {"oft_block_size": adapter.block_size, "module_dropout": adapter.dropout}


def nothing(adapter: Any) -> dict[str, Any]:
    """IA3 and layer-norm tuning: the modules are those that PEFT knows by model."""
    return {}


def prompt_tuning(adapter: Any) -> dict[str, Any]:
    options = {"num_virtual_tokens": adapter.virtual_tokens}
    if adapter.prompt_start == "text":
        options |= {
            "prompt_tuning_init": "TEXT",
            "prompt_tuning_init_text": adapter.prompt_text,
            "tokenizer_name_or_path": Code("tokenizer.name_or_path"),
        }
    return options


def prefix_tuning(adapter: Any) -> dict[str, Any]:
    options = {"num_virtual_tokens": adapter.virtual_tokens}
    if adapter.prefix_projection:
        options["prefix_projection"] = adapter.prefix_projection
        options["encoder_hidden_size"] = adapter.encoder_hidden_size
    return options


def p_tuning(adapter: Any) -> dict[str, Any]:
    return {
        "num_virtual_tokens": adapter.virtual_tokens,
        "encoder_reparameterization_type": adapter.encoder.upper(),
        "encoder_hidden_size": adapter.encoder_hidden_size,
    }


def deep_prompts(adapter: Any) -> dict[str, Any]:
    """P-tuning v2: what PEFT calls a prefix, learned without an encoder."""
    return {"num_virtual_tokens": adapter.virtual_tokens}


Options = Callable[[Any], dict[str, Any]]
CONFIGS: dict[str, tuple[str, Options]] = {
    "lora": ("LoraConfig", lora),
    "adalora": ("AdaLoraConfig", adalora),
    "vera": ("VeraConfig", vera),
    "loha": ("LoHaConfig", low_rank_products),
    "lokr": ("LoKrConfig", low_rank_products),
    "oft": ("OFTConfig", oft),
    "ia3": ("IA3Config", nothing),
    "ln_tuning": ("LNTuningConfig", nothing),
    "prompt_tuning": ("PromptTuningConfig", prompt_tuning),
    "prefix_tuning": ("PrefixTuningConfig", prefix_tuning),
    "p_tuning": ("PromptEncoderConfig", p_tuning),
    "p_tuning_v2": ("PrefixTuningConfig", deep_prompts),
}
UNTARGETED = CONFIGS.keys() - {*TARGETED}
