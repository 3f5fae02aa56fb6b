"""Adapters that a model has no place for: refused, with what it has instead."""

import re
from collections.abc import Iterable
from types import SimpleNamespace

from webui.counts.packing import runs_on
from webui.counts.parameters.architecture import (
    last_part,
    lost_in_files,
    made_of,
    never_learning,
)
from webui.counts.parameters.meta import Base, linear_layers
from webui.counts.parameters.starts import start_amiss
from webui.counts.parameters.unfit_texts import (
    ends_others,
    in_several_lists,
    learns_in_full,
    lost_when_saved,
    matches_whole,
    no_cache_for_prefixes,
    no_experts,
    no_expression,
    no_match,
    no_module,
    no_weights,
    not_adaptable,
    not_in_layers,
    saved_otherwise,
    too_few_layers,
    too_wide,
    without_target,
)
from webui.errors import PlannerError
from webui.notebook.architecture import UNKNOWN
from webui.notebook.peft_config import layers_to_transform, target_modules
from webui.recipe.combinations.found import Found
from webui.recipe.layers import last_layers, layer_numbers
from webui.recipe.sections import Adapter
from webui.recipe.sections.adapter import PREFIXES, PROMPTS, TARGETED


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
        yield "model.name", in_several_lists(base)
        return
    found = [*layers_beyond(adapter, base), *wide_prompts(adapter, base)]
    found += prefixes_amiss(adapter, base)
    if adapter.method in ("full", "freeze") and is_renamed(base):
        found.append(("adapter.method", saved_otherwise(base.name)))
    if adapter.method in TARGETED:
        found += targets_amiss(adapter, base)
        if adapter.experts and not made_of(base).experts:
            found.append(("adapter.experts", no_experts(base.name)))
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
        yield path, too_few_layers(base, wanted)


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
        yield "adapter.method", no_cache_for_prefixes(base.name, config.model_type)


def wide_prompts(adapter: Adapter, base: Base) -> Found:
    """Prompts that stand before the text: PEFT makes them as wide as the layers."""
    if adapter.method not in PROMPTS or adapter.method in PREFIXES:
        return
    wide = base.model.config.get_text_config().hidden_size
    narrow = base.model.get_input_embeddings().weight.shape[1]
    if wide != narrow:
        yield "adapter.method", too_wide(base.name, wide, narrow)


def targets_amiss(adapter: Adapter, base: Base) -> Found:
    """Names that no linear layer has, or a regular expression that fits none."""
    if adapter.targets == "names":
        names = [*linear_layers(base.model)]
        if missing := missing_names(adapter.target_modules, names):
            yield "adapter.target_modules", no_module(base.name, missing, names)
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
        yield path, no_module(base.name, missing, names)
    for name in wanted:
        meant = [
            module for n, module in modules.items() if f".{n}".endswith(f".{name}")
        ]
        if meant and not any([*module.parameters()] for module in meant):
            yield path, no_weights(name)
        # PEFT looks at the letters that a name ends with, and not at its parts.
        more = [
            n for n in names if n.endswith(name) and not f".{n}".endswith(f".{name}")
        ]
        if more:
            own = next((n for n in names if f".{n}".endswith(f".{name}")), name)
            yield path, ends_others(name, more[0], own)


def missing_names(wanted: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those wanted that no name ends with, part by part."""
    dotted = [f".{name}" for name in names]
    return [w for w in wanted if not any(n.endswith(f".{w}") for n in dotted)]


def pattern_amiss(path: str, base: Base, pattern: str) -> Found:
    """A regular expression that is none, matches nothing, or what takes no adapter."""
    try:
        expression = re.compile(pattern)
    except re.error as error:
        yield path, no_expression(pattern, str(error))
        return
    modules = dict(base.model.named_modules())
    hits = [name for name in modules if expression.fullmatch(name)]
    ends = (base.model.get_input_embeddings(), base.model.get_output_embeddings())
    whole = [name for name in hits if any(modules[name] is end for end in ends)]
    if not hits:
        example = next(iter(linear_layers(base.model)), "")
        yield path, no_match(base.name, pattern, example)
    elif whole:
        yield path, matches_whole(pattern, whole[0])


def targets_without_adapter(adapter: Adapter, base: Base) -> Found:
    """Names and layers that PEFT would pass over, as it takes others."""
    if adapter.method not in TARGETED:
        return
    hits = adapted(adapter, base)
    yield from taught_in_vain(adapter, base, hits)
    if adapter.targets != "names":
        return
    inside = {
        name for name in adapter.target_modules if not missing_names([name], hits)
    }
    outside = [name for name in adapter.target_modules if name not in inside]
    holders = {name: held(name, adapter, base) for name in outside}
    if within := [name for name in outside if holders[name]]:
        text = learns_in_full(", ".join(within), holders[within[0]])
        yield "adapter.modules_to_save", text
    if elsewhere := [name for name in outside if not holders[name]]:
        yield "adapter.layers", not_in_layers(", ".join(elsewhere), adapter.layers)
    if adapter.layers:
        reached = {base.layer_number(hit) for hit in hits}
        wanted = layers_to_transform(adapter.layers, base.depth)
        empty = [int(n) for n in wanted if n not in reached]
        if empty and inside:
            yield "adapter.layers", without_target(base.name, empty, adapter)


def taught_in_vain(adapter: Adapter, base: Base, hits: Iterable[str]) -> Found:
    """Targets in which an adapter would not learn, or would be lost."""
    if adapter.targets == "all-linear" or (
        adapter.targets == "names" and not adapter.target_modules
    ):
        return  # these are chosen by what learns
    path, names = target_path(adapter), dict.fromkeys(map(last_part, hits))
    never = never_learning(base)
    if vain := [name for name in names if name in never]:
        yield path, not_adaptable(vain)
    elif adapter.method == "lora" and (lost := lost_in_files(base, hits)):
        yield path, lost_when_saved([*dict.fromkeys(map(last_part, lost))])


def adapted(adapter: Adapter, base: Base) -> list[str]:
    """The linear layers that PEFT takes, by its own rule."""
    from peft.tuners.tuners_utils import check_target_module_exists

    rule = SimpleNamespace(
        target_modules=target_modules(adapter, made_of(base)),
        modules_to_save=adapter.modules_to_save,
        layers_to_transform=None,
    )
    if adapter.layers:
        rule.layers_to_transform = layers_to_transform(adapter.layers, base.depth)
    names = linear_layers(base.model)
    return [name for name in names if check_target_module_exists(rule, name)]


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
