"""How an objective is declared: what is learned, from which rows, by which trainer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from webui.text import Text

if TYPE_CHECKING:
    from webui.recipe import Recipe


@dataclass(frozen=True)
class Clash:
    """What an objective cannot go with: the field, and one sentence that says why and
    what to set instead.

    It is so with these ``values`` of the field, with any but the default where none are
    named, or ``when`` the whole recipe tells.
    """

    path: str
    text: Text
    values: tuple[Any, ...] = ()
    when: "Callable[[Recipe], bool] | None" = None


@dataclass(frozen=True)
class Objective:
    """A value of ``training.objective``: its rows, its trainer, and its figures.

    ``trainer`` and ``config`` are classes of ``module``. The template of the objective
    (templates/objectives) extends that of all trainers by what this one is told beside.

    Attributes:
        sentence: what is learned, in one sentence.
        columns: the columns of a row that its trainer takes, by TRL's names (prompt,
            completion, chosen, rejected, label); empty where the rows decide.
        formats: the formats of rows that it can learn from; empty for all of them.
        metrics: what its trainer logs while it learns, by name; the first is what falls
            or rises as it does.
        judged_by: what an evaluation logs, by which the best checkpoint and the best
            trial are found.
        greater_is_better: whether more of that is better.
        by_token: whether its loss is the mean over learned tokens, evaluations included
            (templates/by_token.py.jinja sees to that).
        sequences: how many sequences the model reads at once for each row.
        not_observed: what would be told of another training's figures, and says nothing
            of this one's (``kind`` in diagnosis/observations.py).
        clashes: what it cannot go with.
    """

    name: str
    title: Text
    sentence: Text
    trainer: str
    config: str
    module: str = "trl"
    columns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ("loss", "grad_norm", "learning_rate")
    judged_by: str = "eval_loss"
    greater_is_better: bool = False
    by_token: bool = False
    sequences: int = 1
    not_observed: tuple[str, ...] = ()
    clashes: tuple[Clash, ...] = ()

    @property
    def template(self) -> str:
        """The template of its trainer, below those of the cells."""
        return f"objectives/{self.name}.py.jinja"
