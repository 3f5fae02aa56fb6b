"""The adapter of a recipe on a model without storage: PEFT's own, as in the run."""

import re
from collections.abc import Callable, Hashable
from typing import Any

from webui.counts.parameters.architecture import made_of
from webui.counts.parameters.folded import Folded, fold_layers
from webui.counts.parameters.meta import Base
from webui.counts.parameters.refusals import refuse_unfit
from webui.errors import PlannerError
from webui.notebook.peft_config import CONFIGS, peft_config
from webui.recipe import Recipe
from webui.recipe.methods import METHODS
from webui.text import Text

# Where values start changes no count, and would need weights, rows or a tokenizer.
STARTS = {
    "init_lora_weights",
    "prompt_tuning_init",
    "prompt_tuning_init_text",
    "tokenizer_name_or_path",
}
# What PEFT says of a module that it has no adapter for.
UNSUPPORTED = re.compile(r"Target module (?:of type <class '.*\.)?(\w+)(?:\(|'>)")
TITLES = {name: METHODS[method].title for method, (name, _) in CONFIGS.items()}


def adapter_config(recipe: Recipe, base: Base) -> Any:
    """PEFT's configuration of the recipe's adapter; None where the base learns.

    Raises:
        PlannerError: if the model has no place for it, or PEFT refuses it.
    """
    import peft

    refuse_unfit(recipe.adapter, base)
    config = peft_config(recipe, depth=base.depth, architecture=made_of(base))
    if config is None:
        return None
    options = {k: v for k, v in config.options.items() if k not in STARTS}
    try:
        return getattr(peft, config.name)(**options)
    except (ValueError, TypeError) as error:
        raise PlannerError(
            not_attached(base, config.name, error), "adapter.method"
        ) from error


def attach(base: Base, config: Any) -> tuple[Folded, Any]:
    """A folded copy of the base, and the same with the adapter attached.

    Raises:
        PlannerError: with PEFT's reason.
    """
    import torch
    from peft import get_peft_model

    folded = fold_layers(base, chosen_by_peft(config))
    try:
        with torch.device("meta"):
            model = get_peft_model(folded.model, config, low_cpu_mem_usage=True)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PlannerError(
            not_attached(base, type(config).__name__, error), "adapter.method"
        ) from error
    return folded, model


def chosen_by_peft(config: Any) -> Callable[[str], Hashable]:
    """What PEFT does to a module of a name, as far as it depends on the name."""
    from peft.tuners.tuners_utils import check_target_module_exists

    saved = tuple(getattr(config, "modules_to_save", None) or ())
    targets = getattr(config, "target_modules", None)
    by_name = targets is not None and targets != "all-linear"

    def chosen(name: str) -> Hashable:
        hit = by_name and bool(check_target_module_exists(config, name))
        return hit, bool(saved) and name.endswith(saved)

    return chosen


def not_attached(base: Base, config_name: str, error: Exception) -> Text:
    """Why PEFT does not attach an adapter of this class."""
    title, reason = TITLES[config_name], str(error).strip()
    if "Please specify `target_modules`" in reason:
        kind = base.model.config.model_type
        return Text(
            f"PEFT does not know which modules of {kind} models {title.en} takes; "
            "choose LoRA.",
            f"PEFT 不知道 {title.zh} 应作用于 {kind} 模型的哪些模块；请改用 LoRA。",
        )
    if kind := UNSUPPORTED.match(reason):
        return Text(
            f"{title.en} cannot sit on a module of type {kind[1]}, which {base.name} "
            "has among the targets; choose others, or LoRA on linear layers.",
            f"{title.zh} 不支持 {kind[1]} 类型的模块，而 {base.name} 的目标模块中有这种"
            "类型；请改选其他模块，或在线性层上使用 LoRA。",
        )
    reason = reason.split("\n")[0][:300].rstrip(". ")
    return Text(
        f"{title.en} does not fit {base.name}: {reason}.",
        f"{title.zh} 不适用于 {base.name}：{reason}。",
    )
