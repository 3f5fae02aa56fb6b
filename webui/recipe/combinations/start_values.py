"""Which start values suit which base, and which variant of LoRA."""

from webui.recipe.combinations.found import PACKED, Found, at
from webui.recipe.sections import Recipe

FROM_WEIGHTS = {"pissa": "PiSSA", "olora": "OLoRA"}


def start_values(recipe: Recipe) -> Found:
    """What the start of LoRA's matrices asks of the rest; other methods have none."""
    if recipe.adapter.method != "lora":
        return
    if recipe.adapter.start == "loftq":
        yield from loftq(recipe)
    if recipe.adapter.start == "eva":
        yield from eva(recipe)
    if recipe.adapter.start in FROM_WEIGHTS:
        yield from from_weights(recipe)


def loftq(recipe: Recipe) -> Found:
    """LoftQ makes up for the error of 4 bits with an adapter that is not scaled."""
    adapter = recipe.adapter
    if recipe.model.precision != "4bit":
        nearest = "eva" if recipe.model.precision == "8bit" else "pissa"
        yield at(
            "adapter.start",
            "LoftQ makes up for what 4 bits lose, so it needs model.precision "
            f"4bit; with {recipe.model.precision} the nearest start is {nearest}.",
            "LoftQ 用来弥补 4 位量化的损失，需要 model.precision 为 4bit；"
            f"在 {recipe.model.precision} 下，最接近的起点是 {nearest}。",
        )
    if adapter.use_rslora:
        yield at(
            "adapter.use_rslora",
            "rsLoRA scales the adapter by more than 1, and PEFT's LoftQ must not "
            "be scaled; turn it off, or use the start zero.",
            "rsLoRA 会放大适配器，而 PEFT 的 LoftQ 不能缩放；请关闭它，"
            "或改用 zero 起点。",
        )
    if adapter.alpha != adapter.rank:
        yield at(
            "adapter.alpha",
            f"must equal the rank with the start LoftQ, which PEFT does not scale; "
            f"use {adapter.rank}.",
            f"使用 LoftQ 起点时必须等于秩（PEFT 不做缩放）；请用 {adapter.rank}。",
        )


def eva(recipe: Recipe) -> Found:
    """EVA finds modules by name, and needs a text of as many tokens as ranks."""
    adapter, length = recipe.adapter, recipe.model.max_seq_length
    if adapter.targets == "all-linear":
        yield at(
            "adapter.targets",
            "PEFT's EVA does not know all-linear and would start from zero; use "
            "names, with the modules written out.",
            "PEFT 的 EVA 不认识 all-linear，会退回零起点；请用 names 并写出各模块名。",
        )
    if adapter.rank > length:
        yield at(
            "adapter.rank",
            f"{adapter.rank} directions cannot be found in texts of {length} "
            f"tokens, and PEFT's EVA would search for ever; use {length} or less.",
            f"在 {length} 个 token 的文本中找不到 {adapter.rank} 个方向，"
            f"PEFT 的 EVA 会一直找下去；请用不超过 {length} 的值。",
        )


def from_weights(recipe: Recipe) -> Found:
    """PiSSA and OLoRA take their start out of the weights, and are converted later."""
    adapter, precision = recipe.adapter, recipe.model.precision
    name = FROM_WEIGHTS[adapter.start]
    if precision in PACKED:
        nearest = "loftq" if precision == "4bit" else "eva"
        yield at(
            "adapter.start",
            f"{name} takes its parts out of the weights, which cannot be done to "
            f"{precision[0]}-bit ones; use {nearest} here, or model.precision "
            "16bit.",
            f"{name} 要从权重中取出一部分，对 {precision[0]} 位权重做不到；"
            f"请改用 {nearest}，或将 model.precision 设为 16bit。",
        )
    for field, title in (("use_rslora", "rsLoRA"), ("use_dora", "DoRA")):
        if getattr(adapter, field):
            yield at(
                f"adapter.{field}",
                f"{title} cannot be saved as a plain adapter after the start "
                f"{name}; use the start zero with it.",
                f"使用 {name} 起点时，{title} 无法保存为普通适配器；请改用 zero 起点。",
            )
    if adapter.modules_to_save:
        yield at(
            "adapter.modules_to_save",
            f"cannot be used with the start {name}, whose adapter is converted "
            "when it is saved; use the start zero.",
            f"不能与 {name} 起点同用（其适配器保存时要转换）；请用 zero 起点。",
        )
