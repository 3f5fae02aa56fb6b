"""What the tests do with a real kernel, apart from what ``jobs`` does."""

import ast
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import nbformat

from webui.kernel import jobs
from webui.kernel.client import await_answer, connect, execute
from webui.kernel.kernel import this_kernel
from webui.models.here import cells_here
from webui.notebook.cells import RUN
from webui.notebook.render import Cell
from webui.recipe import Recipe
from webui.rows.prepare.ask import prepared
from webui.runs import events, folder

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = 60) -> T:
    """The first true value of a condition; fails when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"nothing came in {seconds} s: {jobs.status(this_kernel())}")


def rendered(
    recipe: Recipe, names: tuple[str, ...] = RUN.cells, **more: Any
) -> tuple[Cell, ...]:
    """The cells of a recipe as a start renders them: its rows are prepared."""
    return cells_here(recipe, names, rows=prepared(recipe), **more)


def cells(**codes: str) -> tuple[Cell, ...]:
    """Small cells of our own."""
    return tuple(
        Cell(name, code, hashlib.sha256(code.encode()).hexdigest()[:16])
        for name, code in codes.items()
    )


def start(**codes: str) -> Path:
    """Start a run of small cells."""
    return jobs.start_in_new_folder(
        this_kernel(), Recipe(), cells(**codes), "run", [*codes]
    )


def run(**codes: str) -> Path:
    """A run of small cells, to its end."""
    return ended(start(**codes))


def ended(run: Path, seconds: float = 60) -> Path:
    """Wait until a run has ended and the kernel is free again."""
    until(lambda: "finished" in tags(run), seconds)
    until(lambda: jobs.status(this_kernel()).word != "busy")
    return run


def of(run: Path, tag: str) -> list[events.Event]:
    """The events of a run with this tag."""
    return [event for event in events.read(run)[0] if event.tag == tag]


def tags(run: Path) -> list[str]:
    """The tags of a run's events, in order."""
    return [event.tag for event in events.read(run)[0]]


def cells_of(run: Path) -> list[str]:
    """The cells that ran to their end in a run, in order."""
    return [e.cell for e in of(run, "cell") if e.status == "finished"]


def notebook(run: Path) -> nbformat.NotebookNode:
    """The notebook of a run, which must be valid."""
    found = nbformat.read(run / folder.NOTEBOOK, as_version=4)
    nbformat.validate(found)
    return found


def value(expression: str, code: str = "") -> Any:
    """What an expression is in the kernel, after some code, without a trace."""
    with connect(this_kernel(), hears=False) as client:
        request = execute(client, code, user_expressions={"value": expression})
        reply = await_answer(client, request, 120)
    assert reply is not None, "the kernel does not answer"
    found = reply["content"].get("user_expressions", {}).get("value", reply)
    assert found.get("status") == "ok", found
    return ast.literal_eval(found["data"]["text/plain"])


def submit(code: str) -> tuple[subprocess.Popen[str], Path]:
    """A process that starts a run with this code, and stays; and the run."""
    submitter = subprocess.Popen(
        [
            *(sys.executable, "-X", "warm=light"),
            *("-c", f"{code}\nprint(run, flush=True)\ninput()"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert submitter.stdout
    return submitter, Path(submitter.stdout.readline().strip())
