"""Go on with a run that was cut off or stopped, from its last whole checkpoint."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from webui.files import write_text
from webui.kernel.edited import planned_for, refuse_unfit
from webui.kernel.jobs import ensure_idle_kernel, send_cells, wanted
from webui.kernel.kernel import Kernel
from webui.kernel.process import KernelError
from webui.kernel.status import lock
from webui.kernel.watch import watch_of
from webui.models.here import cells_here
from webui.notebook.cells import RUN, kind_of
from webui.notebook.edits import NO_EDITS, EditError, Edits, titles_of
from webui.notebook.going_on import going_on_by_hand
from webui.notebook.render import Cell, loading_kept
from webui.notebook.rows import FOLDER, expected
from webui.preflight.judged import planned
from webui.recipe import Recipe
from webui.recipe.sections.sweep import Sweep
from webui.recipe.store import dumps, load, with_values
from webui.recipe.watched import is_watched
from webui.runs import checkpoints
from webui.runs import folder as runs

# What a checkpoint does not hold, so that a training may go on with other values.
RESUMABLE = (
    "training.batch_size",
    "training.gradient_accumulation",
    "training.gradient_checkpointing",
    "training.max_grad_norm",
    "training.max_minutes",
    "training.save_every",
    "training.keep_checkpoints",
)


def resume(
    kernel: Kernel,
    run: Path,
    *,
    values: Mapping[str, Any] | None = None,
    automatic: bool = False,
) -> None:
    """Go on with a run that was cut off or stopped, from its last whole checkpoint.

    Where there is none yet, it begins anew. ``values`` are settings of RESUMABLE that
    the run goes on with, by path.

    Raises:
        KernelError: when the run has nothing left to do, or the kernel is busy.
        RecipeError: when its adapter does not fit its model.
        EditError: when its code was edited by hand, so that it cannot go on.
    """
    recipe, edits = load(run / runs.RECIPE), runs.edits_of_run(run)
    refuse_unfit(kernel, edits, RUN.cells)
    if values:
        before, recipe = recipe, with_values(recipe, values)
        refuse_out_of_reach(before, recipe, edits)
    figures = planned(recipe)
    with lock(kernel):
        ensure_idle_kernel(kernel)
        checkpoint = resumable(run)
        checkpoints.remove_incomplete(run)
        if values:
            write_text(run / runs.RECIPE, dumps(recipe))
        always, never = wanted(runs.upto(run))
        cells, going_on = resumed_cells(run, recipe, checkpoint, edits)
        send_cells(
            kernel,
            cells,
            kind="run",
            run=run,
            new=True,
            always=always,
            never=never,
            watch=watch_of(recipe, runs.rows_of_run(run) or expected(recipe)),
            planned=planned_for(figures, cells),
            going_on=going_on,
            resumed={
                "step": checkpoint.step,
                "checkpoint": checkpoint.name,
                "automatic": automatic,
                "values": dict(values or {}),
            },
        )


def resumable(run: Path) -> checkpoints.Checkpoint:
    """The checkpoint that a run would go on from; its step is 0 at the beginning.

    Raises:
        KernelError: when the run has nothing left to do.
    """
    status = runs.read_run(run).status
    if status in ("finished", "running"):
        chinese = "已完成" if status == "finished" else "正在运行"
        raise KernelError.of(
            f"{run.name} is {status}, so there is nothing to resume.",
            f"{run.name} {chinese}，无需继续。",
        )
    return next(iter(checkpoints.complete(run)), checkpoints.beginning(run))


def refuse_out_of_reach(before: Recipe, after: Recipe, edits: Edits) -> None:
    """Refuse settings that would have to change code which was edited by hand.

    Raises:
        EditError: with the cells.
    """
    old, new = (cells_here(recipe, RUN.cells) for recipe in (before, after))
    changed = [a.name for a, b in zip(old, new, strict=True) if a.code != b.code]
    if by_hand := [name for name in changed if name in edits]:
        titles = titles_of(by_hand)
        raise EditError.of(
            f"{titles.en} of this run was edited by hand, so these settings would not "
            "reach it: resume it as it is, or make it the current recipe and train "
            "anew.",
            f"此运行的“{titles.zh}”经过手动修改，这些设置对它不起作用："
            "请按原样继续，或将其作为当前配方打开后重新训练。",
        )


def resumed_cells(
    run: Path,
    recipe: Recipe,
    checkpoint: checkpoints.Checkpoint,
    edits: Edits = NO_EDITS,
) -> tuple[tuple[Cell, ...], dict[str, str]]:
    """A run's cells as of a training from its beginning, which is what the notebook
    keeps; and, by the name of its cell, the code that goes on from a checkpoint.

    What came from the hub is loaded from the run. A run from before rows were kept goes
    on with the cells that it began with.
    """
    folder = f"{checkpoints.FOLDER}/{checkpoint.name}" if checkpoint.step else ""
    rows = runs.rows_of_run(run) or expected(recipe)
    if rows.watched is None:
        recipe = as_before(recipe)
    trains = tuple(name for name in RUN.cells if kind_of(name).trainings)
    whole = cells_here(recipe, trains, rows=rows, edits=edits)
    going_on = {
        cell.name: going_on_by_hand(cell.code, recipe, rows, folder)
        if cell.is_edited and folder
        else cell.code
        for cell in cells_here(
            recipe, trains, checkpoint=folder, rows=rows, edits=edits
        )
    }
    kept = (run / FOLDER).is_dir()
    cells = (
        cells_here(recipe, RUN.cells, rows=rows, edits=edits)
        if kept
        else runs.cells_of(run)
    )
    changed = {cell.name: cell.code for cell in whole}
    if not kept:
        [data] = (cell.code for cell in cells if cell.name == "data")
        changed["data"] = data + drawn_before(recipe)
    begun = (
        replace(cell, code=changed.get(cell.name, cell.code))
        for cell in loading_kept(cells, recipe, rows)
    )
    return tuple(begun), going_on


# What a recipe meant then where it named no number: rows to evaluate on, and steps of
# warm-up, which could be no share.
ROWS_BEFORE, WARM_UP_BEFORE = 40, 5


def as_before(recipe: Recipe) -> Recipe:
    """A recipe as it was meant when the train cell parted the rows by itself."""
    rows = recipe.evaluation.rows or ROWS_BEFORE
    steps = recipe.training.warmup_steps
    warm_up = WARM_UP_BEFORE if 0 < steps < 1 else steps
    return recipe.model_copy(
        update={
            "evaluation": recipe.evaluation.model_copy(update={"rows": rows}),
            "training": recipe.training.model_copy(update={"warmup_steps": warm_up}),
            "sweep": Sweep(),
        }
    )


def drawn_before(recipe: Recipe) -> str:
    """What the train cell of a run did with its rows, before the data cell did it."""
    if not is_watched(recipe):
        return ""
    rows, seed = recipe.evaluation.rows, recipe.training.seed
    return (
        f"\nparts = train_data.train_test_split(test_size={rows}, seed={seed})\n"
        'train_data, eval_data = parts["train"], parts["test"]'
    )
