"""How often the weights will be updated, and at which rates, before a training."""

from markupsafe import Markup

from webui.page.frame import Page
from webui.page.presets import rows_of
from webui.page.tables import problem_card, quiet
from webui.page.view import View
from webui.preflight.learning_rates import Rates, learning_rates
from webui.recipe.updates import learned_rows


def coming_updates(page: Page, view: View) -> Markup:
    """One sentence about the training of today's recipe, and why it would fail."""
    rows = view.rows.train or learned_rows(view.recipe, rows_of(view) or 0)
    if not rows and view.recipe.training.duration == "epochs":
        return Markup("")
    recipe, pieces = view.recipe, view.rows.form == "pieces"
    about = (recipe.training, recipe.evaluation, recipe.data.packing, rows, pieces)
    rates = view.plan(learning_rates, about, rows, pieces)
    if not isinstance(rates, Rates):
        return Markup("")
    told = quiet(page.say(rates.text))
    if rates.problem is None:
        return told
    problem = rates.problem
    return told + problem_card(f"{problem.path} {page.say(problem.message)}")
