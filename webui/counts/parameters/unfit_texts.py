"""What is said of adapters that a model has no place for."""

import re

from webui.counts.parameters.meta import Base
from webui.notebook.peft_config import CONFIGS
from webui.recipe.methods import METHODS
from webui.recipe.sections import Adapter
from webui.text import Text

# What PEFT says of a module that it has no adapter for.
UNSUPPORTED = re.compile(r"Target module (?:of type <class '.*\.)?(\w+)(?:\(|'>)")
TITLES = {name: METHODS[method].title for method, (name, _) in CONFIGS.items()}


def too_few_layers(base: Base, wanted: int) -> Text:
    """A recipe means more layers than there are."""
    most = base.depth - 1
    return Text(
        f"{base.name} has {base.depth} layers, 0 to {most}; the recipe means at least "
        f"{wanted}.",
        f"{base.name} 有 {base.depth} 层（0 到 {most}），配方却至少涉及 {wanted} 层。",
    )


def in_several_lists(base: Base) -> Text:
    """A model whose blocks nobody could number."""
    kind = base.model.config.get_text_config().model_type
    return Text(
        f"{base.name} is a {kind} model, which keeps its layers in several lists, so "
        "that nobody can say which of them learn; choose another model.",
        f"{base.name} 是 {kind} 模型，其层分散在多个列表中，无法确定哪些会被训练；"
        "请换一个模型。",
    )


def lost_when_saved(names: list[str]) -> Text:
    """Targets whose adapter would not come back."""
    named = ", ".join(names)
    return Text(
        f"has {named}, whose adapter PEFT would not find again in what it saved; leave "
        "it out.",
        f"含有 {named}，PEFT 保存后将找不到它的适配器；请去掉它。",
    )


def not_adaptable(names: list[str]) -> Text:
    """Targets that are not asked, or do not learn, with an adapter on them."""
    named = ", ".join(names)
    return Text(
        f"has {named}, in which an adapter would not learn: the model reads its "
        "weights past the adapter, or only ranks by what it gives; leave it out.",
        f"含有 {named}，其上的适配器不会被训练：模型会绕过适配器读取权重，"
        "或仅用其结果排序；请去掉它。",
    )


def no_module(name: str, missing: list[str], names: list[str]) -> Text:
    """Modules that a model lacks, and the last parts of the names that it has."""
    last = dict.fromkeys(name.rpartition(".")[2] for name in names)
    has = ", ".join(name for name in last if not name.isdigit())
    lacks = ", ".join(missing)
    return Text(
        f"{name} has no module {lacks}; it has {has}.",
        f"{name} 没有模块 {lacks}；可用的有：{has}。",
    )


def saved_otherwise(name: str) -> Text:
    """A mixture whose weights are written otherwise than they are held."""
    return Text(
        f"{name} is a mixture whose experts are saved in another layout than they are "
        "trained in, so that tuned weights could not be loaded or resumed; choose the "
        "method lora.",
        f"{name} 的专家在保存时与训练时的布局不同，训练后的权重无法加载或继续；"
        "请改用 lora 方法。",
    )


def no_experts(name: str) -> Text:
    """A model that is no mixture, or one that keeps its experts as layers."""
    return Text(
        f"{name} has no experts that an adapter could sit on; turn adapter.experts "
        "off.",
        f"{name} 没有可加适配器的专家；请关闭 adapter.experts。",
    )


def no_weights(name: str) -> Text:
    """A module with nothing in it that could learn."""
    return Text(
        f"{name} has no weights, so there is nothing in it to train; leave it out.",
        f"{name} 没有权重，无可训练；请去掉它。",
    )


def ends_others(name: str, other: str, own: str) -> Text:
    """A name that PEFT would find in others as well."""
    return Text(
        f"{name} also ends the name {other}, which PEFT would train in full as well; "
        f"write {own}.",
        f"{other} 的名称也以 {name} 结尾，PEFT 会一并完整训练它；请写 {own}。",
    )


def learns_in_full(name: str, holder: str) -> Text:
    """A target inside of what learns in full."""
    return Text(
        f"{holder} holds {name}, named in the target modules too, and PEFT would put "
        "no adapter there; name it in one of the two.",
        f"{holder} 包含目标模块 {name}，那样它就不会有适配器；请只写在其中一处。",
    )


def not_in_layers(name: str, layers: str) -> Text:
    """A target that the chosen layers lack."""
    return Text(
        f"the layers {layers} have no module {name}; choose others, or leave it out of "
        "the target modules.",
        f"第 {layers} 层没有模块 {name}；请改选其他层，或从目标模块中去掉它。",
    )


def without_target(name: str, numbers: list[int], adapter: Adapter) -> Text:
    """Chosen layers in which nothing gets an adapter."""
    empty = ", ".join(map(str, numbers))
    targets = ", ".join(adapter.target_modules)
    return Text(
        f"layer {empty} of {name} has none of {targets}; choose other layers or other "
        "target modules.",
        f"{name} 的第 {empty} 层没有 {targets}；请改选其他层或其他目标模块。",
    )


def matches_whole(pattern: str, module: str) -> Text:
    """A pattern that reaches the embeddings or the head."""
    return Text(
        f"{pattern} matches {module}, which is no layer for an adapter; name it in "
        "modules_to_save instead.",
        f"{pattern} 匹配到 {module}，它不适合加适配器；请改写到 modules_to_save。",
    )


def no_cache_for_prefixes(name: str, kind: str) -> Text:
    """Blocks that keep a state or compressed keys, where a prefix would stand."""
    return Text(
        f"{name} is a {kind} model, in which a prefix has no place: not all of its "
        "layers keep keys and values as PEFT makes them; choose the method lora or "
        "prompt_tuning.",
        f"{name} 是 {kind} 模型，并非所有层都按 PEFT 的方式保存键和值，无法放置前缀；"
        "请改用 lora 或 prompt_tuning 方法。",
    )


def too_wide(name: str, wide: int, narrow: int) -> Text:
    """Prompts that do not fit the embeddings that they stand before."""
    return Text(
        f"PEFT makes a prompt as wide as the layers of {name} ({wide}), but its "
        f"embeddings are {narrow} wide; choose the method p_tuning_v2 or lora.",
        f"PEFT 按 {name} 的层宽（{wide}）生成提示，但其词嵌入宽度为 {narrow}；"
        "请改用 p_tuning_v2 或 lora 方法。",
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
