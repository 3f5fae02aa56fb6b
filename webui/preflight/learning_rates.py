"""How often the weights will be updated, at which rates, and whether they learn."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from webui.counts.trials import trials, tried
from webui.errors import PlannerError
from webui.figures import brief, whole
from webui.planner.process import ask
from webui.recipe import Recipe
from webui.recipe.problems import Problem
from webui.recipe.updates import learned_rows, updates, warm_up
from webui.rows.row_count import training_rows
from webui.runs.moving import FAINT
from webui.text import Text

LISTED = 100  # updates; of more only some rates are told
FIELD = "training.warmup_steps"
# What a sweep may try of how many updates there are, and at which rates.
RATED = tuple(
    f"training.{name}"
    for name in ("epochs", "steps", "batch_size", "gradient_accumulation")
) + (FIELD, "training.learning_rate")
TOO_LOW = Text(
    "The schedule polynomial ends at a learning rate of 1e-7 and must begin above it; "
    "choose linear.",
    "polynomial 调度最终的学习率为 1e-7，起始值必须更大；请改用 linear。",
)
TOO_FEW = Text(
    "leaves a single update of the weights, too few for AdaLoRA, which gives up ranks "
    "by what earlier updates showed; train for longer, or choose the method lora.",
    "只会更新权重一次，对 AdaLoRA 太少（它要根据前面的更新来剪去秩）；"
    "请延长训练，或改用 lora 方法。",
)


@dataclass(frozen=True)
class Rates:
    """The updates of a training: how many, how many are warm-up, and their rates.

    No weight can move further than about ``reach``, the sum of all rates; the method
    works from ``fewest`` updates on.
    ``at_most`` stands where packing will make fewer of them, ``at_least`` where long
    rows come in pieces. ``each`` holds the rate of every update, or is empty where
    there are more than LISTED.
    """

    updates: int
    warm_up: int
    asked: float
    highest: float
    last: float
    each: tuple[float, ...] = ()
    rows: int = 0
    at_most: bool = False
    at_least: bool = False
    reach: float = 1.0
    fewest: int = 1

    @property
    def text(self) -> Text:
        """All of it in one sentence."""
        count, rows = whole(self.updates), whole(self.rows)
        some = Text("", "")
        if self.at_most or self.at_least:
            some = (
                Text("At most ", "至多") if self.at_most else Text("At least ", "至少")
            )
        of = (
            Text(f" from {rows} rows", f"{rows} 条数据，")
            if self.rows
            else Text("", "")
        )
        plural = "" if self.updates == 1 else "s"
        way, effect = self.way, self.effect
        return Text(
            f"{some.en}{count} update{plural} of the weights{of.en}; {way.en}"
            f"{effect.en}.",
            f"{of.zh}{some.zh}更新权重 {count} 次；{way.zh}{effect.zh}。",
        )

    @property
    def effect(self) -> Text:
        """That all of it is too little to teach anything; empty where it is enough."""
        if not self.highest or self.reach >= FAINT:
            return Text("", "")
        far = brief(self.reach, 2)
        return Text(
            f". No weight can move further than {far}, so nothing would be learned; "
            "raise the rate",
            f"。任何权重的变化都不会超过 {far}，什么都学不到；请提高学习率",
        )

    @property
    def way(self) -> Text:
        """How the rate goes."""
        top, end = brief(self.highest, 3), brief(self.last, 3)
        falls = self.last < self.highest
        last = Text(f" and ends at {end}", f"，最后为 {end}") if falls else Text("", "")
        if not self.warm_up:
            return Text(
                f"the learning rate starts at {top}{last.en}",
                f"学习率从 {top} 开始{last.zh}",
            )
        if self.warm_up >= self.updates:
            return Text(
                f"all of it is warm-up, from 0 to {top}",
                f"全程都在预热，学习率从 0 到 {top}",
            )
        steps = whole(self.warm_up)
        return Text(
            f"the learning rate rises from 0 to {top} in the first {steps}{last.en}",
            f"学习率在前 {steps} 次中从 0 升到 {top}{last.zh}",
        )

    @property
    def problem(self) -> Problem | None:
        """Why nothing would be learned, or never at the rate that was asked for."""
        if self.updates < self.fewest and not self.at_least:
            return Problem("training.epochs", TOO_FEW)
        if self.warm_up < self.updates or self.at_least:
            return None
        count, steps = whole(self.updates), whole(self.warm_up)
        plural = "" if self.updates == 1 else "s"
        reached = brief(self.highest, 3)
        effect = Text(
            f"the learning rate would reach {reached} at most, not "
            f"{brief(self.asked, 3)}",
            f"学习率最高只到 {reached}，达不到 {brief(self.asked, 3)}",
        )
        if not self.highest:
            effect = Text(
                "the learning rate would stay 0 and nothing would be learned",
                "学习率一直为 0，什么都学不到",
            )
        return Problem(
            FIELD,
            Text(
                f"is a warm-up of {steps}, and the training makes only {count} "
                f"update{plural}: {effect.en}. Set it to 0.05, a share of the updates, "
                "or train for longer.",
                f"即预热 {steps} 次，而训练总共只更新 {count} 次：{effect.zh}。"
                "请设为 0.05（按更新次数的比例），或延长训练。",
            ),
        )


def learning_rates(
    recipe: Recipe,
    rows: int | None = None,
    pieces: bool = False,
    *,
    trial: bool = False,
) -> Rates | None:
    """The updates of a recipe's training; None where nobody knows how many.

    Args:
        rows: how many rows are trained on; without it they are counted.
        pieces: whether long rows will come in pieces.
        trial: whether this is one of the recipe's sweep.

    Raises:
        PlannerError: if the rows cannot be read.
    """
    training, by_rows = recipe.training, recipe.training.duration == "epochs"
    if by_rows and not rows:
        rows = learned_rows(recipe, training_rows(recipe) or 0)
    if by_rows and not rows:
        return None
    count = updates(training, rows or 0)
    first = warm_up(training.warmup_steps, count)
    if 0 < training.warmup_steps < 1 and FIELD in recipe.sweep.space and trial:
        first = max(1, first)  # handed on as it is, and Transformers rounds it up
    if training.schedule == "constant":
        first = 0
    rate = schedule(recipe, first, count)
    highest = rate(min(first, count - 1))
    return Rates(
        updates=count,
        warm_up=first,
        asked=training.learning_rate,
        highest=highest,
        last=rate(count - 1),
        each=tuple(map(rate, range(count))) if count <= LISTED else (),
        rows=rows or 0,
        at_most=by_rows and recipe.data.packing,
        at_least=by_rows and pieces and not recipe.data.packing,
        reach=highest * count * times(recipe),
        fewest=fewest(recipe),
    )


def fewest(recipe: Recipe) -> int:
    """The updates without which a method fails: AdaLoRA looks back before its last."""
    return 2 if recipe.adapter.method == "adalora" else 1


def times(recipe: Recipe) -> float:
    """How many times its rate an update may move a weight.

    What adapts its steps moves no weight further than the rate, and SGD no further than
    that times the gradient, which is clipped.
    """
    plain = recipe.training.optimizer == "sgd"
    plus = recipe.adapter.lora_plus_ratio if recipe.adapter.method == "lora" else 1.0
    return plus * (recipe.training.max_grad_norm if plain else 1.0)


def schedule(recipe: Recipe, first: int, count: int) -> Callable[[int], float]:
    """Transformers' own schedule: from an update's number, from 0, to its rate."""
    import torch
    from transformers import get_scheduler

    training = recipe.training
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=training.learning_rate)
    try:
        made = get_scheduler(training.schedule, optimizer, first, count)
    except ValueError:
        raise PlannerError(TOO_LOW, "training.schedule") from None
    return lambda number: training.learning_rate * made.lr_lambdas[0](number)


def rate_problems(
    recipe: Recipe, rows: int, pieces: bool = False, *, sweep: bool = False
) -> list[Problem]:
    """Why a training on so many rows would learn nothing, with ``sweep`` any of its
    trials; asked by the server."""
    if all(warm_up_fits(trial, rows) for _, trial in rated_trials(recipe, sweep)):
        return []
    try:
        found: list[Problem] = ask(amiss, recipe, rows, pieces, sweep)
    except PlannerError as error:
        return [Problem(error.path or FIELD, error.text)]
    return found


def amiss(recipe: Recipe, rows: int, pieces: bool, sweep: bool) -> list[Problem]:
    """What is wrong with the rates of a training, or of each trial of its sweep.

    Raises:
        PlannerError: if the rows cannot be read.
    """
    found = []
    for values, trial in rated_trials(recipe, sweep):
        try:
            rates = learning_rates(trial, rows, pieces, trial=sweep)
            problem = rates.problem if rates else None
        except PlannerError as error:
            if not error.path:
                raise
            problem = Problem(error.path, error.text)
        if problem:
            found.append(tried(values, problem))
    return found


def rated_trials(
    recipe: Recipe, sweep: bool
) -> Iterator[tuple[dict[str, Any], Recipe]]:
    """The combinations of swept values that the rates depend on."""
    return trials(recipe, RATED, sweep=sweep)


def warm_up_fits(recipe: Recipe, rows: int) -> bool:
    """Whether the warm-up surely ends, so that nobody need be asked."""
    training = recipe.training
    if training.schedule == "polynomial":
        return False  # it has an end of its own, which a rate may lie below
    count = updates(training, rows)
    if count < fewest(recipe):
        return False
    if training.schedule == "constant":
        return True
    # A swept share is handed on as it is, and Transformers rounds it up.
    return max(1, warm_up(training.warmup_steps, count)) < count or (
        training.warmup_steps == 0
    )
