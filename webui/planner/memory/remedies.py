"""What to change when a recipe does not fit a card: the least harmful things first.

The order is by harm to what is learned. Checkpointing and smaller batches that are
added up give the same result, only later. An 8-bit optimizer and 4-bit weights cost a
little exactness. Fewer modules and a lower rank leave less room to learn. Shorter rows
lose data, so they come last; after them only a smaller model helps.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webui.figures import size
from webui.planner.errors import PlannerError
from webui.planner.memory.cards import DEFAULT, Card
from webui.planner.memory.estimate import checkpointing, estimate
from webui.planner.memory.parts import Memory
from webui.recipe import Recipe
from webui.recipe.checks import RecipeError
from webui.recipe.field import Text
from webui.recipe.sections.adapter import TARGETED
from webui.recipe.store import with_values

Values = dict[str, Any]
Change = tuple[Values, Text]

WORTH = 0.99  # a change that leaves more than this share of the memory is no help
LOWEST_RANK, SHORTEST = 4, 128
RANKED = ("lora", "adalora", "vera", "loha", "lokr")


@dataclass(frozen=True)
class Remedy:
    """Changes of fields, by path, one sentence, and what it takes with them and with
    all remedies before it."""

    values: Values
    text: Text
    memory: Memory
    fits: bool


@dataclass(frozen=True)
class Remedies:
    """Steps to apply one after the other, until the recipe fits.

    ``recipe`` is the recipe with all of them. If it still does not fit, ``model`` names
    a model of the catalogue that does ("" for none), and ``text`` says so.
    """

    steps: tuple[Remedy, ...]
    recipe: Recipe
    fits: bool
    model: str = ""
    text: Text | None = None


def remedies(recipe: Recipe, card: Card = DEFAULT) -> Remedies:
    """The least harmful changes with which a recipe fits; none when it does already.

    Raises:
        PlannerError: as ``estimate``.
    """
    asked, memory = recipe, estimate(recipe, card)
    steps: list[Remedy] = []
    for propose in PROPOSALS:
        while memory.high > card.memory:
            step = attempt(recipe, card, memory, propose)
            if step is None:
                break
            recipe, memory = with_values(recipe, step.values), step.memory
            steps.append(step)
    if memory.high <= card.memory:
        needed = without_needless(asked, steps, card)
        return Remedies(needed, applied(asked, needed), True)
    model = model_that_fits(recipe, card)
    return Remedies(tuple(steps), recipe, False, model, another_model(model))


def applied(recipe: Recipe, steps: Sequence[Remedy]) -> Recipe:
    """The recipe with these remedies."""
    for step in steps:
        recipe = with_values(recipe, step.values)
    return recipe


def without_needless(
    recipe: Recipe, steps: Sequence[Remedy], card: Card
) -> tuple[Remedy, ...]:
    """The steps without those that a later, stronger one made needless.

    Where only 4-bit weights help, a batch need not be small as well.
    """
    for step in reversed(steps[:-1]):
        fewer = [other for other in steps if other is not step]
        try:
            if estimate(applied(recipe, fewer), card).high <= card.memory:
                steps = fewer
        except (RecipeError, PlannerError):
            continue
    weighed = []
    for step in steps:
        recipe = with_values(recipe, step.values)
        memory = estimate(recipe, card)
        weighed.append(replace(step, memory=memory, fits=memory.high <= card.memory))
    return tuple(weighed)


Proposal = Callable[[Recipe, Card], Iterator[Change]]


def attempt(
    recipe: Recipe, card: Card, before: Memory, propose: Proposal
) -> Remedy | None:
    """The proposal as a remedy; None if it is not valid here, or does not help."""
    for values, text in propose(recipe, card):
        try:
            memory = estimate(with_values(recipe, values), card)
        except (RecipeError, PlannerError):
            continue
        if memory.high < WORTH * before.high:
            return Remedy(values, text, memory, memory.high <= card.memory)
    return None


def turn_on_checkpointing(recipe: Recipe, card: Card) -> Iterator[Change]:
    for how in ("unsloth",) if card.is_gpu else ("standard", "unsloth"):
        if checkpointing(recipe, card) not in (how, "unsloth"):
            yield (
                {"training.gradient_checkpointing": how},
                Text(
                    "Turn on gradient checkpointing: the same result, about a third "
                    "more time.",
                    "开启梯度检查点：结果相同，时间约多三分之一。",
                ),
            )


def halve_batch(recipe: Recipe, card: Card) -> Iterator[Change]:
    batch = recipe.training.batch_size
    if batch > 1:
        # The same rows before each step, where an odd batch allows it.
        count = -(-batch * recipe.training.gradient_accumulation // (batch // 2))
        yield (
            {
                "training.batch_size": batch // 2,
                "training.gradient_accumulation": count,
            },
            Text(
                f"Use batches of {batch // 2} and add up {count} of them: the same "
                "rows before each step, a little slower.",
                f"批大小改为 {batch // 2}，累积 {count} 次：每步数据量不变，稍慢。",
            ),
        )


def pack_optimizer(recipe: Recipe, card: Card) -> Iterator[Change]:
    if card.is_gpu and recipe.training.optimizer != "adamw_8bit":
        yield (
            {"training.optimizer": "adamw_8bit"},
            Text(
                "Use 8-bit AdamW: a quarter of the optimizer's memory, nearly the same "
                "result.",
                "使用 8 位 AdamW：优化器内存降为四分之一，结果几乎相同。",
            ),
        )


def halve_numbers(recipe: Recipe, card: Card) -> Iterator[Change]:
    if recipe.model.precision == "fp32":
        yield (
            {"model.precision": "16bit"},
            Text(
                "Hold the weights in 16 bits: half the memory, as most models were "
                "published.",
                "权重改用 16 位：内存减半，多数模型发布时即为此精度。",
            ),
        )


def learn_an_adapter(recipe: Recipe, card: Card) -> Iterator[Change]:
    if recipe.adapter.method == "full":
        yield (
            {"adapter.method": "lora"},
            Text(
                "Learn a LoRA adapter and leave the base as it is: for most tasks as "
                "good.",
                "改用 LoRA 适配器，不改动基座：多数任务效果相当。",
            ),
        )


def pack_weights(recipe: Recipe, card: Card) -> Iterator[Change]:
    if recipe.model.precision != "4bit":
        yield (
            {"model.precision": "4bit"},
            Text(
                "Load the base in 4 bits (QLoRA): a little quality is lost.",
                "以 4 位加载基座（QLoRA）：质量略有损失。",
            ),
        )


def fewer_modules(recipe: Recipe, card: Card) -> Iterator[Change]:
    adapter = recipe.adapter
    if adapter.method in TARGETED and adapter.targets != "attention":
        yield (
            {"adapter.targets": "attention"},
            Text(
                "Adapt the attention layers only: less room to learn.",
                "只适配注意力层：可学习的空间变小。",
            ),
        )


def lower_rank(recipe: Recipe, card: Card) -> Iterator[Change]:
    adapter = recipe.adapter
    if adapter.method in RANKED and adapter.rank > LOWEST_RANK:
        rank = max(LOWEST_RANK, adapter.rank // 2)
        values: Values = {"adapter.rank": rank}
        if adapter.method == "adalora":
            values["adapter.initial_rank"] = max(rank + 1, adapter.initial_rank // 2)
        yield (
            values,
            Text(
                f"Lower the rank to {rank}: less room to learn.",
                f"秩降到 {rank}：可学习的空间变小。",
            ),
        )


def shorten(recipe: Recipe, card: Card) -> Iterator[Change]:
    length = recipe.model.max_seq_length
    if length > SHORTEST:
        half = max(SHORTEST, length // 2)
        yield (
            {"model.max_seq_length": half},
            Text(
                f"Cut rows at {half} tokens: what is behind is lost.",
                f"在 {half} 个 token 处截断：之后的内容会丢失。",
            ),
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


def model_that_fits(recipe: Recipe, card: Card, tries: int = 5) -> str:
    """The largest open model of the catalogue that fits with this recipe; "" for none.

    Only a few are tried, the largest first whose packed weights could fit at all.
    """
    from webui.planner.catalogue.catalogue import entries

    byte = 0.6 if recipe.model.precision == "4bit" else 2
    small = (e for e in entries() if e.parameters * byte < 0.8 * card.memory)
    for entry in sorted(small, key=lambda e: -e.parameters)[:tries]:
        name = next((n for n in entry.names if not entry.is_gated(n)), entry.names[0])
        try:
            changed = with_values(recipe, {"model.name": name})
            if estimate(changed, card).high <= card.memory:
                return name
        except (RecipeError, PlannerError):
            continue
    return ""


def another_model(name: str) -> Text:
    """The last advice."""
    if not name:
        return Text(
            "Nothing here makes it fit; choose a larger card.",
            "以上改动都不够；请选择更大的显卡。",
        )
    return Text(
        f"None of this makes it fit; a smaller model such as {name} would.",
        f"以上改动都不够；换用较小的模型（如 {name}）即可放下。",
    )


def after(remedy: Remedy) -> Text:
    """The remedy's sentence with the memory after it."""
    about = size(remedy.memory.total)
    return Text(
        f"{remedy.text.en} Then about {about}.", f"{remedy.text.zh}之后约 {about}。"
    )
