"""How often the weights will be updated, and at which rates, before a training."""

from typing import Any

from markupsafe import Markup

from webui.errors import PlannerError
from webui.page.frame import Page
from webui.page.presets import count_recipe_rows
from webui.page.tables import problem_card, quiet
from webui.page.view import View
from webui.preflight.learning_rates import Rates, learning_rates
from webui.recipe.problems import Problem
from webui.recipe.updates import learned_rows


def coming_updates(page: Page, view: View) -> Markup:
    """One sentence about the training of today's recipe, and why it would fail."""
    rates, problem = rates_of(view), rate_problem(view)
    told = card = Markup("")
    if isinstance(rates, Rates):
        told = quiet(page.say(rates.text))
    if problem:
        card = problem_card(f"{problem.path} {page.say(problem.message)}")
    return told + card


def rates_of(view: View) -> Any:
    """The updates of today's recipe, a PlannerError, or None where they are not known
    (yet)."""
    rows = view.rows.train or learned_rows(view.recipe, count_recipe_rows(view) or 0)
    if not rows and view.recipe.training.duration == "epochs":
        return None
    recipe, pieces = view.recipe, view.rows.form == "pieces"
    about = (recipe.training, recipe.adapter, recipe.evaluation, recipe.data.packing)
    return view.plan(learning_rates, (*about, rows, pieces), rows, pieces)


def rate_problem(view: View) -> Problem | None:
    """Why a training at these rates would learn nothing, as far as that is known."""
    rates = rates_of(view)
    if isinstance(rates, PlannerError) and rates.path:
        return Problem(rates.path, rates.text)
    return rates.problem if isinstance(rates, Rates) else None
