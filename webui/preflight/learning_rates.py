"""How often the weights will be updated, at which rates, and whether they learn."""

from collections.abc import Callable
from dataclasses import dataclass

from webui.errors import PlannerError
from webui.figures import brief, whole
from webui.planner.process import ask
from webui.recipe import Recipe
from webui.recipe.problems import Problem
from webui.recipe.updates import learned_rows, updates, warm_up
from webui.rows.row_count import training_rows
from webui.text import Text

LISTED = 100  # updates; of more only some rates are told
FIELD = "training.warmup_steps"
TOO_LOW = Text(
    "The schedule polynomial ends at a learning rate of 1e-7 and must begin above it; "
    "choose linear.",
    "polynomial 调度最终的学习率为 1e-7，起始值必须更大；请改用 linear。",
)


@dataclass(frozen=True)
class Rates:
    """The updates of a training: how many, how many are warm-up, and their rates.

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
        way = self.way
        return Text(
            f"{some.en}{count} update{plural} of the weights{of.en}; {way.en}.",
            f"{of.zh}{some.zh}更新权重 {count} 次；{way.zh}。",
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
    recipe: Recipe, rows: int | None = None, pieces: bool = False
) -> Rates | None:
    """The updates of a recipe's training; None where nobody knows how many.

    Args:
        rows: how many rows are trained on; without it they are counted.
        pieces: whether long rows will come in pieces.

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
    if training.schedule == "constant":
        first = 0
    rate = schedule(recipe, first, count)
    return Rates(
        updates=count,
        warm_up=first,
        asked=training.learning_rate,
        highest=rate(min(first, count - 1)),
        last=rate(count - 1),
        each=tuple(map(rate, range(count))) if count <= LISTED else (),
        rows=rows or 0,
        at_most=by_rows and recipe.data.packing,
        at_least=by_rows and pieces and not recipe.data.packing,
    )


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
        raise PlannerError(TOO_LOW) from None
    return lambda number: training.learning_rate * made.lr_lambdas[0](number)


def rate_problems(recipe: Recipe, rows: int, pieces: bool = False) -> list[Problem]:
    """Why a training on so many rows would learn nothing; asked by the server."""
    if warm_up_fits(recipe, rows):
        return []
    try:
        rates = ask(learning_rates, recipe, rows, pieces)
    except PlannerError as error:
        return [Problem("training.schedule", error.text)]
    return [rates.problem] if rates and rates.problem else []


def warm_up_fits(recipe: Recipe, rows: int) -> bool:
    """Whether the warm-up surely ends, so that nobody need be asked."""
    training = recipe.training
    if training.schedule == "polynomial":
        return False  # it has an end of its own, which a rate may lie below
    count = updates(training, rows)
    if training.schedule == "constant":
        return True
    return warm_up(training.warmup_steps, count) < count
