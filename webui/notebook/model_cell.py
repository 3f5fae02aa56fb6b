"""What cells say of the base: its type, and whether the method changes it."""

import os
from dataclasses import dataclass
from typing import Any

from webui.notebook.architecture import Architecture
from webui.notebook.literal import Code
from webui.notebook.peft_config import peft_config
from webui.recipe import Recipe
from webui.recipe.copies import copy_of, loaded_name
from webui.recipe.sections import Model
from webui.recipe.sections.adapter import PREFIXES

TYPES = {"fp32": "torch.float32", "bf16": "torch.bfloat16", "fp16": "torch.float16"}


@dataclass(frozen=True)
class ModelPlace:
    """Where a model lies for the process that runs the cells.

    Attributes:
        path: what ``from_pretrained`` takes: a folder, or a name of the hub.
        is_folder: whether it is a folder, which Unsloth takes as it is.
    """

    path: str
    is_folder: bool


def named_place(model: Model) -> ModelPlace:
    """A model by its name alone, wherever that lies."""
    is_folder = model.name == "starter" or os.path.isabs(model.name)
    return ModelPlace(loaded_name(model), is_folder)


def model_context(
    recipe: Recipe, architecture: Architecture, model: ModelPlace
) -> dict[str, Any]:
    """What the templates may name beyond the recipe itself."""
    whole = learns_itself(recipe)
    return {
        "model_path": model.path,
        "copied": bool(copy_of(recipe.model)),
        "exact": not model.is_folder,
        "dtype": base_type(recipe),
        "quantization": quantization_type(recipe),
        "local_weights": local_weights(model),
        "peft": peft_config(recipe, architecture=architecture),
        "checkpointing": checkpointing(recipe),
        "whole": whole,
        "changes_base": changes_base(recipe),
        "base_alone": Code("base_alone()" if whole else "model.disable_adapter()"),
        "lora_plus": recipe.adapter.lora_plus_ratio > 1,
    }


def learns_itself(recipe: Recipe) -> bool:
    """Whether weights of the base learn, with no adapter at all."""
    return recipe.adapter.method in ("full", "freeze")


def changes_base(recipe: Recipe) -> bool:
    """Whether the base is no longer what it was once the method has begun."""
    return learns_itself(recipe) or recipe.adapter.start in ("pissa", "olora")


def checkpointing(recipe: Recipe) -> str | bool:
    """Gradient checkpointing in Unsloth's words: its own ("unsloth"), True, False."""
    if recipe.adapter.method in PREFIXES:
        return False  # a prefix is a cache, and checkpointing keeps none
    asked = recipe.training.gradient_checkpointing
    return asked if asked == "unsloth" else asked == "standard"


def type_code(name: str) -> Code | None:
    """The type of PyTorch with this name in a recipe; None where Unsloth chooses."""
    return Code(TYPES[name]) if name in TYPES else None


def base_type(recipe: Recipe) -> Code | None:
    """The type of the base's weights; None where Unsloth chooses 16 bits.

    Weights that learn themselves are kept in fp32 where 16 bits were asked for: these
    would round small steps away. The trainer computes in 16 bits all the same.
    """
    precision = recipe.model.precision
    whole = learns_itself(recipe) and precision == "16bit"
    return type_code("fp32" if whole else precision)


def quantization_type(recipe: Recipe) -> Code | None:
    """The compute type, where 4-bit loading is not what Unsloth does by itself."""
    model = recipe.model
    usual = model.quant_type == "nf4" and model.double_quant
    # Of a name that ends so, Unsloth would load 16 bits unless it is told how to pack.
    usual = usual and not model.name.lower().endswith("-bf16")
    if model.precision != "4bit" or (usual and model.compute_dtype == "auto"):
        return None
    return type_code(model.compute_dtype) or Code(
        "torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16"
    )


def local_weights(model: ModelPlace) -> str | None:
    """The file of a local model's weights; None for a model of the hub."""
    return os.path.join(model.path, "model.safetensors") if model.is_folder else None
