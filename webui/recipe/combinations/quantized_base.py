"""What cannot be done on a base whose weights are packed in 8 or 4 bits."""

from webui.recipe.combinations.found import PACKED, Found, at, spaced
from webui.recipe.methods import METHODS
from webui.recipe.sections import Recipe


def quantized_base(recipe: Recipe) -> Found:
    """What cannot be done on weights that are packed in 8 or 4 bits."""
    method, precision = recipe.adapter.method, recipe.model.precision
    if precision not in PACKED:
        return
    bits = precision[0]
    title = METHODS[method].title
    if method in ("full", "freeze"):
        yield at(
            "model.precision",
            f"{bits}-bit weights are packed and cannot learn; for {title.en} use "
            "16bit, or keep them and choose the method lora (QLoRA).",
            f"{bits} 位权重是打包的，无法学习；{spaced(title.zh)}请用 16bit，"
            "或保留量化并改用 lora 方法（QLoRA）。",
        )
    elif method == "ia3":
        yield at(
            "model.precision",
            f"PEFT cannot take IA3 off {bits}-bit weights again, so the base could "
            "not be asked or tried again; use 16bit, or the method lora.",
            f"PEFT 无法把 IA3 从 {bits} 位权重上取下，基座就不能再对比或重试；"
            "请用 16bit，或改用 lora 方法。",
        )
    elif method in ("vera", "loha", "lokr") or (method, bits) == ("adalora", "8"):
        nearest = "4bit" if method == "adalora" else "16bit"
        yield at(
            "model.precision",
            f"PEFT's {title.en} does not work on {bits}-bit weights; use "
            f"{nearest}, or the method lora.",
            f"PEFT 的 {spaced(title.zh)}不支持 {bits} 位权重；请用 {nearest}，"
            "或改用 lora 方法。",
        )
