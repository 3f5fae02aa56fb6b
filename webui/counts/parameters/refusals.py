"""Adapters that a model has no place for: refused, with what it has instead."""

import re
from collections.abc import Iterable

from webui.counts.packing import runs_on
from webui.counts.parameters.architecture import (
    adapted_layers,
    last_part,
    lost_in_files,
    made_of,
    never_learning,
)
from webui.counts.parameters.meta import Base, linear_layers
from webui.counts.parameters.starts import start_amiss
from webui.errors import PlannerError
from webui.notebook.architecture import UNKNOWN
from webui.notebook.peft_config import layers_to_transform, target_modules
from webui.recipe.combinations.found import Found, at
from webui.recipe.layers import last_layers, layer_numbers
from webui.recipe.problems import Problem
from webui.recipe.sections import Adapter
from webui.recipe.sections.adapter import PREFIXES, PROMPTS, TARGETED
from webui.text import Text


def refuse_unfit(adapter: Adapter, base: Base) -> None:
    """Refuse layers and modules that the model lacks.

    Raises:
        PlannerError: at its field, naming them, and what the model has.
    """
    for path, text in unfit(adapter, base):
        raise PlannerError(text, path)


def unfit(adapter: Adapter, base: Base) -> Found:
    """What of an adapter the model has no place for: the field, and why.

    PEFT says nothing of a missing module or layer as long as another one is there.
    """
    if not base.depth:
        kind = base.model.config.get_text_config().model_type
        yield at(
            "model.name",
            f"{base.name} is a {kind} model, which keeps its layers in several lists, "
            "so that nobody can say which of them learn; choose another model.",
            f"{base.name} 是 {kind} 模型，其层分散在多个列表中，无法确定哪些会被训练；"
            "请换一个模型。",
        )
        return
    found = [*layers_beyond(adapter, base), *wide_prompts(adapter, base)]
    found += prefixes_amiss(adapter, base)
    if adapter.method in ("full", "freeze") and is_renamed(base):
        found.append(
            at(
                "adapter.method",
                f"{base.name} is a mixture whose experts are saved in another layout "
                "than they are trained in, so that tuned weights could not be loaded "
                "or resumed; choose the method lora.",
                f"{base.name} 的专家在保存时与训练时的布局不同，训练后的权重无法加载或"
                "继续；请改用 lora 方法。",
            )
        )
    if adapter.method in TARGETED:
        found += targets_amiss(adapter, base)
        if adapter.experts and not made_of(base).experts:
            found.append(
                at(
                    "adapter.experts",
                    f"{base.name} has no experts that an adapter could sit on; turn "
                    "adapter.experts off.",
                    f"{base.name} 没有可加适配器的专家；请关闭 adapter.experts。",
                )
            )
        found += saved_amiss(base, adapter.modules_to_save)
    yield from found
    if not found:
        yield from targets_without_adapter(adapter, base)
        yield from start_amiss(adapter, base)


def layers_beyond(adapter: Adapter, base: Base) -> Found:
    """Layers beyond the model's last, or more last layers than it has."""
    path, wanted = "adapter.layers", 0
    if adapter.method == "freeze":
        path, wanted = "adapter.last_layers", adapter.last_layers
    elif adapter.method in TARGETED and adapter.layers:
        last = last_layers(adapter.layers)
        wanted = last or max(layer_numbers(adapter.layers)) + 1
    if wanted > base.depth:
        yield at(
            path,
            f"{base.name} has {base.depth} layers, 0 to {base.depth - 1}; the recipe "
            f"means at least {wanted}.",
            f"{base.name} 有 {base.depth} 层（0 到 {base.depth - 1}），"
            f"配方却至少涉及 {wanted} 层。",
        )


def is_renamed(base: Base) -> bool:
    """Whether files hold the experts otherwise than the model in memory does.

    Then saved weights fit neither the model nor a training that goes on.
    """
    from transformers.conversion_mapping import get_checkpoint_conversion_mapping

    kind = base.model.config.get_text_config().model_type
    renamed = get_checkpoint_conversion_mapping(kind)
    return bool(renamed and made_of(base).experts)


