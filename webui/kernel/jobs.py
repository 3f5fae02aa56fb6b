"""Give the kernel work and ask it to stop. Used by the page and the commands."""

import contextlib
import shutil
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

from webui.files import write_json, write_text
from webui.kernel import process
from webui.kernel.notify import notify
from webui.kernel.process import BusyError, KernelError
from webui.kernel.recorder import DISCARD, STOP, TRIES
from webui.kernel.status import Status, lock, stale, state_stamp, status
from webui.kernel.watch import watch_of
from webui.notebook.literal import literal
from webui.notebook.render import LOAD_CELLS, RUN_CELLS, SWEEP_CELLS, Cell, render_cells
from webui.recipe import Recipe
from webui.recipe.store import dumps, load, with_values
from webui.runs import checkpoints, events
from webui.runs import folder as runs
from webui.settings import kernel_folder

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
SAVE_SECONDS, INTERRUPT_SECONDS, INTERRUPTS = 120, 20, 5

# Cells with a loop that looks at the stop flag; any other is interrupted at once.
STOPPABLE = ("train", "sweep")
# Kinds of jobs that have a run of their own.
NEW = ("run", "sweep")


def start_run(recipe: Recipe, upto: str = "score") -> Path:
    """Begin a run: what is stale, then a new try, and what follows it up to a cell.

    A try is always whole: an adapter that was trained once is not trained on.
    """
    cells = render_cells(recipe, RUN_CELLS)
    return start_in_new_folder(recipe, cells, "run", *wanted(upto), upto)


def wanted(upto: str) -> tuple[list[str], tuple[str, ...]]:
    """The cells that a try up to a cell always runs, and those that it never does."""
    last = RUN_CELLS.index(upto)
    always = [name for name in RUN_CELLS[: last + 1] if name in TRIES]
    return always, RUN_CELLS[last + 1 :]


def run_all(recipe: Recipe) -> Path | None:
    """Run what is stale, in order; None when everything is fresh.

    A stale adapter or training begins a new run; what only follows a training is
    added to the run that is there.
    """
    now = status()
    left = stale(render_cells(recipe, RUN_CELLS), now)
    if not left:
        return None
    kept = now.run is not None and now.run.is_dir()
    if now.run is None or not kept or not set(left) <= {"compare", "score"}:
        return start_run(recipe)
    start_compare(recipe, now.run, upto=left[-1]).stop_channels()
    return now.run


def start_sweep(recipe: Recipe) -> Path:
    """Begin a sweep: a fresh adapter for each trial on the base that is loaded."""
    cells = render_cells(recipe, SWEEP_CELLS)
    return start_in_new_folder(recipe, cells, "sweep", ("sweep",))


