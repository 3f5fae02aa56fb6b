"""What to change when a recipe does not fit a card: the least harmful things first.

The order is by harm to what is learned. Checkpointing and smaller batches that are
added up give the same result, only later. An 8-bit optimizer and 4-bit weights cost a
little exactness. Fewer modules and a lower rank leave less room to learn. Shorter rows
lose data, so they come last; after them only a smaller model helps.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from webui.counts.memory.cards import DEFAULT, Card
from webui.counts.memory.estimate import estimate
from webui.counts.memory.measured import NONE, Correction
from webui.counts.memory.parts import Memory
from webui.counts.memory.proposals import PROPOSALS, Proposal, Values
from webui.counts.parameters.meta import base_of, parameters_of_base
from webui.errors import PlannerError
from webui.models.catalogue.catalogue import Entry, entry_of, shapes
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.store import with_values
from webui.text import Text

WORTH = 0.99  # a change that leaves more than this share of the memory is no help


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


Weigh = Callable[[Recipe], Memory]


def remedies(
    recipe: Recipe, card: Card = DEFAULT, correction: Correction = NONE
) -> Remedies:
    """The least harmful changes with which a recipe fits; none when it does already.

    A correction of the recipe's own estimate is taken to hold with each change as well.

    Raises:
        PlannerError: as ``estimate``.
    """

    def weigh(recipe: Recipe) -> Memory:
        return correction.applied(estimate(recipe, card))

    asked, memory = recipe, weigh(recipe)
    steps: list[Remedy] = []
    for propose in PROPOSALS:
        while memory.high > card.memory:
            step = attempt(recipe, card, memory, propose, weigh)
            if step is None:
                break
            recipe, memory = with_values(recipe, step.values), step.memory
            steps.append(step)
    if memory.high <= card.memory:
        needed = without_needless(asked, steps, card, weigh)
        return Remedies(needed, applied(asked, needed), True)
    model = model_that_fits(recipe, card, weigh)
    return Remedies(tuple(steps), recipe, False, model, another_model(model))


def applied(recipe: Recipe, steps: Sequence[Remedy]) -> Recipe:
    """The recipe with these remedies."""
    for step in steps:
        recipe = with_values(recipe, step.values)
    return recipe


def without_needless(
    recipe: Recipe, steps: Sequence[Remedy], card: Card, weigh: Weigh
) -> tuple[Remedy, ...]:
    """The steps without those that a later, stronger one made needless.

    Where only 4-bit weights help, a batch need not be small as well.
    """
    for step in reversed(steps[:-1]):
        fewer = [other for other in steps if other is not step]
        try:
            if weigh(applied(recipe, fewer)).high <= card.memory:
                steps = fewer
        except (RecipeError, PlannerError):
            continue
    weighed = []
    for step in steps:
        recipe = with_values(recipe, step.values)
        memory = weigh(recipe)
        weighed.append(replace(step, memory=memory, fits=memory.high <= card.memory))
    return tuple(weighed)


def attempt(
    recipe: Recipe, card: Card, before: Memory, propose: Proposal, weigh: Weigh
) -> Remedy | None:
    """The proposal as a remedy; None if it is not valid here, or does not help."""
    for values, text in propose(recipe, card):
        try:
            memory = weigh(with_values(recipe, values))
        except (RecipeError, PlannerError):
            continue
        if memory.high < WORTH * before.high:
            return Remedy(values, text, memory, memory.high <= card.memory)
    return None


def model_that_fits(recipe: Recipe, card: Card, weigh: Weigh) -> str:
    """A smaller open model of the catalogue that fits with this recipe; "" for none.

    The largest of the same family, else of the same architecture, else of all.
    """
    entry, kind = entry_of(recipe.model.name), base_of(recipe).config.model_type
    byte = 0.6 if recipe.model.precision == "4bit" else 2
    most = 0.9 * min(parameters_of_base(recipe), 0.9 * card.memory / byte)
    smaller = [other for other in shapes() if other.parameters < most]
    pools = (
        [other for other in smaller if entry and other.family == entry.family],
        [other for other in smaller if other.model_type == kind],
        smaller,
    )
    return next(filter(None, (first_fit(recipe, card, weigh, p) for p in pools)), "")


def first_fit(
    recipe: Recipe, card: Card, weigh: Weigh, pool: Sequence[Entry], tries: int = 3
) -> str:
    """The largest of these models that fits; each try is by a fifth smaller."""
    most = math.inf
    for _ in range(tries):
        rest = (entry for entry in pool if entry.parameters < most)
        if not (entry := max(rest, key=lambda entry: entry.parameters, default=None)):
            break
        most = 0.8 * entry.parameters
        name = next((n for n in entry.names if not entry.is_gated(n)), entry.names[0])
        try:
            changed = with_values(recipe, {"model.name": name})
            if weigh(changed).high <= card.memory:
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
