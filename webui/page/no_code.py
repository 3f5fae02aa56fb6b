"""Why there is no code to take away: what a run would be refused for on any machine."""

from webui.counts.parameters.count import count
from webui.errors import PlannerError
from webui.notebook.cells import RUN
from webui.notebook.edits import problem_of
from webui.page.tabs.train_updates import rate_problem
from webui.page.view import View
from webui.preflight.ready import kind_problems, rows_field, with_way_out
from webui.recipe.problems import Problem
from webui.text import Text


def no_code(view: View) -> list[Problem]:
    """What the planner has said by now, in the words of a run that is refused.

    Only what is wrong with the recipe counts: a model or rows that are out of reach
    here may be at hand where the code will run.
    """
    if problems := [*broken(view), *misfits(view), *kinds(view)]:
        return problems
    rates = rate_problem(view)
    return [*stops(view), *([rates] if rates else [])]


def broken(view: View) -> list[Problem]:
    """Code by hand that is no Python."""
    told = (
        problem_of(n, edit.code) for n, edit in view.edits.items() if n in RUN.cells
    )
    return [Problem("", each) for each in told if each]


def misfits(view: View) -> list[Problem]:
    """What of the adapter its model has no place for."""
    told = view.planned(count)
    if isinstance(told, PlannerError) and told.path:
        return [Problem(told.path, told.text)]
    return []


def kinds(view: View) -> list[Problem]:
    """Why this kind of model cannot be trained so."""
    recipe = view.recipe
    about = (recipe.model, recipe.training, recipe.data.packing)
    told = view.plan(kind_problems, about)
    return told if isinstance(told, list) else []


def stops(view: View) -> list[Problem]:
    """What is wrong with the rows, once they are prepared."""
    field, told = rows_field(view.recipe, "train"), view.prepared
    if isinstance(told, PlannerError):
        return [Problem(told.path, told.text)] if told.path else []
    if view.recipe.data.accept_warnings:
        return []
    return [Problem(field, with_way_out(Text(*text))) for text in view.rows.stops]
