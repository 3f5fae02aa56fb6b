"""All that the planner knows of a recipe, asked for at once."""

from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from webui.counts.memory.cards import Card
from webui.counts.memory.fit import Fit, fit
from webui.counts.memory.measured import measured_here
from webui.counts.parameters.count import Count, count
from webui.counts.parameters.grid import Grid, grid
from webui.counts.parameters.structure import Node, structure
from webui.errors import PlannerError
from webui.kernel.kernel import this_kernel
from webui.notebook.rows import Rows
from webui.planner.process import ask
from webui.preflight.learning_rates import Rates, learning_rates
from webui.preflight.machine import this_card
from webui.preflight.ready import (
    data_problems,
    misfits,
    problems_on,
    room_problems,
    row_problems,
)
from webui.preflight.sinks import sink_problems
from webui.recipe import Recipe
from webui.recipe.problems import Problem
from webui.rows.prepare.ask import prepared
from webui.rows.preview import Preview, preview
from webui.runs import folder as runs
from webui.runs.parent import parent_problems
from webui.text import Text


@dataclass
class Plan:
    """All that is known of a recipe; None for what could not be told or is not."""

    recipe: Recipe
    problems: list[Problem] = field(default_factory=list)
    card: Card | None = None
    count: Count | None = None
    measured: int | None = None
    fit: Fit | None = None
    grid: Grid | None = None
    structure: Node | None = None
    preview: Preview | None = None
    rows: Rows | None = None
    rates: Rates | None = None

    def ask(self, question: Callable[..., Any], *more: Any) -> Any:
        """The planner's answer; None where there is none, and the problem is kept."""
        return self.told(lambda: ask(question, self.recipe, *more))

    def told(self, answer: Callable[[], Any]) -> Any:
        """An answer; None where there is none, and the problem is kept."""
        try:
            return answer()
        except PlannerError as error:
            # One cause may leave several questions without an answer.
            if error.text not in [problem.message for problem in self.problems]:
                self.problems.append(Problem(error.path, error.text))
            return None


def plan_of(recipe: Recipe, card: Card | None, arguments: Namespace) -> Plan:
    """Ask all that is wanted; without a card, this machine is meant."""
    root = this_kernel().runs
    with ThreadPoolExecutor(1) as beside:
        # That takes seconds, in a process of its own.
        here = beside.submit(this_card) if card is None else None
        known = [*parent_problems(recipe, root), *data_problems(recipe)]
        found = Plan(recipe, once(known))
        if not found.problems:
            found.preview = found.ask(preview)
            found.problems += row_problems(recipe, root)
            found.rows = found.told(lambda: prepared(recipe))
            found.rates = found.ask(learning_rates)
        found.problems = once([*found.problems, *misfits(recipe)])
        found.count = found.ask(count)
        if arguments.grid or arguments.json:
            found.grid = found.ask(grid)
        if arguments.structure is not None:
            found.structure = found.ask(structure)
        judge(found, card, here)
    if card is None:
        more = [*sink_problems(recipe), *room_problems(recipe, root)]
        found.problems = once([*found.problems, *more])
    return found


def once(problems: list[Problem]) -> list[Problem]:
    """Each cause at its first field: a hub out of reach holds both parts' rows back."""
    first: dict[Text, Problem] = {}
    for problem in problems:
        first.setdefault(problem.message, problem)
    return list(first.values())


def judge(found: Plan, card: Card | None, here: "Future[Card] | None") -> None:
    """Compare the recipe with the card."""
    found.card = found.told(here.result) if here else card
    if found.card is not None:
        on_it = found.told(partial(problems_on, found.recipe, found.card)) or []
        found.problems = once([*found.problems, *on_it])
        if here is not None:
            found.measured = measured_here(
                runs.folders(this_kernel().runs), found.recipe, found.card
            )
        found.fit = found.ask(fit, found.card, found.measured)