def prefixes_amiss(adapter: Adapter, base: Base) -> Found:
    """Prefixes, which stand in a cache of keys and values: some blocks keep another."""
    config = base.model.config.get_text_config()
    if adapter.method in PREFIXES and (
        runs_on(config) or getattr(config, "kv_lora_rank", None)
    ):
        yield at(
            "adapter.method",
            f"{base.name} is a {config.model_type} model, in which a prefix has no "
            "place: not all of its layers keep keys and values as PEFT makes them; "
            "choose the method lora or prompt_tuning.",
            f"{base.name} 是 {config.model_type} 模型，并非所有层都按 PEFT 的方式保存键"
            "和值，无法放置前缀；请改用 lora 或 prompt_tuning 方法。",
        )


def wide_prompts(adapter: Adapter, base: Base) -> Found:
    """Prompts that stand before the text: PEFT makes them as wide as the layers."""
    if adapter.method not in PROMPTS or adapter.method in PREFIXES:
        return
    wide = base.model.config.get_text_config().hidden_size
    narrow = base.model.get_input_embeddings().weight.shape[1]
    if wide != narrow:
        yield at(
            "adapter.method",
            f"PEFT makes a prompt as wide as the layers of {base.name} ({wide}), but "
            f"its embeddings are {narrow} wide; choose the method p_tuning_v2 or lora.",
            f"PEFT 按 {base.name} 的层宽（{wide}）生成提示，但其词嵌入宽度为 {narrow}；"
            "请改用 p_tuning_v2 或 lora 方法。",
        )


def targets_amiss(adapter: Adapter, base: Base) -> Found:
    """Names that no linear layer has, or a regular expression that fits none."""
    if adapter.targets == "names":
        names = [*linear_layers(base.model)]
        if missing := missing_names(adapter.target_modules, names):
            yield Problem(
                "adapter.target_modules", no_module(base.name, missing, names)
            )
    elif adapter.targets != "all-linear":
        yield from pattern_amiss(
            target_path(adapter), base, str(target_modules(adapter, UNKNOWN))
        )


def saved_amiss(base: Base, wanted: Iterable[str]) -> Found:
    """Modules to train in full that are not there, or whose name ends others too."""
    path = "adapter.modules_to_save"
    modules = {name: module for name, module in base.model.named_modules() if name}
    names = [*modules]
    if missing := missing_names(wanted, names):
        yield Problem(path, no_module(base.name, missing, names))
    for name in wanted:
        meant = [
            module for n, module in modules.items() if f".{n}".endswith(f".{name}")
        ]
        if meant and not any([*module.parameters()] for module in meant):
            yield at(
                path,
                f"{name} has no weights, so there is nothing in it to train; leave it "
                "out.",
                f"{name} 没有权重，无可训练；请去掉它。",
            )
        # PEFT looks at the letters that a name ends with, and not at its parts.
        more = [
            n for n in names if n.endswith(name) and not f".{n}".endswith(f".{name}")
        ]
        if more:
            own = next((n for n in names if f".{n}".endswith(f".{name}")), name)
            yield at(
                path,
                f"{name} also ends the name {more[0]}, which PEFT would train in full "
                f"as well; write {own}.",
                f"{more[0]} 的名称也以 {name} 结尾，PEFT 会一并完整训练它；"
                f"请写 {own}。",
            )


