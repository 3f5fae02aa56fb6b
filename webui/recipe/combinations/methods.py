"""What single methods ask for, and what other methods would ignore."""

from webui.recipe.combinations.found import Found, at, half_learns, spaced
from webui.recipe.methods import METHODS
from webui.recipe.sections import Recipe
from webui.recipe.sections.adapter import PROMPTS

CHINESE = {"start": "zero 以外的起点", "experts": "专家上的适配器"}


def lora_only(recipe: Recipe) -> Found:
    """Variants of LoRA that any other method would ignore."""
    adapter = recipe.adapter
    if adapter.method == "lora":
        return
    title = METHODS[adapter.method].title
    variants = {
        "use_dora": (adapter.use_dora, "DoRA"),
        "use_rslora": (adapter.use_rslora, "rsLoRA"),
        "lora_plus_ratio": (adapter.lora_plus_ratio > 1, "LoRA+"),
        "experts": (adapter.experts, "An adapter on experts"),
        "start": (adapter.start != "zero", "A start other than zero"),
    }
    for field, (active, name) in variants.items():
        if active:
            chinese = CHINESE.get(field) or spaced(name)
            yield at(
                f"adapter.{field}",
                f"{name} belongs to LoRA, and {title.en} would ignore it; choose "
                "the method lora, or turn it off.",
                f"{chinese}属于 LoRA，{spaced(title.zh)}会忽略它；"
                "请改用 lora 方法或关闭它。",
            )


def lora_plus(recipe: Recipe) -> Found:
    """PEFT builds the optimizer of LoRA+, of which the cell knows two kinds."""
    adapter, optimizer = recipe.adapter, recipe.training.optimizer
    plus = adapter.method == "lora" and adapter.lora_plus_ratio > 1
    if plus and optimizer not in ("adamw_torch_fused", "adamw_8bit"):
        yield at(
            "training.optimizer",
            f"LoRA+ brings an optimizer of its own, and {optimizer} would be "
            "ignored; use adamw_torch_fused or adamw_8bit, or turn LoRA+ off.",
            f"LoRA+ 自带优化器，会忽略 {optimizer}；请用 adamw_torch_fused 或 "
            "adamw_8bit，或关闭 LoRA+。",
        )


def methods(recipe: Recipe) -> Found:
    """What single methods ask for."""
    adapter = recipe.adapter
    if adapter.method == "adalora" and adapter.initial_rank <= adapter.rank:
        yield at(
            "adapter.initial_rank",
            f"must be above the rank ({adapter.rank}), since AdaLoRA gives up what "
            f"it does not need; {adapter.rank * 3 // 2 + 1} is usual.",
            f"应大于秩（{adapter.rank}），因为 AdaLoRA 会剪去不需要的部分；"
            f"常用 {adapter.rank * 3 // 2 + 1}。",
        )
    text = adapter.method == "prompt_tuning" and adapter.prompt_start == "text"
    if text and not adapter.prompt_text.strip():
        yield at(
            "adapter.prompt_text",
            "is empty; state the task in a few words, or start at random.",
            "为空；请用几个词描述任务，或改为随机起点。",
        )
    if adapter.method in PROMPTS and recipe.data.packing:
        yield at(
            "data.packing",
            "puts several texts into one sequence, of which only the first would "
            "see the prompt; turn it off, or choose the method lora.",
            "会把多段文本放进一个序列，只有第一段能看到提示；"
            "请关闭它，或改用 lora 方法。",
        )
    yield from best_of_part(recipe)
    yield from steps_of_adalora(recipe)
    yield from learns_in_fp16(recipe)
    yield from part_of_an_update(recipe)


def part_of_an_update(recipe: Recipe) -> Found:
    """A warm-up is so many updates or, below 1, a share of all; 2.5 is neither."""
    asked = recipe.training.warmup_steps
    if asked > 1 and asked != int(asked):
        yield at(
            "training.warmup_steps",
            f"must be a whole number of updates, or a share below 1; use {int(asked)}.",
            f"应为整数次更新，或小于 1 的比例；可用 {int(asked)}。",
        )


def best_of_part(recipe: Recipe) -> Found:
    """PEFT's checkpoints of some methods hold too little to go back to one."""
    adapter, evaluation = recipe.adapter, recipe.evaluation
    goes_back = evaluation.keep_best and evaluation.every != "no"
    if adapter.saved_in_part and goes_back:
        title = METHODS[adapter.method].title
        yield at(
            "evaluation.keep_best",
            f"goes back to a checkpoint, and PEFT cannot load one of {title.en} "
            "into a training; turn it off.",
            f"需要回到某个检查点，而 PEFT 无法在训练中载入{title.zh}的检查点；"
            "请关闭它。",
        )


def steps_of_adalora(recipe: Recipe) -> Found:
    """PEFT's AdaLoRA measures what each rank is worth before its last step."""
    training = recipe.training
    one = training.duration == "steps" and training.steps < 2
    if recipe.adapter.method == "adalora" and one:
        yield at(
            "training.steps",
            "is too few for AdaLoRA, which gives up ranks by what earlier steps "
            "showed; use 2 at least, better 100.",
            "对 AdaLoRA 太少，它要根据前面的步来剪去秩；至少用 2，最好 100。",
        )


def learns_in_fp16(recipe: Recipe) -> Found:
    """Weights of type fp16 that learn themselves: their small steps are lost."""
    if recipe.model.precision != "fp16":
        return
    if recipe.adapter.method in ("full", "freeze") or half_learns(recipe):
        yield at(
            "model.precision",
            "fp16 weights cannot learn, their steps are lost to rounding; use "
            "bf16, or fp32 where there is no bf16.",
            "fp16 权重无法直接学习，更新会因舍入丢失；请用 bf16，设备不支持时用 fp32。",
        )
