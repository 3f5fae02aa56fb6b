"""Whether an adapter fits its model, and what then learns: one answer for all who ask.

A plan, a run, the queue, a resume, each value of a sweep and the code to take away are
refused by this, and what is counted here is what the kernel holds a loaded model to.
"""

from dataclasses import dataclass
from typing import Any

from webui.counts.parameters.meta import base_of, shape_of_model
from webui.counts.parameters.refusals import unfit
from webui.counts.parameters.weights import Weights, weights_of
from webui.counts.trials import trials, tried
from webui.errors import PlannerError
from webui.models.pretrained import read_config
from webui.notebook.architecture import is_tower
from webui.recipe import Recipe
from webui.recipe.problems import Problem
from webui.text import Text


@dataclass(frozen=True)
class Planned:
    """What a loaded model with its adapter has to have, for these swept ``values``.

    ``total`` leaves out what sees or hears: whether that is loaded is the loader's
    choice; it is None where packed weights are counted otherwise. ``embeddings`` is the
    size of the input embeddings. ``tied`` is the size of a head that is one with them
    and learns beside them: Unsloth has it once on a GPU, PEFT twice.
    """

    values: dict[str, Any]
    trainable: int
    total: int | None
    embeddings: int
    tied: int


@dataclass(frozen=True)
class Judgement:
    """What does not fit; else what is planned. ``unread`` says why nobody can tell."""

    problems: tuple[Problem, ...] = ()
    planned: tuple[Planned, ...] = ()
    unread: Text | None = None


def judge(recipe: Recipe, sweep: bool = False) -> Judgement:
    """Judge a recipe's adapter on its model, and with ``sweep`` each of its trials."""
    try:
        read_config(recipe.model)
    except PlannerError as error:
        return Judgement(unread=error.text)
    problems: list[Problem] = []
    planned = []
    for values, trial in trials(recipe, ("adapter.",), sweep=sweep):
        if found := problems_of(trial):
            problems += [tried(values, problem) for problem in found]
        else:
            planned.append(planned_of(values, trial))
    return Judgement(tuple(dict.fromkeys(problems)), tuple(planned))


def problems_of(recipe: Recipe) -> list[Problem]:
    """What does not fit: all of it where it can be seen, else PEFT's own reason."""
    try:
        found = [
            Problem(*each) for each in unfit(recipe.adapter, shape_of_model(recipe))
        ]
        if not found:
            weights_of(recipe)
    except PlannerError as error:
        return [Problem(error.path or "model.name", error.text)]
    return found


def planned_of(values: dict[str, Any], recipe: Recipe) -> Planned:
    """What the loaded model has to have."""
    weights, base = weights_of(recipe), base_of(recipe)
    rows = weights.rows
    packed = recipe.model.precision == "4bit"
    embeddings = int(base.get_input_embeddings().weight.numel())
    return Planned(
        values=values,
        trainable=sum(row.total for row in rows if row.learns),
        total=None if packed else sum(r.total for r in rows if not is_tower(r.module)),
        embeddings=embeddings,
        tied=embeddings if learns_twice(weights, base) else 0,
    )


def learns_twice(weights: Weights, base: Any) -> bool:
    """Whether both ends of a model learn in full that are one matrix in the base."""
    head, tokens = base.get_output_embeddings(), base.get_input_embeddings()
    if head is None or head.weight is not tokens.weight:
        return False
    ends = [name for name, m in base.named_modules() if m is head or m is tokens]
    added = {row.module for row in weights.rows if row.learns and row.added}
    return len(ends) == 2 and {*ends} <= added
