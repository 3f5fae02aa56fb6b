"""Give the kernel work. Used by the page and the commands."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from webui.files import write_json
from webui.kernel import closing, process
from webui.kernel.client import Client, connect, execute
from webui.kernel.edited import edits_to_ask, planned_for, refuse_unfit
from webui.kernel.kernel import Kernel
from webui.kernel.process import BusyError, KernelError
from webui.kernel.status import lock, stale, state_stamp, status
from webui.kernel.watch import watch_of
from webui.models.here import cells_here
from webui.notebook.cells import COMPARE, RUN, SWEEP, TRIES, kind_of, reads
from webui.notebook.edits import NO_EDITS, Edits
from webui.notebook.literal import literal
from webui.notebook.render import Cell, loading_kept
from webui.notebook.rows import FOLDER, Rows, expected
from webui.preflight.judged import planned as figures_of
from webui.recipe import Recipe
from webui.rows.prepare.ask import prepared
from webui.rows.prepare.learned import keep_learned, overlap
from webui.rows.prepare.store import place_rows
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.events import LearnedBefore
from webui.runs.parent import give_parent


def start_run(
    kernel: Kernel,
    recipe: Recipe,
    upto: str = RUN.last,
    edits: Edits = NO_EDITS,
) -> Path:
    """Begin a run: what is stale, then a new try, and what follows it up to a cell.

    A try is always whole: an adapter that was trained once is not trained on. ``edits``
    are the cells that were edited by hand.

    Raises:
        EditError: when one of them cannot run.
    """
    refuse_unfit(kernel, edits, RUN.cells)
    rows, figures = prepared(recipe), figures_of(recipe)
    cells = cells_here(recipe, RUN.cells, rows=rows, edits=edits)
    return start_in_new_folder(
        kernel,
        recipe,
        cells,
        "run",
        *wanted(upto),
        upto,
        rows=rows,
        planned=planned_for(figures, cells),
    )


def wanted(upto: str) -> tuple[list[str], tuple[str, ...]]:
    """The cells that a try up to a cell always runs, and those that it never does."""
    names = RUN.upto(upto)
    return [name for name in names if name in TRIES], RUN.cells[len(names) :]


def run_all(kernel: Kernel, recipe: Recipe, edits: Edits = NO_EDITS) -> Path | None:
    """Run what is stale, in order; None when everything is fresh.

    A stale adapter or training begins a new run; what only follows a training is
    added to the run that is there.
    """
    refuse_unfit(kernel, edits, RUN.cells)
    now = status(kernel)
    cells = cells_here(recipe, RUN.cells, rows=prepared(recipe), edits=edits)
    left = stale(cells, now)
    if not left:
        return None
    kept = now.run is not None and now.run.is_dir()
    if now.run is None or not kept or not {*left} <= {*COMPARE.cells} & {*TRIES}:
        return start_run(kernel, recipe, edits=edits)
    start_compare(kernel, recipe, now.run, upto=left[-1], edits=edits)
    return now.run


def start_sweep(kernel: Kernel, recipe: Recipe, edits: Edits = NO_EDITS) -> Path:
    """Begin a sweep: a fresh adapter for each trial on the base that is loaded.

    Its cell holds the training of a trial: what was edited in the cell Train is not in
    it.
    """
    refuse_unfit(kernel, edits, SWEEP.cells)
    rows, figures = prepared(recipe), figures_of(recipe, sweep=True)
    cells = cells_here(recipe, SWEEP.cells, rows=rows, edits=edits)
    return start_in_new_folder(
        kernel,
        recipe,
        cells,
        "sweep",
        ("sweep",),
        rows=rows,
        planned=planned_for(figures, cells),
    )


def start_in_new_folder(
    kernel: Kernel,
    recipe: Recipe,
    cells: Sequence[Cell],
    kind: str,
    always: Sequence[str],
    never: Sequence[str] = (),
    upto: str = "",
    *,
    rows: Rows | None = None,
    planned: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Make a run folder and send its job; the folder goes again if that fails."""
    with lock(kernel):
        ensure_idle_kernel(kernel)
        folder = runs.create(kernel.runs, recipe, cells, kind, upto, rows)
        watch = watch_of(recipe, rows) if kind == "run" else {}
        try:
            if rows is not None:
                give_rows(rows, folder)
                note_learned(recipe, rows.key, kernel.runs, folder)
            give_parent(recipe, kernel.runs, folder)
            send_cells(
                kernel,
                cells,
                kind=kind,
                run=folder,
                new=True,
                always=always,
                never=never,
                watch=watch,
                planned=planned,
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return folder


def start_cells(
    kernel: Kernel, recipe: Recipe, upto: str, edits: Edits = NO_EDITS
) -> None:
    """Run what is stale up to one cell, and that cell, without a run of its own."""
    names = RUN.upto(upto)
    refuse_unfit(kernel, edits, names)
    rows = prepared(recipe) if reads(names, "rows") else expected(recipe)
    cells = cells_here(recipe, names, rows=rows, edits=edits)
    with lock(kernel):
        ensure_idle_kernel(kernel)
        if reads(names, "rows"):
            give_rows(rows, kernel.folder)
        if reads(names, "parent"):
            give_parent(recipe, kernel.runs, kernel.folder)
        send_cells(kernel, cells, kind="cells", always=(upto,))


def note_learned(recipe: Recipe, key: str, root: Path, folder: Path) -> None:
    """Keep in a run what it learns; say what of its watched rows was learned before."""
    keep_learned(recipe, root, key, folder)
    if (found := overlap(recipe, root, key)) and found.watched:
        parent = recipe.adapter.from_run
        told = LearnedBefore(watched=found.watched, of=found.of_watched, parent=parent)
        events.append(folder, told)


def give_rows(rows: Rows, folder: Path) -> None:
    """Put the rows into the folder in which the data cell will look for them.

    Raises:
        KernelError: when there is no room for them.
    """
    try:
        place_rows(rows, folder)
    except OSError as error:
        raise KernelError.of(
            f"the rows could not be copied into the run ({error.strerror}); free "
            "some space and start again.",
            f"无法把数据复制到运行文件夹（{error.strerror}）；请清理空间后重新开始。",
        ) from None


def start_compare(
    kernel: Kernel,
    recipe: Recipe,
    run: Path,
    *,
    upto: str = "compare",
    edits: Edits = NO_EDITS,
) -> None:
    """Ask base and tuned the recipe's prompt, and hear nothing of it."""
    with comparing(kernel, recipe, run, upto=upto, hears=False, edits=edits):
        pass


@contextmanager
def comparing(
    kernel: Kernel,
    recipe: Recipe,
    run: Path,
    *,
    upto: str = "compare",
    hears: bool = True,
    edits: Edits = NO_EDITS,
) -> Iterator[Client]:
    """Ask base and tuned the recipe's prompt; the client hears the answers come.

    ``run`` is the run to compare. If its adapter is not the one that is attached,
    the adapter that it saved is loaded. ``upto`` may be "score" for both scores too.
    The client is closed when the block ends; what was asked goes on. ``edits`` are how
    it is asked; what the run was made by stays as it was edited then.
    """
    with ExitStack() as owned:
        with lock(kernel):
            ensure_idle_kernel(kernel)
            cells = compare_cells(kernel, recipe, run, upto, edits)
            client = owned.enter_context(connect(kernel, hears=hears))
            send_cells(
                kernel, cells, kind="compare", run=run, always=(upto,), client=client
            )
        yield client


def compare_cells(
    kernel: Kernel,
    recipe: Recipe,
    run: Path,
    upto: str,
    edits: Edits = NO_EDITS,
) -> tuple[Cell, ...]:
    """The cells of a comparison: on the adapter just trained, or on the saved one.

    What a run learned from is what it is scored by, whatever rows the recipe names.
    """
    now, saved = status(kernel), runs.saved_adapter(run)
    just_trained = now.run == run and run.is_dir()
    if saved is None and not just_trained:
        raise no_adapter(run)
    own = runs.recipe_of_run(runs.read_run(run))
    recipe = recipe.model_copy(update={"data": own.data, "split": own.split})
    edits = edits_to_ask(run, edits)
    refuse_unfit(kernel, edits, RUN.upto(upto))
    rows = rows_for_run(run, recipe)
    attached = cells_here(recipe, RUN.upto(upto), rows=rows, edits=edits)
    train = next(cell for cell in attached if kind_of(cell.name).trainings)
    if just_trained and now.is_fresh(train):
        return attached
    if saved is None:
        raise no_adapter(run)
    loading = COMPARE.upto(upto)
    folder = str(saved)
    cells = cells_here(recipe, loading, adapter_folder=folder, rows=rows, edits=edits)
    return loading_kept(cells, recipe, rows)


def no_adapter(run: Path) -> KernelError:
    """The error for a run that has nothing to compare with."""
    return KernelError.of(
        f"{run.name} saved no adapter; run Train first.",
        f"{run.name} 没有保存适配器；请先运行训练。",
    )


def rows_for_run(run: Path, recipe: Recipe) -> Rows:
    """What a run found of its rows; of one that kept none, they are prepared again.

    Raises:
        PlannerError: if their source is gone.
    """
    if (run / FOLDER).is_dir() and (rows := runs.rows_of_run(run)):
        return rows
    rows = prepared(recipe, as_before=True)
    give_rows(rows, run)
    return rows


def ensure_idle_kernel(kernel: Kernel) -> None:
    """A kernel that lives and is free: started if there is none, refused if busy."""
    now = status(kernel)
    if now.word == "busy":
        doing = now.run.name if now.run else now.busy.get("cell")
        raise BusyError.of(
            f"the kernel is busy with {doing}; wait or stop it.",
            f"内核正忙于 {doing}；请等待或先停止。",
        )
    if now.word in ("none", "dead"):
        closing.close_dead(kernel)
        process.start_process(kernel)


def send_cells(
    kernel: Kernel,
    cells: Sequence[Cell],
    *,
    kind: str,
    run: Path | None = None,
    new: bool = False,
    always: Sequence[str] = (),
    never: Sequence[str] = (),
    watch: Mapping[str, Any] | None = None,
    resumed: Mapping[str, Any] | None = None,
    planned: Sequence[Mapping[str, Any]] = (),
    going_on: Mapping[str, str] | None = None,
    client: Client | None = None,
) -> None:
    """Send a job to the kernel and return once it has begun.

    What is not fresh runs, and what is in ``always``; what is in ``never`` does not.
    ``watch`` is what to show of the training, ``resumed`` where it goes on from, and
    ``planned`` what the loaded model must have before its first step. ``going_on`` is
    the code that goes on from there, by the name of the cell that it runs for.
    """
    to_run = [*stale(cells, status(kernel)), *always]
    job = {
        "kind": kind,
        "run": str(run) if run else None,
        "new": new,
        "to_run": [c.name for c in cells if c.name in to_run and c.name not in never],
        "cells": [vars(cell) for cell in cells],
        "watch": watch or {},
        "resumed": resumed,
        "planned": [*planned],
        "going_on": going_on or {},
    }
    job_file = kernel.folder / "job.json"
    write_json(job_file, job)
    before = state_stamp(kernel)
    with nullcontext(client) if client else connect(kernel, hears=False) as sender:
        # silent: no history, no number, no name of ours in the user's namespace.
        execute(sender, f"get_ipython().tunebook.run({literal(str(job_file))})")
        wait_for_change(kernel, before)


def wait_for_change(kernel: Kernel, before: int, seconds: float = 10) -> None:
    """Return when the kernel has taken the job, so that a second start sees it busy."""
    end = time.monotonic() + seconds
    while state_stamp(kernel) == before:
        gone = not process.alive(kernel)
        # It may have taken the work and died of it since we looked.
        if state_stamp(kernel) == before and (gone or time.monotonic() > end):
            raise KernelError.of(
                "the kernel did not take the work; restart it.",
                "内核没有接受任务；请重新启动内核。",
            )
        time.sleep(0.01)
