"""The planner's judgement of an adapter on its model, for the server's processes."""

from dataclasses import asdict
from typing import Any

from webui.counts.parameters.judge import Judgement, judge
from webui.errors import PlannerError
from webui.planner.process import ask
from webui.recipe import Recipe
from webui.recipe.problems import Problem, RecipeError


def judgement(recipe: Recipe, *, sweep: bool = False) -> Judgement:
    """What does not fit; else what is planned.

    Where the planner fails, that is the problem: nothing starts unjudged.
    """
    try:
        answer: Judgement = ask(judge, recipe, sweep)
    except PlannerError as error:
        return Judgement((Problem(error.path, error.text),))
    return answer


def planned(recipe: Recipe, *, sweep: bool = False) -> list[dict[str, Any]]:
    """What the loaded model must have, for the kernel; empty where nobody can tell.

    Raises:
        RecipeError: with everything that does not fit.
    """
    answer = judgement(recipe, sweep=sweep)
    if answer.problems:
        raise RecipeError([*answer.problems])
    return [asdict(each) for each in answer.planned]
