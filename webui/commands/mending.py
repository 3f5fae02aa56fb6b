"""The change that helps after a run failed, as the command line tells it."""

from contextlib import suppress

from webui.counts.memory.fit import fit
from webui.diagnosis import explain
from webui.diagnosis.change import MEMORY, Change, change_for
from webui.errors import PlannerError
from webui.planner.process import ask
from webui.preflight.machine import this_card
from webui.recipe.problems import RecipeError
from webui.recipe.store import load
from webui.runs.events import Failed
from webui.runs.folder import RECIPE, Run


def change_after(failed: Failed, done: Run) -> Change | None:
    """The smallest change of a run's recipe that helps after it failed so.

    For memory it is the planner's first way out, where it knows one.
    """
    try:
        recipe = load(done.folder / RECIPE)
    except RecipeError:
        return None
    card, steps = None, ()
    with suppress(PlannerError):
        card = this_card()
        if explain(failed).kind in MEMORY:
            steps = ask(fit, recipe, card).remedies.steps
    return change_for(failed, recipe, card, steps)
