"""`tunebook runs` and `tunebook recipes`: what is there."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from webui.commands.given import shipped_files
from webui.commands.output import print_json, print_table
from webui.figures import brief, duration, size
from webui.runs import folder
from webui.runs.folder import Run, RunError
from webui.settings import runs_folder


def runs(arguments: Namespace) -> int:
    """List the runs with their main figures, newest first; or delete one."""
    if arguments.delete is not None:
        return delete(arguments.delete, arguments.yes)
    known = [folder.read(path) for path in folder.folders()]
    if arguments.json:
        print_json([described(run) for run in known])
    elif known:
        titles = (
            "run",
            "kind",
            "status",
            "steps",
            "last loss",
            "base -> tuned",
            "took",
        )
        print_table([*titles, "peak memory"], [row(run) for run in known])
    else:
        print(f"There is no run in {runs_folder()} yet: tunebook run starter-extract")
    return 0


def described(run: Run) -> dict[str, Any]:
    """A run for a machine: the summary with the run's id, folder, kind and status."""
    about = {"id": run.id, "folder": str(run.folder), "kind": run.kind}
    return {**about, **run.summary, "status": run.status}


def row(run: Run) -> list[str]:
    """A run for a person: a line of the table."""
    figures, score = run.summary, run.summary.get("score")
    memory, seconds = figures.get("peak_memory"), figures.get("duration")
    return [
        run.id,
        run.kind,
        run.status,
        str(figures.get("steps", "")),
        brief(figures.get("last_loss")),
        f"{score['base']:.0%} -> {score['tuned']:.0%}" if score else "",
        duration(seconds) if seconds is not None else "",
        size(memory) if memory else "",
    ]


def delete(named: str, sure: bool) -> int:
    """Delete a run for good, if the user is sure of it."""
    run = folder.find(named)
    if not sure and not confirmed(f"Delete {run.id} with its adapter for good? [y/N] "):
        raise RunError(
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
