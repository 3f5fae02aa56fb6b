"""What PEFT's adapter on the experts of a mixture does not go with."""

from webui.recipe.combinations.found import Found, at
from webui.recipe.sections import Recipe


def experts(recipe: Recipe) -> Found:
    """LoRA on weights that are no layers of their own is plain LoRA alone."""
    adapter = recipe.adapter
    if adapter.method != "lora" or not adapter.experts:
        return
    unfit = {
        "dropout": (adapter.dropout > 0, "0"),
        "use_dora": (adapter.use_dora, "false"),
        "start": (adapter.start not in ("zero", "gaussian"), "zero"),
        "layers": (bool(adapter.layers), "all"),
    }
    for field, (active, nearest) in unfit.items():
        if active:
            way, chinese = f"use {nearest}", f"请用 {nearest}"
            if field == "layers":
                way, chinese = "leave it empty", "请留空"
            yield at(
                f"adapter.{field}",
                "does not go with adapter.experts: PEFT's adapter on experts does not "
                f"know it; {way}, or turn experts off.",
                "不能与 adapter.experts 同用：PEFT 在专家上的适配器不支持它；"
                f"{chinese}，或关闭 experts。",
            )
