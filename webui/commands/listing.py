"""`tunebook runs` and `tunebook recipes`: what is there."""

import sys
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from webui.commands.given import shipped_files
from webui.commands.output import print_json, print_table
from webui.figures import brief, duration, in_bytes
from webui.kernel.closing import as_it_stands
from webui.kernel.kernel import this_kernel
from webui.runs import entries, folder, notes, scores
from webui.runs.difference import (
    Difference,
    code_difference,
    difference,
    value_text,
)
from webui.runs.entries import Entry, metric_of
from webui.runs.folder import Run, RunError

TITLES = (
    "run",
    "kind",
    "status",
    "steps",
    "last loss",
    "base -> tuned",
    "took",
    "peak memory",
    "star",
    "name",
    "note",
)


def runs(arguments: Namespace) -> int:
    """List the runs with their main figures, newest first; or do one thing with one."""
    if arguments.delete is not None:
        return delete(arguments.delete, arguments.yes)
    if arguments.diff is not None:
        return compare(*arguments.diff, as_json=arguments.json)
    if changes := note_run(arguments):
        return say_about_run(*changes, as_json=arguments.json)
    return list_all(as_json=arguments.json)


def list_all(*, as_json: bool) -> int:
    """All runs: a line each for a person, one document for a machine."""
    kernel = this_kernel()
    root = kernel.runs
    known = [
        replace(each, run=as_it_stands(kernel, each.run))
        for each in entries.list_entries(root)
    ]
    if as_json:
        print_json([run_as_json(entry.run) for entry in known])
    elif known:
        further = entries.columns_of(known)
        titles = (*TITLES, *(column.replace("_", " ", 1) for column in further))
        print_table(titles, [[*run_line(each), *more(each, further)] for each in known])
    else:
        print(f"There is no run in {root} yet: tunebook run starter-extract")
    return 0


def run_as_json(run: Run) -> dict[str, Any]:
    """A run for a machine: its summary, and what its owner says about it."""
    about = {"id": run.id, "folder": str(run.folder), "kind": run.kind}
    said = asdict(notes.read_notes(run.folder))
    return {**about, **said, **run.summary, "status": run.status}


def run_line(entry: Entry) -> list[str]:
    """A run for a person: a line of the table."""
    figures = entry.figures
    memory, seconds = figures.get("peak_memory"), figures.get("duration")
    steps, loss = figures.get("steps"), figures.get("last_loss")
    return [
        entry.id,
        entry.run.kind,
        entry.run.status,
        "" if steps is None else str(int(steps)),
        brief(loss),
        scores.brief(entry.scores, "->"),
        duration(seconds) if seconds is not None else "",
        in_bytes(memory) if memory else "",
        "*" if entry.about.star else "",
        entry.about.name,
        notes.short(entry.about.note),
    ]


def more(entry: Entry, columns: list[str]) -> list[str]:
    """The figures of a run that nobody declared."""
    figures = entry.figures
    return [metric_of(n).written(figures[n]) if n in figures else "" for n in columns]


def note_run(arguments: Namespace) -> tuple[str, dict[str, Any]] | None:
    """The run that something is said about, and what; None when nothing is."""
    if arguments.star is not None:
        return arguments.star, {"star": True}
    if arguments.unstar is not None:
        return arguments.unstar, {"star": False}
    if arguments.note is not None:
        return arguments.note[0], {"note": arguments.note[1]}
    if arguments.rename is not None:
        return arguments.rename[0], {"name": arguments.rename[1]}
    return None


def say_about_run(named: str, changes: dict[str, Any], *, as_json: bool) -> int:
    """Say something about a run; for a machine, the run as it is then."""
    kernel = this_kernel()
    run = as_it_stands(kernel, folder.find(kernel.runs, named))
    said = notes.change(run.folder, kernel.notes, **changes)
    if as_json:
        print_json(run_as_json(run))
    else:
        star = "* " if said.star else ""
        print(f"{run.id}: {star}{said.name or '(no name)'}", file=sys.stderr)
    return 0


def compare(left: str, right: str, *, as_json: bool) -> int:
    """The fields in which two runs' recipes differ, as lines or as one document."""
    root = this_kernel().runs
    pair = folder.find(root, left), folder.find(root, right)
    found = difference(*(folder.recipe_of_run(run) for run in pair))
    found += code_difference(*(folder.edits_of_run(run.folder) for run in pair))
    if as_json:
        ids = [run.id for run in pair]
        listed = [
            {"field": d.path, "title": d.title.en, "values": [d.left, d.right]}
            for d in found
        ]
        print_json({"runs": ids, "differences": listed})
    elif found:
        rows = [
            [d.path, *(told(d, value) for value in (d.left, d.right))] for d in found
        ]
        print_table(["field", *(run.id for run in pair)], rows)
    else:
        print("The two recipes are the same.", file=sys.stderr)
    return 0


def told(found: Difference, value: Any) -> str:
    """A value of a difference as the table shows it."""
    code = found.path.startswith("code.")
    return value_text(value, found.path if code else "").en


def delete(named: str, sure: bool) -> int:
    """Delete a run for good, if the user is sure of it."""
    kernel = this_kernel()
    run = as_it_stands(kernel, folder.find(kernel.runs, named))
    if not sure and not confirmed(f"Delete {run.id} with its adapter for good? [y/N] "):
        raise RunError.of(
            f"{run.id} was not deleted; --yes deletes without asking.",
            f"{run.id} 未删除；使用 --yes 可不经确认直接删除。",
        )
    folder.delete(run)
    print(f"Deleted {run.id}", file=sys.stderr)
    return 0


def confirmed(question: str) -> bool:
    """Ask on a terminal; elsewhere nobody can answer, so it is a no."""
    return sys.stdin.isatty() and input(question).strip().lower() in ("y", "yes")


def recipes(arguments: Namespace) -> int:
    """List the recipes that came with Tunebook."""
    known = [
        {"name": path.stem, "about": first_comment(path), "path": str(path)}
        for path in shipped_files()
    ]
    if arguments.json:
        print_json(known)
    else:
        print_table(["name", "about", "path"], [list(each.values()) for each in known])
    return 0


def first_comment(path: Path) -> str:
    """The first comment line of a recipe: what it is for."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if text := line.partition("#")[2].strip() if line.startswith("#") else "":
            return text
    return ""
