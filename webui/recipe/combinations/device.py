"""What a device cannot do, be it this machine's or a card that is planned for."""

from webui.recipe.combinations.found import Found, at, half_learns, leaf
from webui.recipe.combinations.named_model import experts_on_a_cpu
from webui.recipe.problems import Problem
from webui.recipe.sections import Recipe
from webui.recipe.sections.adapter import ALL_LINEAR
from webui.text import Text

INNER = (*ALL_LINEAR, "self_attn", "mlp")


def device_rules(recipe: Recipe, name: str, *, has_bf16: bool, has_gpu: bool) -> Found:
    """What a device of this name cannot do of a recipe."""
    if not has_bf16:
        yield from without_bf16(recipe, name)
    if has_gpu:
        yield from saved_by_unsloth(recipe)
        return
    yield from experts_on_a_cpu(recipe)
    if recipe.training.optimizer == "lion_8bit":
        # Of the 8-bit optimizers on a CPU; AdamW's are the same rule in more bits.
        yield at(
            "training.optimizer",
            "On a CPU Unsloth puts AdamW in Lion's place, which wants another "
            "learning rate; use adamw_torch_fused.",
            "在 CPU 上，Unsloth 会用 AdamW 代替 Lion，而两者的学习率不同；"
            "请用 adamw_torch_fused。",
        )
    if recipe.adapter.method == "lora" and recipe.adapter.start == "loftq":
        yield at(
            "adapter.start",
            "PEFT computes LoftQ on a CUDA GPU only, and this machine has none; "
            "use zero here.",
            "PEFT 只能在 CUDA GPU 上计算 LoftQ，而本机没有；请用 zero。",
        )


def without_bf16(recipe: Recipe, name: str) -> Found:
    """A GPU older than Ampere: 16 bits are fp16 there, in which nothing can learn."""
    model = recipe.model
    whole = recipe.adapter.method in ("full", "freeze")
    learning = half_learns(recipe)
    if model.precision == "bf16":
        nearest = "fp32" if whole or learning else "fp16, or 16bit"
        yield Problem("model.precision", no_bf16(name, nearest))
    elif learning and model.precision != "fp32":
        yield Problem(learning, learns_in_half(name, learning))
    if model.precision == "4bit" and model.compute_dtype == "bf16":
        yield Problem("model.compute_dtype", no_bf16(name, "fp16, or auto"))


def no_bf16(name: str, nearest: str) -> Text:
    """A type that the device lacks, and those that it has."""
    chinese = nearest.replace(", or ", " 或 ")
    return Text(
        f"bf16 is not a type that {name} computes in; use {nearest}.",
        f"{name} 不支持 bf16 计算；请用 {chinese}。",
    )


def learns_in_half(name: str, field: str) -> Text:
    """Copies of base weights that would learn in fp16."""
    way, chinese = "choose the method lora", "请改用 lora 方法"
    if field == "adapter.modules_to_save":
        way, chinese = "leave it out", "请去掉它"
    return Text(
        f"makes weights of the base learn, which {name} holds in fp16, where their "
        f"steps are lost to rounding; {way}, or use model.precision fp32.",
        f"会让基座权重参与学习，而 {name} 以 fp16 保存它们，更新会因舍入丢失；"
        f"{chinese}，或将 model.precision 设为 fp32。",
    )


def saved_by_unsloth(recipe: Recipe) -> Found:
    """On a GPU Unsloth's LoRA takes no projection to learn in full beside it.

    Its general loader does, which it uses for fp32 only.
    """
    adapter = recipe.adapter
    if adapter.method != "lora" or recipe.model.precision not in (
        "16bit",
        "bf16",
        "fp16",
    ):
        return
    name = ", ".join(n for n in adapter.modules_to_save if leaf(n) in INNER)
    if name:
        yield at(
            "adapter.modules_to_save",
            f"has {name}; beside LoRA Unsloth trains only embed_tokens, "
            "lm_head and norms in full on a GPU; put it into target_modules.",
            f"含有 {name}；在 GPU 上，Unsloth 的 LoRA 只能同时完整训练 "
            "embed_tokens、lm_head 和归一化层；请写入 target_modules。",
        )
