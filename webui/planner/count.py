"""Exact parameter counts from a model's configuration alone.

The model is built without storage (PyTorch's meta device) and PEFT attaches the very
adapter that the run would train, so the figures are PEFT's own, to the last one.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webui.planner.errors import PlannerError
from webui.planner.pretrained import read_config, stamp
from webui.recipe import Recipe
from webui.recipe.field import Text
from webui.recipe.sections import Adapter


@dataclass(frozen=True)
class Count:
    """How many numbers learn, and how many there are.

    ``total`` is ``base`` and ``trainable`` together. With a 4-bit base it is still
    the true count, where PEFT's own print counts two packed weights as one.
    ``by_module`` splits ``trainable`` by target module ("q_proj"), over all layers.
    """

    trainable: int
    total: int
    base: int
    by_module: dict[str, int]

    @property
    def percent(self) -> float:
        """Share of the total that learns, from 0 to 100."""
        return 100 * self.trainable / self.total


def count(recipe: Recipe) -> Count:
    """Count the parameters of a recipe's model with its adapter attached.

    Raises:
        PlannerError: if the model cannot be read or lacks a target module.
    """
    return counted(recipe.model.name, stamp(recipe.model.name), recipe.adapter)


def parameters_of_base(recipe: Recipe) -> int:
    """How many parameters the model has before any adapter."""
    return sum(int(weight.numel()) for weight in base_of(recipe).parameters())


def base_of(recipe: Recipe) -> Any:
    """The recipe's model without storage for its weights; nothing may change it."""
    return base_model(recipe.model.name, stamp(recipe.model.name))


@lru_cache(maxsize=256)
def counted(name: str, stamp: int, adapter: Adapter) -> Count:
    """The counts for one model and one adapter."""
    base = base_model(name, stamp)
    refuse_missing(name, base, adapter.target_modules)
    # PEFT changes the model that it is given. A new one is made as fast as PEFT
    # takes its adapter off again (0.05 s for a 7B model).
    adapted = with_adapter(build(name), adapter)
    trainable, total = adapted.get_nb_trainable_parameters()
    size = sum(weight.numel() for weight in base.parameters())
    return Count(trainable, total, size, split_by_module(adapted))


@lru_cache(maxsize=2)
def base_model(name: str, stamp: int) -> Any:
    """A model to read sizes from; it is shared, so nothing may change it."""
    return build(name)


def build(name: str) -> Any:
    """A new model of this name on the meta device: every shape and no storage."""
    import torch
    from transformers import AutoModelForCausalLM

    config = read_config(name)
    try:
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    except (ValueError, ImportError) as error:
        raise PlannerError(
            Text(
                f"{name} is a {config.model_type} model, which does not write text "
                "or which this version of Transformers cannot build.",
                f"{name} 属于 {config.model_type} 类型，不是文本生成模型，"
                "或当前 Transformers 版本无法构建。",
            )
        ) from error


def with_adapter(base: Any, adapter: Adapter) -> Any:
    """The base with the adapter that Unsloth would attach, on the meta device."""
    import torch
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,
        lora_dropout=adapter.dropout,
        target_modules=list(adapter.target_modules),
        bias="none",
        use_rslora=adapter.use_rslora,
        task_type="CAUSAL_LM",
    )
    with torch.device("meta"):
        return get_peft_model(base, config, low_cpu_mem_usage=True)


def split_by_module(adapted: Any) -> dict[str, int]:
    """Trainable parameters by the last part of their module's name."""
    sizes: Counter[str] = Counter()
    for name, weight in adapted.named_parameters():
        if weight.requires_grad:
            sizes[name.split(".lora_")[0].rpartition(".")[2]] += weight.numel()
    return dict(sizes)


def linear_layers(base: Any) -> dict[str, Any]:
    """The layers that an adapter can sit on and that 4-bit loading packs, by name.

    The output layer is not among them: it stays in 16 bit, and Unsloth would train
    it in full.
    """
    import torch
    from transformers.pytorch_utils import Conv1D

    output = base.get_output_embeddings()
    return {
        name: module
        for name, module in base.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not output
    }


def refuse_missing(name: str, base: Any, target_modules: tuple[str, ...]) -> None:
    """Refuse target modules that the model lacks; PEFT does so only if all are.

    Raises:
        PlannerError: naming them, and the ones that the model has.
    """
    layers = [f".{layer}" for layer in linear_layers(base)]
    missing = [
        target
        for target in target_modules
        if not any(layer.endswith(f".{target}") for layer in layers)
    ]
    if missing:
        names = ", ".join(missing)
        has = ", ".join(dict.fromkeys(layer.rpartition(".")[2] for layer in layers))
        raise PlannerError(
            Text(
                f"{name} has no module {names}; it has {has}.",
                f"{name} 没有模块 {names}；可用的有：{has}。",
            )
        )