def start_in_new_folder(
    recipe: Recipe,
    cells: Sequence[Cell],
    kind: str,
    always: Sequence[str],
    never: Sequence[str] = (),
    upto: str = "",
) -> Path:
    """Make a run folder and send its job; the folder goes again if that fails."""
    with lock():
        ensure_idle_kernel()
        folder = runs.create(recipe, cells, kind, upto)
        watch = watch_of(recipe) if kind == "run" else {}
        try:
            send(
                cells,
                kind=kind,
                run=folder,
                new=True,
                always=always,
                never=never,
                watch=watch,
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return folder


def resume(
    run: Path, *, values: Mapping[str, Any] | None = None, automatic: bool = False
) -> None:
    """Go on with a run that was cut off or stopped, from its last whole checkpoint.

    Where there is none yet, it begins anew. ``values`` are settings of RESUMABLE that
    the run goes on with, by path.

    Raises:
        KernelError: when the run has nothing left to do, or the kernel is busy.
    """
    recipe = load(run / runs.RECIPE)
    with lock():
        ensure_idle_kernel()
        checkpoint = resumable(run)
        checkpoints.remove_incomplete(run)
        if values:
            recipe = with_values(recipe, values)
            write_text(run / runs.RECIPE, dumps(recipe))
        always, never = wanted(runs.upto(run))
        send(
            resumed_cells(recipe, checkpoint),
            kind="run",
            run=run,
            new=True,
            always=always,
            never=never,
            watch=watch_of(recipe),
            resumed={
                "step": checkpoint.step,
                "checkpoint": checkpoint.name,
                "automatic": automatic,
            },
        )


def resumable(run: Path) -> checkpoints.Checkpoint:
    """The checkpoint that a run would go on from; its step is 0 at the beginning.

    Raises:
        KernelError: when the run has nothing left to do.
    """
    status = runs.read(run).status
    if status in ("finished", "running"):
        chinese = "已完成" if status == "finished" else "正在运行"
        raise KernelError(
            f"{run.name} is {status}, so there is nothing to resume.",
            f"{run.name} {chinese}，无需继续。",
        )
    return next(iter(checkpoints.complete(run)), checkpoints.beginning(run))


def resumed_cells(
    recipe: Recipe, checkpoint: checkpoints.Checkpoint
) -> tuple[Cell, ...]:
    """A run's cells, of which ``train`` goes on from a checkpoint.

    Its key is that of a whole training, since it ends as one does.
    """
    folder = f"{checkpoints.FOLDER}/{checkpoint.name}" if checkpoint.step else ""
    going_on = render_cells(recipe, ("train",), checkpoint=folder)[0]
    return tuple(
        replace(cell, code=going_on.code) if cell.name == "train" else cell
        for cell in render_cells(recipe, RUN_CELLS)
    )


def start_cells(recipe: Recipe, upto: str) -> None:
    """Run what is stale up to one cell, and that cell, without a run of its own."""
    cells = render_cells(recipe, RUN_CELLS[: RUN_CELLS.index(upto) + 1])
    with lock():
        ensure_idle_kernel()
        send(cells, kind="cells", always=(upto,))


def start_compare(
    recipe: Recipe, run: Path, *, upto: str = "compare"
) -> BlockingKernelClient:
    """Ask base and tuned the recipe's prompt; the client hears the answers come.

    ``run`` is the run to compare. If its adapter is not the one that is attached,
    the adapter that it saved is loaded. ``upto`` may be "score" for both scores too.
    """
    with lock():
        ensure_idle_kernel()
        cells = compare_cells(recipe, run, upto)
        client = process.connect()
        send(cells, kind="compare", run=run, always=(upto,), client=client)
    return client


def compare_cells(recipe: Recipe, run: Path, upto: str) -> tuple[Cell, ...]:
    """The cells of a comparison: on the adapter just trained, or on the saved one."""
    now = status()
    attached = render_cells(recipe, RUN_CELLS[: RUN_CELLS.index(upto) + 1])
    train = next(cell for cell in attached if cell.name == "train")
    if run.is_dir() and now.run == run and now.is_fresh(train):
        return attached
    saved = runs.saved_adapter(run)
    if saved is None:
        raise KernelError(
            f"{run.name} saved no adapter; run Train first.",
            f"{run.name} 没有保存适配器；请先运行训练。",
        )
    return render_cells(
        recipe, LOAD_CELLS[: LOAD_CELLS.index(upto) + 1], adapter_folder=str(saved)
    )


def ensure_idle_kernel() -> None:
    """A kernel that lives and is free: started if there is none, refused if busy."""
    now = status()
    if now.word == "busy":
        doing = now.run.name if now.run else now.busy.get("cell")
        raise BusyError(
            f"the kernel is busy with {doing}; wait or stop it.",
            f"内核正忙于 {doing}；请等待或先停止。",
        )
    if now.word in ("none", "dead"):
        close_dead()
        process.start()


def send(
    cells: Sequence[Cell],
    *,
    kind: str,
    run: Path | None = None,
    new: bool = False,
    always: Sequence[str] = (),
    never: Sequence[str] = (),
    watch: Mapping[str, Any] | None = None,
    resumed: Mapping[str, Any] | None = None,
    client: BlockingKernelClient | None = None,
) -> None:
    """Send a job to the kernel and return once it has begun.

    What is not fresh runs, and what is in ``always``; what is in ``never`` does not.
    ``watch`` is what to show of the training, ``resumed`` where it goes on from.
    """
    to_run = [*stale(cells, status()), *always]
    job = {
        "kind": kind,
        "run": str(run) if run else None,
        "new": new,
        "to_run": [c.name for c in cells if c.name in to_run and c.name not in never],
        "cells": [vars(cell) for cell in cells],
        "watch": watch or {},
        "resumed": resumed,
    }
    job_file = kernel_folder() / "job.json"
    write_json(job_file, job)
    mine = client is None
    client = client or process.connect()
    before = state_stamp()
    try:
        # silent: no history, no number, no name of ours in the user's namespace.
        client.execute(
            f"get_ipython().tunebook.run({literal(str(job_file))})", silent=True
        )
        wait_for_change(before)
    finally:
        if mine:
            client.stop_channels()


def wait_for_change(before: int, seconds: float = 10) -> None:
    """Return when the kernel has taken the job, so that a second start sees it busy."""
    end = time.monotonic() + seconds
    while state_stamp() == before:
        gone = not process.alive()
        # It may have taken the work and died of it since we looked.
        if state_stamp() == before and (gone or time.monotonic() > end):
            raise KernelError(
                "the kernel did not take the work; restart it.",
                "内核没有接受任务；请重新启动内核。",
            )
        time.sleep(0.01)


def stop(
    *, discard: bool = False, wait: bool = False, seconds: float = INTERRUPT_SECONDS
) -> None:
    """Stop what runs: ask, let it save, then interrupt, then kill, each in time.

    ``discard`` saves nothing and deletes the run. ``seconds`` is how long the
    interrupt may take before the kernel is killed.
    """
    now = status()
    if now.word != "busy":
        return
    write_text(kernel_folder() / STOP, DISCARD if discard else "")
    worker = threading.Thread(
        target=escalate, args=(now, discard, seconds), daemon=True
    )
    worker.start()
    if wait:
        worker.join()


def escalate(now: Status, discard: bool, seconds: float) -> None:
    """The steps of a stop, from the softest to the hardest."""
    saves = now.busy.get("cell") in STOPPABLE and not discard
    if saves and wait_until_free(SAVE_SECONDS):
        return
    for _ in range(INTERRUPTS):
        # Again, because an interrupt that falls into a finalizer is lost.
        process.send_signal(signal.SIGINT)
        if wait_until_free(seconds / INTERRUPTS):
            return
    process.send_signal(signal.SIGKILL)
    if discard and now.run and now.busy.get("kind") in NEW:
        wait_until_free(seconds)
        runs.remove(now.run)


def wait_until_free(seconds: float) -> bool:
    """Whether the job that was asked to stop ended within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # The next job takes the flag away when it begins.
        if status().word != "busy" or not (kernel_folder() / STOP).exists():
            return True
        time.sleep(0.1)
    return False


def restart() -> None:
    """End the kernel and free its memory; the next job starts a new one."""
    with lock():
        now = status()
        if now.word == "busy":
            raise KernelError(
                "the kernel is busy; stop it first.", "内核正忙；请先停止。"
            )
        process.end()


def end() -> None:
    """End the kernel, whatever it does; the run that it leaves is closed."""
    with lock():
        now = status()
        process.end()
        if now.word == "busy" and now.run and runs.read(now.run).status == "running":
            close(now.run, now.busy.get("cell"), -signal.SIGTERM)


def close_dead_run() -> None:
    """Write the last event of runs whose kernel died, unless one starts just now."""
    with contextlib.suppress(KernelError), lock():
        close_dead()


def close_dead() -> None:
    """Close runs whose kernel died, with how it ended. The caller holds the lock."""
    now = status()
    for folder in runs.folders():
        working = now.word == "busy" and now.run == folder
        if working or runs.read(folder).status != "running":
            continue
        code = process.exit_code() if now.run == folder else None
        cell = now.busy.get("cell") if now.run == folder else None
        close(folder, cell, code)


def close(folder: Path, cell: str | None, code: int | None) -> None:
    """Write the last events of a run that its kernel can no longer write."""
    events.append(folder, "failed", cell=cell, error="KernelDied", code=code)
    events.append(folder, "finished", status="failed")
    notify(folder)
