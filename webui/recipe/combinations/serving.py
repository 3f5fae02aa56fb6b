"""What a server can load beside a base."""

from webui.recipe.combinations.found import Found, at
from webui.recipe.sections import Recipe

# Ranks that vLLM allots room for; older ones end at 64.
VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)


def served(recipe: Recipe) -> Found:
    """What vLLM can load beside a base."""
    adapter = recipe.adapter
    if adapter.serve_with == "any" or adapter.method in ("full", "freeze"):
        return  # a whole model is served as it is
    if adapter.method != "lora":
        yield at(
            "adapter.method",
            "vLLM serves LoRA adapters only; use lora.",
            "vLLM 只支持 LoRA 适配器；请用 lora 方法。",
        )
        return
    for field, active in (
        ("use_dora", adapter.use_dora),
        ("modules_to_save", bool(adapter.modules_to_save)),
    ):
        if active:
            yield at(
                f"adapter.{field}",
                "cannot be served by vLLM beside a base; leave it out, or merge "
                "the adapter into the model.",
                "无法由 vLLM 挂载在基座上；请去掉，或把适配器合并进模型。",
            )
    # PiSSA and OLoRA are saved as plain adapters of twice the rank.
    rank = adapter.rank * (2 if adapter.start in ("pissa", "olora") else 1)
    most = 64 if adapter.serve_with == "older_vllm" else VLLM_RANKS[-1]
    if rank > most:
        yield at(
            "adapter.rank",
            f"makes an adapter of rank {rank}, and this vLLM takes {most} at most; "
            f"use {adapter.rank * most // rank}.",
            f"会得到秩为 {rank} 的适配器，而此 vLLM 最多支持 {most}；"
            f"请用 {adapter.rank * most // rank}。",
        )
