"""`tunebook queue`: see and change what waits for the kernel, or work through it."""

import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from webui.commands import follow, given, progress
from webui.commands.output import print_json, print_table
from webui.kernel import keeper, queue
from webui.kernel.kernel import Kernel, this_kernel
from webui.kernel.queue import Entry
from webui.kernel.status import status
from webui.notebook.edits import NO_EDITS, Edits
from webui.recipe import Recipe
from webui.runs import events, folder

LOOK_SECONDS = 0.3


def queued(arguments: Namespace) -> int:
    """Do what the second word says; without one, list what waits."""
    actions = {
        "add": add,
        "move": move_in_queue,
        "remove": remove_from_queue,
        "run": run_queue,
    }
    action = actions.get(arguments.action or "list")
    return action(arguments) if action else list_queue(arguments)


def list_queue(arguments: Namespace) -> int:
    """List what waits; 1 when a file of the queue cannot be read."""
    kernel = this_kernel()
    waiting = queue.waiting(kernel)
    if arguments.json:
        print_json([entry_as_json(kernel, entry) for entry in waiting])
    elif waiting:
        titles = ("place", "id", "name", "what", "since", "could not start")
        print_table(titles, [queue_line(kernel, entry) for entry in waiting])
    else:
        print("Nothing waits.", file=sys.stderr)
    problems = queue.problems(kernel)
    for problem in problems:
        print(problem.en, file=sys.stderr)
    return 1 if problems else 0


def entry_as_json(kernel: Kernel, entry: Entry) -> dict[str, Any]:
    """An entry for a machine."""
    return {
        "id": entry.id,
        "place": queue.place_of(kernel, entry),
        "name": entry.recipe.name,
        "kind": entry.kind,
        "upto": entry.upto,
        "time": entry.time,
        "file": str(entry.file),
        "reason": entry.reason.en if entry.reason else None,
    }


def queue_line(kernel: Kernel, entry: Entry) -> list[str]:
    """An entry for a person: a line of the table."""
    what = f"run up to {entry.upto}" if entry.kind == "run" else entry.kind
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.time))
    reason = entry.reason.en if entry.reason else ""
    place = str(queue.place_of(kernel, entry))
    return [place, entry.id, entry.recipe.name, what, since, reason]


def add(arguments: Namespace) -> int:
    """Put a recipe at the end of the queue."""
    recipe = given.ready_recipe(arguments)
    kind: queue.Kind = "sweep" if arguments.sweep else "run"
    return add_and_tell(recipe, kind, arguments.json, given.edits(arguments))


def add_and_tell(
    recipe: Recipe, kind: queue.Kind, as_json: bool, edits: Edits = NO_EDITS
) -> int:
    """Put a recipe at the end of the queue, and say where it waits and for whom."""
    kernel = this_kernel()
    entry = queue.add(kernel, recipe, kind, edits=edits)
    if as_json:
        print_json(entry_as_json(kernel, entry))
    else:
        print(f"{entry.id} waits as number {queue.place_of(kernel, entry)}.")
        print(
            "An open page starts it, or `tunebook queue run` without one.",
            file=sys.stderr,
        )
    return 0


def move_in_queue(arguments: Namespace) -> int:
    """Change an entry's place, and show the new order."""
    queue.move_entry(this_kernel(), arguments.id, arguments.way)
    return list_queue(arguments)


def remove_from_queue(arguments: Namespace) -> int:
    """Take an entry out of the queue."""
    kernel = this_kernel()
    entry = queue.find(kernel, arguments.id)
    queue.remove_entry(kernel, entry.id)
    if arguments.json:
        print_json(entry_as_json(kernel, entry))
    else:
        print(f"Removed {entry.id}", file=sys.stderr)
    return 0


def run_queue(arguments: Namespace) -> int:
    """Work through the queue; 0 when nothing waits any more and every run finished."""
    done: list[Path] = []
    with follow.kernel() as kernel:
        while True:
            now = status(kernel)
            begun = now.run if now.word == "busy" else keeper.look(kernel)[1]
            if now.word == "busy" or begun:
                watch_kernel(kernel, begun)
            elif all(entry.reason for entry in queue.waiting(kernel)):
                break
            else:
                time.sleep(LOOK_SECONDS)  # somebody else is about to start one
            if begun and begun not in done:
                done.append(begun)
    ended = [folder.read_run(run) for run in done if run.is_dir()]
    return tell_how_it_ended(kernel, ended, arguments.json)


def watch_kernel(kernel: Kernel, run: Path | None) -> None:
    """Show what the kernel does until it is free; a run's news as they come."""
    if run:
        progress.say_progress(run.name)
    offset = events.size(run) if run and resumed(run) else 0
    with (
        progress.progress_display() as shown,
        follow.stop_on_interrupt(kernel, shown.say),
    ):
        while True:
            now = status(kernel)
            fresh, offset = events.read(run, offset) if run else ([], 0)
            for event in fresh:
                shown.show(event)
            if now.word != "busy":
                return
            time.sleep(LOOK_SECONDS)


def resumed(run: Path) -> bool:
    """Whether a run goes on from an earlier one of its events."""
    return bool(events.of_kind(events.read(run)[0], events.Resumed))


def tell_how_it_ended(kernel: Kernel, done: list[folder.Run], as_json: bool) -> int:
    """Say how each run ended and what still waits."""
    waiting = queue.waiting(kernel)
    if as_json:
        runs = [{"id": each.id, "status": each.status} for each in done]
        print_json(
            {"runs": runs, "waiting": [entry_as_json(kernel, e) for e in waiting]}
        )
    else:
        print_table(["run", "status"], [[each.id, each.status] for each in done])
    for entry in waiting:
        reason = entry.reason.en if entry.reason else "it was not started."
        print(f"{entry.recipe.name} still waits: {reason}", file=sys.stderr)
    finished = all(each.status == "finished" for each in done)
    return 0 if finished and not waiting else 1
