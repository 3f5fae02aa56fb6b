"""Which modules get the adapter, and which learn in full beside it."""

import re

from webui.recipe.combinations.found import PACKED, Found, at, leaf
from webui.recipe.layers import last_layers, layer_numbers
from webui.recipe.sections import Recipe
from webui.recipe.sections.adapter import ALL_LINEAR, TARGETED

FULL_MODULES = ("embed_tokens", "lm_head", "wte", "embed_out", "embed_in")


def targets(recipe: Recipe) -> Found:
    """Which modules get the adapter."""
    adapter = recipe.adapter
    if adapter.method not in TARGETED:
        return
    if adapter.targets == "names":
        yield from named_targets(recipe)
    if adapter.targets == "regex":
        try:
            re.compile(adapter.target_regex)
            broken = "" if adapter.target_regex else "empty"
        except re.error as error:
            broken = str(error)
        if broken:
            yield at(
                "adapter.target_regex",
                f"is not a regular expression ({broken}); one that works is "
                r".*_proj for every projection.",
                f"不是正则表达式（{broken}）；例如 .*_proj 表示所有投影层。",
            )
    yield from layers(recipe)
    yield from modules_in_full(recipe)


def layers(recipe: Recipe) -> Found:
    """Layers by number: only with names, and in a form that can be read."""
    adapter = recipe.adapter
    if adapter.layers and adapter.targets != "names":
        yield at(
            "adapter.layers",
            "works only where the modules are given by name; set targets to names, "
            r"or write the numbers into a regular expression: .*\.(0|1)\..*_proj.",
            "只在按名称给出模块时有效；请将 targets 设为 names，"
            r"或把层号写进正则表达式：.*\.(0|1)\..*_proj。",
        )
    elif adapter.layers and last_layers(adapter.layers) is None:
        try:
            layer_numbers(adapter.layers)
        except ValueError as error:
            yield at(
                "adapter.layers",
                f"has the part '{error}'; write it as 0-3, 28-31 or as last 4.",
                f"中的“{error}”无法识别；请写作 0-3, 28-31 或 last 4。",
            )


def named_targets(recipe: Recipe) -> Found:
    """Names of target modules: none that only learns in full."""
    for name in recipe.adapter.target_modules:
        if leaf(name) in FULL_MODULES:
            yield at(
                "adapter.target_modules",
                f"has {name}, which Unsloth trains in full; name it in "
                "modules_to_save instead.",
                f"含有 {name}，Unsloth 会完整训练它；请改写到 modules_to_save。",
            )


def modules_in_full(recipe: Recipe) -> Found:
    """Modules that learn in full: not packed, and not under an adapter as well."""
    adapter, precision = recipe.adapter, recipe.model.precision
    saved = adapter.modules_to_save
    packed = [n for n in saved if leaf(n) in ALL_LINEAR and precision in PACKED]
    named = (adapter.target_modules or ALL_LINEAR) * (adapter.targets == "names")
    twice = [n for n in saved if n in named]
    if packed:
        names = ", ".join(packed)
        yield at(
            "adapter.modules_to_save",
            f"has {names}; {precision[0]}-bit weights are packed and cannot learn "
            "in full; put it into target_modules, or use 16bit.",
            f"含有 {names}；{precision[0]} 位权重是打包的，无法完整训练；"
            "请写入 target_modules，或使用 16bit。",
        )
    elif twice:
        names = ", ".join(twice)
        yield at(
            "adapter.modules_to_save",
            f"has {names}, which is among the target modules too, and would get no "
            "adapter; name it in one of the two.",
            f"含有 {names}，而它也是目标模块，那样就不会有适配器；请只写在其中一处。",
        )
