"""What can be changed to take less memory, one function for each kind of change.

Each gives the values of fields, by path, and a sentence; nothing where it cannot help.
"""

from collections.abc import Callable, Iterator
from typing import Any

from webui.counts.memory.cards import Card
from webui.counts.memory.estimate import checkpointing
from webui.counts.parameters.grid import RANKED
from webui.notebook.model_cell import learns_itself
from webui.recipe import Recipe
from webui.recipe.sections.adapter import TARGETED
from webui.text import Text

Values = dict[str, Any]
Change = tuple[Values, Text]
Proposal = Callable[[Recipe, Card], Iterator[Change]]

LOWEST_RANK, SHORTEST = 4, 128


def change(values: Values, english: str, chinese: str) -> Change:
    """Values of fields, and the sentence that says so."""
    return values, Text(english, chinese)


def turn_on_checkpointing(recipe: Recipe, card: Card) -> Iterator[Change]:
    for how in ("unsloth",) if card.is_gpu else ("standard", "unsloth"):
        if checkpointing(recipe, card) not in (how, "unsloth"):
            yield change(
                {"training.gradient_checkpointing": how},
                "Turn on gradient checkpointing: the same result, about a third "
                "more time.",
                "开启梯度检查点：结果相同，时间约多三分之一。",
            )


def halve_batch(recipe: Recipe, card: Card) -> Iterator[Change]:
    batch = recipe.training.batch_size
    if batch > 1:
        # The same rows before each step, where an odd batch allows it.
        count = -(-batch * recipe.training.gradient_accumulation // (batch // 2))
        yield change(
            {
                "training.batch_size": batch // 2,
                "training.gradient_accumulation": count,
            },
            f"Use batches of {batch // 2} and add up {count} of them: the same "
            "rows before each step, a little slower.",
            f"批大小改为 {batch // 2}，累积 {count} 次：每步数据量不变，稍慢。",
        )


def pack_optimizer(recipe: Recipe, card: Card) -> Iterator[Change]:
    if card.is_gpu and recipe.training.optimizer == "adamw_torch_fused":
        yield change(
            {"training.optimizer": "adamw_8bit"},
            "Use 8-bit AdamW: a quarter of the optimizer's memory, nearly the same "
            "result.",
            "使用 8 位 AdamW：优化器内存降为四分之一，结果几乎相同。",
        )


def halve_numbers(recipe: Recipe, card: Card) -> Iterator[Change]:
    # What learns itself is held in fp32 at 16 bits too.
    if recipe.model.precision == "fp32" and not learns_itself(recipe):
        yield change(
            {"model.precision": "16bit"},
            "Hold the weights in 16 bits: half the memory, as most models were "
            "published.",
            "权重改用 16 位：内存减半，多数模型发布时即为此精度。",
        )


def learn_an_adapter(recipe: Recipe, card: Card) -> Iterator[Change]:
    if recipe.adapter.method == "full":
        yield change(
            {"adapter.method": "lora"},
            "Learn a LoRA adapter and leave the base as it is: for most tasks as good.",
            "改用 LoRA 适配器，不改动基座：多数任务效果相当。",
        )


def pack_weights(recipe: Recipe, card: Card) -> Iterator[Change]:
    if recipe.model.precision != "4bit":
        yield change(
            {"model.precision": "4bit"},
            "Load the base in 4 bits (QLoRA): a little quality is lost.",
            "以 4 位加载基座（QLoRA）：质量略有损失。",
        )


def fewer_modules(recipe: Recipe, card: Card) -> Iterator[Change]:
    adapter = recipe.adapter
    if adapter.method in TARGETED and adapter.targets != "attention":
        yield change(
            {"adapter.targets": "attention"},
            "Adapt the attention layers only: less room to learn.",
            "只适配注意力层：可学习的空间变小。",
        )


def lower_rank(recipe: Recipe, card: Card) -> Iterator[Change]:
    adapter = recipe.adapter
    if adapter.method in RANKED and adapter.rank > LOWEST_RANK:
        rank = max(LOWEST_RANK, adapter.rank // 2)
        values: Values = {"adapter.rank": rank}
        if adapter.method == "adalora":
            values["adapter.initial_rank"] = max(rank + 1, adapter.initial_rank // 2)
        yield change(
            values,
            f"Lower the rank to {rank}: less room to learn.",
            f"秩降到 {rank}：可学习的空间变小。",
        )


def shorten(recipe: Recipe, card: Card) -> Iterator[Change]:
    length = recipe.model.max_seq_length
    if length > SHORTEST:
        half = max(SHORTEST, length // 2)
        yield change(
            {"model.max_seq_length": half},
            f"Cut rows at {half} tokens: what is behind is lost.",
            f"在 {half} 个 token 处截断：之后的内容会丢失。",
        )


PROPOSALS: tuple[Proposal, ...] = (
    turn_on_checkpointing,
    halve_batch,
    pack_optimizer,
    halve_numbers,
    learn_an_adapter,
    pack_weights,
    fewer_modules,
    lower_rank,
    shorten,
)
