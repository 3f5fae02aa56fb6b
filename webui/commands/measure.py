"""`tunebook plan --measure`: two real steps, whose peak then corrects the plan."""

from functools import partial

from webui.commands import training
from webui.counts.memory.cards import Card
from webui.counts.memory.measuring import measuring
from webui.errors import PlannerError
from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.runs import folder as runs
from webui.text import Text

MEASURED_HERE = Text(
    "--measure trains on this machine; leave --card out.",
    "--measure 在本机上训练；请去掉 --card。",
)


def measure_recipe(recipe: Recipe, card: Card | None) -> None:
    """Train two steps here; the plan then finds that run, as it finds any other.

    Raises:
        RecipeError: if the recipe cannot be trained.
        PlannerError: if another card is meant, or the training fails.
    """
    if card is not None:
        raise PlannerError(MEASURED_HERE)
    done = training.watch_job(
        partial(jobs.start_run, upto="train"),
        ready(measuring(recipe), this_kernel().runs),
    )
    if done.status != "finished":
        raise PlannerError.of(
            f"The two steps did not get to their end; {done.folder / runs.LOG} "
            "says why.",
            f"这两步没有训练完；原因见 {done.folder / runs.LOG}。",
        )
