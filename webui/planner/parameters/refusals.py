"""Adapters that a model has no place for: refused, with what it has instead."""

import re
from collections.abc import Iterable

from webui.notebook.peft_config import CONFIGS, target_modules
from webui.planner.errors import PlannerError
from webui.planner.parameters.meta import Base, linear_layers
from webui.planner.parameters.starts import refuse_start
from webui.recipe.field import Text
from webui.recipe.layers import last_layers, layer_numbers
from webui.recipe.methods import METHODS
from webui.recipe.sections import Adapter
from webui.recipe.sections.adapter import TARGETED

# What PEFT says of a module that it has no adapter for.
UNSUPPORTED = re.compile(r"Target module (?:of type <class '.*\.)?(\w+)(?:\(|'>)")
TITLES = {name: METHODS[method].title for method, (name, _) in CONFIGS.items()}


def refuse_unfit(adapter: Adapter, base: Base) -> None:
    """Refuse layers and modules that the model lacks.

    PEFT says nothing of a missing module as long as another one is there.

    Raises:
        PlannerError: naming them, and what the model has.
    """
    refuse_layers(adapter, base)
    if adapter.method not in TARGETED:
        return
    if adapter.targets == "names":
        refuse_missing(base, adapter.target_modules, linear_layers(base.model))
    elif adapter.targets != "all-linear":
        refuse_no_match(base, str(target_modules(adapter)))
    everything = (name for name, _ in base.model.named_modules() if name)
    refuse_missing(base, adapter.modules_to_save, everything)
    refuse_start(adapter, base)


def refuse_layers(adapter: Adapter, base: Base) -> None:
    """Refuse layers beyond the model's last, or more last layers than it has.

    Raises:
        PlannerError: with how many it has.
    """
    wanted = 0
    if adapter.method == "freeze":
        wanted = adapter.last_layers
    elif adapter.method in TARGETED and adapter.layers:
        last = last_layers(adapter.layers)
        wanted = last or max(layer_numbers(adapter.layers)) + 1
    if wanted > base.depth:
        raise PlannerError(too_few_layers(base, wanted))


def refuse_missing(base: Base, wanted: Iterable[str], names: Iterable[str]) -> None:
    """Refuse modules that are not among these.

    Raises:
        PlannerError: naming them, and the last parts of the names.
    """
    dotted = [f".{name}" for name in names]
    missing = [
        name for name in wanted if not any(n.endswith(f".{name}") for n in dotted)
    ]
    if missing:
        has = dict.fromkeys(name.rpartition(".")[2] for name in dotted)
        named = (name for name in has if not name.isdigit())
        raise PlannerError(no_module(base.name, ", ".join(missing), ", ".join(named)))


def refuse_no_match(base: Base, pattern: str) -> None:
    """Refuse a regular expression that is none, or matches no module.

    Raises:
        PlannerError: with a name that it could match.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise PlannerError(no_expression(pattern, str(error))) from error
    if not any(expression.fullmatch(name) for name, _ in base.model.named_modules()):
        example = next(iter(linear_layers(base.model)), "")
        raise PlannerError(no_match(base.name, pattern, example))


def too_few_layers(base: Base, wanted: int) -> Text:
    """A recipe means more layers than there are."""
    most = base.depth - 1
    return Text(
        f"{base.name} has {base.depth} layers, 0 to {most}; the recipe means at least "
        f"{wanted}.",
        f"{base.name} 有 {base.depth} 层（0 到 {most}），配方却至少涉及 {wanted} 层。",
    )


def no_module(name: str, missing: str, has: str) -> Text:
    """Modules that a model lacks."""
    return Text(
        f"{name} has no module {missing}; it has {has}.",
        f"{name} 没有模块 {missing}；可用的有：{has}。",
    )


def no_match(name: str, pattern: str, example: str) -> Text:
    """A regular expression fits no module."""
    return Text(
        f"No module of {name} matches {pattern} as a whole; one of them is {example}.",
        f"{name} 中没有模块名与 {pattern} 完整匹配；例如其中一个模块名为 {example}。",
    )


def no_expression(pattern: str, reason: str) -> Text:
    """A regular expression that cannot be read."""
    return Text(
        f"{pattern} is no regular expression: {reason}.",
        f"{pattern} 不是有效的正则表达式：{reason}。",
    )


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
