"""What the planner says of one recipe, before anything is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webui.counts.memory.cards import Card
from webui.counts.memory.fit import fit
from webui.counts.parameters.count import count
from webui.counts.parameters.grid import RANKED, grid
from webui.counts.parameters.structure import structure
from webui.page.answers import Answers
from webui.planner.process import ask
from webui.recipe import Recipe


@dataclass(frozen=True)
class Plans:
    """Each answer is what was asked for, a PlannerError, or None while it comes."""

    answers: Answers
    recipe: Recipe

    @property
    def count(self) -> Any:
        """Exact parameter counts."""
        return self.asked(count)

    @property
    def has_rank(self) -> bool:
        """Whether the method has a rank, so that there is a grid of ranks."""
        return self.recipe.adapter.method in RANKED

    @property
    def grid(self) -> Any:
        """Counts over ranks and target modules."""
        return self.asked(grid)

    @property
    def structure(self) -> Any:
        """The model as a tree."""
        return self.asked(structure)

    def fit(self, card: Card, measured: int | None = None) -> Any:
        """The memory on a card, its limits, and the ways out.

        ``measured`` is what a run of these settings took on this card, in bytes.
        """
        return self.asked(fit, card, measured)

    def fit_now(self, card: Card, measured: int | None = None) -> Any:
        """The same, waited for.

        Raises:
            PlannerError: if it cannot be told.
        """
        return ask(fit, self.recipe, card, measured)

    def asked(self, function: Callable, *args: Any) -> Any:
        """The answer to a question that the model, adapter and training decide."""
        recipe = self.recipe
        # As text: what is swept is a dictionary, which is no key.
        about = (recipe.model, recipe.adapter, recipe.training)
        question = (function.__name__, about, args)
        return self.answers.get(question, function, recipe, *args)
