"""`tunebook run` and `tunebook sweep`: start it, follow it, print how it ended."""

import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from webui.commands import follow, given, progress
from webui.commands.listing import run_as_json
from webui.commands.mending import change_after
from webui.commands.output import print_json, print_table
from webui.commands.queue import add_and_tell
from webui.diagnosis import explain
from webui.figures import brief, duration
from webui.kernel import closing, jobs, resuming
from webui.kernel.kernel import Kernel, this_kernel
from webui.kernel.process import BusyError
from webui.kernel.status import status
from webui.metrics import metric
from webui.notebook.edits import NO_EDITS, Edits
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.runs import events, folder, scores
from webui.runs.events import Event, Failed, Scored, last
from webui.runs.folder import Run
from webui.runs.moving import moved_parts
from webui.runs.trials import best_trial, no_best, ranked, told

Asked = TypeVar("Asked", Recipe, Path)
JUDGED = {"eval_loss": "loss on the watched rows"}


def run(arguments: Namespace) -> int:
    """Train a recipe and score it; 0 only when the run finished."""
    recipe, edits = given.ready_recipe(arguments), given.edits(arguments)
    return start_and_tell(recipe, "run", arguments, edits)


def train_on(arguments: Namespace) -> int:
    """Train further from a finished run; 0 only when the new run finished."""
    recipe = ready(given.child_recipe(arguments), this_kernel().runs)
    text = (
        f"Trained on from {recipe.adapter.from_run}: its weights go on, the optimizer "
        f"and the schedule start anew ({recipe.training.schedule}, "
        f"{recipe.training.learning_rate:g})."
    )
    print(text, file=sys.stderr)
    return start_and_tell(recipe, "run", arguments)


def resume(arguments: Namespace) -> int:
    """Go on with a run that was cut off or stopped; 0 only when it then finished."""
    kernel = this_kernel()
    closing.close_dead_run(kernel)
    run = folder.find(kernel.runs, arguments.run).folder
    resuming.resumable(run)  # or a word, before a kernel is started
    return tell_job(watch_job(resume_run, run), "run", arguments)


def sweep(arguments: Namespace) -> int:
    """Try the settings of the recipe's sweep; 0 only when all trials finished."""
    recipe = given.ready_recipe(arguments, sweep=True)
    if not recipe.sweep.space:
        raise RecipeError.of(
            "name at least one field and its values.",
            "请至少指定一个字段及其取值。",
            "sweep.space",
        )
    return start_and_tell(recipe, "sweep", arguments, given.edits(arguments))


def start_and_tell(
    recipe: Recipe,
    kind: Literal["run", "sweep"],
    arguments: Namespace,
    edits: Edits = NO_EDITS,
) -> int:
    """Start a recipe that is ready, or let it wait; tell how it ended."""
    start = jobs.start_sweep if kind == "sweep" else jobs.start_run
    try:
        done = watch_job(partial(start, edits=edits), recipe)
    except BusyError:
        if not arguments.queue:
            raise
        return add_and_tell(recipe, kind, arguments.json, edits)
    return tell_job(done, kind, arguments)


def tell_job(done: Run, kind: Literal["run", "sweep"], arguments: Namespace) -> int:
    """Tell how a run or a sweep ended; 0 only when it finished."""
    history = events.current(events.read(done.folder)[0])
    if arguments.json:
        trials = told_trials(history) if kind == "sweep" else {}
        print_json(run_as_json(done) | trials | told_failure(done, history))
    elif kind == "sweep":
        print_sweep(done, history)
    else:
        print_run(done, history)
    return exit_code(done, history)


def resume_run(kernel: Kernel, run: Path) -> Path:
    """Go on with a run in its own folder."""
    resuming.resume(kernel, run)
    return run


def watch_job(start: Callable[[Kernel, Asked], Path], asked: Asked) -> Run:
    """Start a job and show its progress until it ends, however it ends."""
    with follow.kernel() as kernel:
        if status(kernel).word in ("none", "dead"):
            progress.say_progress("Starting the kernel ...")
        # Of a run that goes on, what it told before is known.
        told = events.size(asked) if isinstance(asked, Path) else 0
        started = start(kernel, asked)
        with (
            progress.progress_display() as shown,
            follow.stop_on_interrupt(kernel, shown.say),
        ):
            for event in follow.follow(kernel, started, told):
                shown.show(event)
    return folder.read_run(started)


def print_run(done: Run, history: list[Event]) -> None:
    """The result for a person: the score, the loss, where everything lies."""
    figures = done.summary
    scored = last(history, Scored)
    for found in scores.by_metric(scored.scores if scored else ()).values():
        print(f"score       {scores.line(found)}")
    if figures.get("last_loss") is not None:
        first, final = brief(figures["first_loss"]), brief(figures["last_loss"])
        steps = figures["steps"]
        print(f"loss        {first} at first, {final} after {steps} steps")
    if moved := figures.get("moved"):
        print(f"moved       {'; '.join(part.en for part in moved_parts(moved))}")
    if "duration" in figures:
        print(f"took        {duration(figures['duration'])}")
    print(f"run folder  {done.folder}")


def print_sweep(done: Run, history: list[Event]) -> None:
    """The leaderboard, and how to run the best."""
    if trials := ranked(history):
        names, kind = list(trials[0].params), metric(trials[0].metric)
        rows = [
            [str(t.trial), *(str(t.params[n]) for n in names), kind.written(t.value)]
            for t in trials
        ]
        print_table(["trial", *names, JUDGED.get(kind.name, kind.title.en)], rows)
    if best := best_trial(history):
        settings = (f"--set {name}={value}" for name, value in best["params"].items())
        print(f"best        {' '.join(settings)}")
    elif why := no_best(history):
        print(f"best        {why.en}")
    print(f"run folder  {done.folder}")


def told_trials(history: list[Event]) -> dict[str, Any]:
    """The trials of a sweep, for a machine."""
    return {"trials": [*map(told, ranked(history))], "best": best_trial(history)}


def told_failure(done: Run, history: list[Event]) -> dict[str, Any]:
    """Why a run failed, for a machine; nothing when it did not."""
    failed = last(history, Failed)
    if failed is None:
        return {}
    diagnosis = explain(failed)
    texts = {"what": diagnosis.what.en, "next_step": diagnosis.next_step.en}
    helps = change_after(failed, done)
    values = dict(helps.values) if helps else None
    told = {"event": failed.tag, **asdict(failed)}
    return {"failed": {**told, **texts, "change": values}}


def exit_code(done: Run, history: list[Event]) -> int:
    """0 for a finished run; otherwise 1, with the reason on stderr."""
    if done.status == "finished":
        return 0
    if failed := last(history, Failed):
        print_failure(failed, done)
    else:
        print(f"The run was {done.status} before its end.", file=sys.stderr)
    return 1


def print_failure(failed: Failed, done: Run | None = None) -> None:
    """What happened and what to do, on stderr; for a run the change that helps, too."""
    diagnosis = explain(failed)
    print(diagnosis.what.en, diagnosis.next_step.en, sep="\n", file=sys.stderr)
    if done and (helps := change_after(failed, done)):
        settings = " ".join(f"--set {setting}" for setting in helps.settings)
        print(f"Try it with: {settings}", file=sys.stderr)