def missing_names(wanted: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those wanted that no name ends with, part by part."""
    dotted = [f".{name}" for name in names]
    return [w for w in wanted if not any(n.endswith(f".{w}") for n in dotted)]


def pattern_amiss(path: str, base: Base, pattern: str) -> Found:
    """A regular expression that is none, matches nothing, or what takes no adapter."""
    try:
        expression = re.compile(pattern)
    except re.error as error:
        yield at(
            path,
            f"{pattern} is no regular expression: {error}.",
            f"{pattern} 不是有效的正则表达式：{error}。",
        )
        return
    modules = dict(base.model.named_modules())
    hits = [name for name in modules if expression.fullmatch(name)]
    ends = (base.model.get_input_embeddings(), base.model.get_output_embeddings())
    whole = [name for name in hits if any(modules[name] is end for end in ends)]
    if not hits:
        example = next(iter(linear_layers(base.model)), "")
        yield at(
            path,
            f"No module of {base.name} matches {pattern} as a whole; one of them is "
            f"{example}.",
            f"{base.name} 中没有模块名与 {pattern} 完整匹配；"
            f"例如其中一个模块名为 {example}。",
        )
    elif whole:
        yield at(
            path,
            f"{pattern} matches {whole[0]}, which is no layer for an adapter; name it "
            "in modules_to_save instead.",
            f"{pattern} 匹配到 {whole[0]}，它不适合加适配器；"
            "请改写到 modules_to_save。",
        )


def targets_without_adapter(adapter: Adapter, base: Base) -> Found:
    """Names and layers that PEFT would pass over, as it takes others."""
    if adapter.method not in TARGETED:
        return
    hits = [*adapted_layers(adapter, base)]
    yield from taught_in_vain(adapter, base, hits)
    if adapter.targets != "names":
        return
    inside = {
        name for name in adapter.target_modules if not missing_names([name], hits)
    }
    outside = [name for name in adapter.target_modules if name not in inside]
    holders = {name: held(name, adapter, base) for name in outside}
    if within := [name for name in outside if holders[name]]:
        holder, names = holders[within[0]], ", ".join(within)
        yield at(
            "adapter.modules_to_save",
            f"{holder} holds {names}, named in the target modules too, and PEFT would "
            "put no adapter there; name it in one of the two.",
            f"{holder} 包含目标模块 {names}，那样它就不会有适配器；请只写在其中一处。",
        )
    if elsewhere := [name for name in outside if not holders[name]]:
        names = ", ".join(elsewhere)
        yield at(
            "adapter.layers",
            f"the layers {adapter.layers} have no module {names}; choose others, or "
            "leave it out of the target modules.",
            f"第 {adapter.layers} 层没有模块 {names}；请改选其他层，"
            "或从目标模块中去掉它。",
        )
    if adapter.layers:
        reached = {base.layer_number(hit) for hit in hits}
        wanted = layers_to_transform(adapter.layers, base.depth)
        empty = ", ".join(str(int(n)) for n in wanted if n not in reached)
        if empty and inside:
            targets = ", ".join(adapter.target_modules)
            yield at(
                "adapter.layers",
                f"layer {empty} of {base.name} has none of {targets}; choose other "
                "layers or other target modules.",
                f"{base.name} 的第 {empty} 层没有 {targets}；"
                "请改选其他层或其他目标模块。",
            )


def taught_in_vain(adapter: Adapter, base: Base, hits: Iterable[str]) -> Found:
    """Targets in which an adapter would not learn, or would be lost."""
    if adapter.targets == "all-linear" or (
        adapter.targets == "names" and not adapter.target_modules
    ):
        return  # these are chosen by what learns
    path, names = target_path(adapter), dict.fromkeys(map(last_part, hits))
    never = never_learning(base)
    if vain := ", ".join(name for name in names if name in never):
        yield at(
            path,
            f"has {vain}, in which an adapter would not learn: the model reads its "
            "weights past the adapter, or only ranks by what it gives; leave it out.",
            f"含有 {vain}，其上的适配器不会被训练：模型会绕过适配器读取权重，"
            "或仅用其结果排序；请去掉它。",
        )
    elif adapter.method == "lora" and (hidden := lost_in_files(base, hits)):
        lost = ", ".join(dict.fromkeys(map(last_part, hidden)))
        yield at(
            path,
            f"has {lost}, whose adapter PEFT would not find again in what it saved; "
            "leave it out.",
            f"含有 {lost}，PEFT 保存后将找不到它的适配器；请去掉它。",
        )


def held(name: str, adapter: Adapter, base: Base) -> str:
    """The module trained in full that a target lies in; "" where there is none."""
    hits = [n for n in linear_layers(base.model) if f".{n}".endswith(f".{name}")]
    for saved in adapter.modules_to_save:
        if all(f".{saved}." in f".{hit}." for hit in hits):
            return saved
    return ""


def target_path(adapter: Adapter) -> str:
    """The field that says which modules get the adapter."""
    fields = {"names": "adapter.target_modules", "regex": "adapter.target_regex"}
    return fields.get(adapter.targets, "adapter.targets")


def no_module(name: str, missing: list[str], names: list[str]) -> Text:
    """Modules that a model lacks, and the last parts of the names that it has."""
    last = dict.fromkeys(name.rpartition(".")[2] for name in names)
    has = ", ".join(name for name in last if not name.isdigit())
    lacks = ", ".join(missing)
    return Text(
        f"{name} has no module {lacks}; it has {has}.",
        f"{name} 没有模块 {lacks}；可用的有：{has}。",
    )
