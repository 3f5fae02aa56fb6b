"""How a cell of the notebook is declared: everything that anybody has to know of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from webui.notebook.rows import Rows
from webui.recipe import Recipe
from webui.text import Text

JobName = Literal["run", "sweep", "compare"]

# How long what a cell did lasts: what begins anew takes with it all that is narrower.
Span = Literal["process", "model", "try"]
SPANS: tuple[Span, ...] = ("process", "model", "try")


def no_values(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """For a template that names nothing but what all templates may name."""
    return {}


def no_more_needs(recipe: Recipe) -> tuple[str, ...]:
    """For a cell that needs the same in every recipe."""
    return ()


def whole(code: str) -> str:
    """For a cell of which others stand on everything."""
    return code


@dataclass(frozen=True)
class CellKind:
    """A cell of the notebook. Its template is ``templates/<name>.py.jinja``.

    Attributes:
        name: what the cell is called in runs, events and keys.
        title: what the page calls it.
        sentence: what it does, in one sentence below the title.
        jobs: the kinds of jobs of which it is a part.
        needs: the cells that must have run before it, if the job has them.
        needs_more: those that only some recipes need.
        shown_with: the cell under whose number and title the page shows it; empty for
            its own.
        stands_after: the cell that it stands behind, where ``needs`` does not say it.
        begins: what it begins anew: everything that belongs to the old one is gone.
        part_of: to what the effect of the cell belongs, and with which it is gone;
            None for what lasts.
        reads: the folders beside it that it reads; its key covers what is in them.
        context: what its template may name beside what all may name.
        lasting: the part of its code that later cells stand on.
        pieces: the parts in which it is run, by the name under which a listener hears
            each; None for a cell that is run in one.
        leaves: the names that it makes and that others read: where it was edited by
            hand, it is looked whether it still does.
        trainings: whether it trains, "one" model or one in each of its "trials". Its
            steps look at the stop flag, and their curves are drawn.
        answers: whether what it prints is said by a model.
        lighter: what takes less memory where it runs out of it: lighter "weights" or
            smaller "batches"; empty where no setting does.
        at_begin: what the kernel does before it, as "module:function"; the function
            takes the recorder.
        at_end: what the kernel does after it, if it finished.
    """

    name: str
    title: Text
    sentence: Text = Text("", "")
    jobs: tuple[JobName, ...] = ()
    shown_with: str = ""
    needs: tuple[str, ...] = ()
    needs_more: Callable[[Recipe], tuple[str, ...]] = no_more_needs
    stands_after: str = ""
    begins: Span | None = None
    part_of: Span | None = None
    reads: tuple[Literal["rows", "parent"], ...] = ()
    context: Callable[[Recipe, Rows], dict[str, Any]] = no_values
    lasting: Callable[[str], str] = whole
    pieces: Callable[[str], Mapping[str, str]] | None = None
    leaves: tuple[str, ...] = ()
    trainings: Literal["", "one", "trials"] = ""
    answers: bool = False
    lighter: Literal["", "weights", "batches"] = ""
    at_begin: str = ""
    at_end: str = ""

    def in_pieces(self, code: str) -> Mapping[str, str]:
        """The code as it is run: by the name of each piece."""
        return self.pieces(code) if self.pieces else {self.name: code}
