"""What watching costs: a training with a page and its readers, beside the bare script.

    python benchmarks/overhead.py [--pairs 10] [--tabs 3] [--steps 90]

A pair is the exported script in a process of its own, and the same recipe as a run
with a page's server beside it that several tabs read (``tabs.py``). On a machine with
neighbours one and the same training takes 20 % more or less from one minute to the
next, so the two of a pair take turns: each is frozen (SIGSTOP) while the other has the
machine for half a second, with its page and its tabs. What is compared is the time that
each had the machine from its second step, when its memory is warm again after the
loading of the other, to its checkpoint after the last. Which of a pair goes first
alternates; OpenMP waits passively on both sides.
Beside it stands the processor time that the server and its planner took. The figures
go to benchmarks/results/overhead.json with a 95 % interval of the median, from a
bootstrap. Ten pairs take three quarters of an hour on two cores.
"""

import argparse
import json
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from tabs import family, page, processor, readers

from webui import settings
from webui.files import write_json
from webui.kernel import jobs, process
from webui.kernel.kernel import this_kernel
from webui.kernel.status import status
from webui.models.here import cells_here
from webui.notebook.cells import RUN
from webui.notebook.script import joined
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import place_rows
from webui.runs import events

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "overhead.json"
PACKAGES = ("torch", "transformers", "trl", "unsloth", "gradio")
CELLS = RUN.cells[: RUN.cells.index("train") + 1]
TURN = 0.5  # seconds
# What the bare script tells of itself, as the recorder tells of a run.
MARKS = """
import time
from transformers import TrainerCallback


class Marks(TrainerCallback):
    def on_train_begin(self, args, state, control, **kwargs):
        print("MARK begun", time.time(), flush=True)

    def on_log(self, args, state, control, **kwargs):
        if state.global_step == 2:
            print("MARK warm", time.time(), flush=True)

    def on_save(self, args, state, control, **kwargs):
        print("MARK saved", time.time(), flush=True)


trainer.add_callback(Marks())
trainer.train("""


@dataclass
class Side:
    """One of two trainings that take turns, with the windows in which it worked.

    ``mark`` gives when it was begun, warm or saved, in seconds; None before that.
    """

    work: list[psutil.Process]
    mark: Callable[[str], float | None]
    looking: threading.Event = field(default_factory=threading.Event)
    windows: list[tuple[float, float]] = field(default_factory=list)
    since: float = 0.0

    def freeze(self) -> None:
        """Leave the machine to the other one."""
        self.looking.clear()
        for each in self.work:
            os.kill(each.pid, signal.SIGSTOP)
        self.windows.append((self.since, time.time()))

    def turn(self) -> None:
        """Have the machine for a while."""
        self.since = time.time()
        for each in self.work:
            os.kill(each.pid, signal.SIGCONT)
        self.looking.set()
        time.sleep(TURN)
        self.freeze()

    @property
    def seconds(self) -> float:
        """How long it had the machine between its second step and its checkpoint."""
        warm, saved = self.mark("warm") or 0, self.mark("saved") or 0
        return sum(max(min(b, saved) - max(a, warm), 0) for a, b in self.windows)


def recipe(steps: int) -> Recipe:
    """The starter recipe, cut to some steps, with one checkpoint at its end."""
    changed = [f"training.steps={steps}", f"training.save_every={steps}"]
    path = ROOT / "recipes" / "starter-extract.yaml"
    return loads(path.read_text(encoding="utf-8"), folder=path.parent, settings=changed)


@contextmanager
def bare(steps: int) -> Iterator[Side]:
    """The exported script, frozen as soon as its training has begun."""
    rows = prepare(recipe(steps))
    code = joined(cells_here(recipe(steps), CELLS, rows=rows))
    code = code.replace("\ntrainer.train(", MARKS)
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/told", "w+") as told:
        place_rows(rows, Path(folder))
        training = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=folder,
            env={**process.kernel_environment(this_kernel()), "PYTHONPATH": ""},
            stdout=told,
            stderr=subprocess.DEVNULL,
        )

        def mark(name: str) -> float | None:
            lines = Path(told.name).read_text().splitlines()
            found = [line for line in lines if line.startswith(f"MARK {name} ")]
            return float(found[-1].split()[-1]) if found else None

        wait(lambda: mark("begun"))
        side = Side(family(psutil.Process(training.pid)), mark)
        side.freeze()
        yield side
        training.kill()
        training.wait()


@contextmanager
def watched(steps: int, tabs: int) -> Iterator[Side]:
    """The same training as a run, with its page and tabs, frozen as it has begun."""
    with page() as server, readers(tabs) as watching:
        run = jobs.start_run(this_kernel(), recipe(steps), upto="train")
        watching.run = run.name

        def mark(name: str) -> float | None:
            found = [e.time for e in events.read(run)[0] if is_mark(e, name)]
            return float(found[0]) if found else None

        wait(lambda: mark("begun"))
        kernel = psutil.Process(status(this_kernel()).pid)
        side = Side([*family(server), *family(kernel)], mark, watching.looking)
        side.freeze()
        yield side
        for each in side.work:
            each.resume()
        process.end(this_kernel())


def is_mark(event: events.Event, name: str) -> bool:
    """Whether an event of a run is what a mark of the bare script tells."""
    warm = event.tag == "step" and event.step == 2
    return warm if name == "warm" else bool(event.tag == name)


def wait(condition: Callable[[], Any]) -> None:
    """Look again and again, until it holds."""
    while not condition():
        time.sleep(0.1)


def pair(number: int, steps: int, tabs: int) -> dict[str, float]:
    """Seconds of both trainings, and of the processor for the watching."""
    with watched(steps, tabs) as one, bare(steps) as other:
        server = one.work[0]
        before = processor(server)
        sides = [one, other][:: (-1) ** number]
        while not all(side.mark("saved") for side in sides):
            for side in sides:
                if not side.mark("saved"):
                    side.turn()
        taken = processor(server) - before
        return {
            "bare": round(other.seconds, 2),
            "watched": round(one.seconds, 2),
            "server_processor": round(taken, 2),
        }


def interval(ratios: list[float]) -> list[float]:
    """The 95 % interval of the median, by drawing the pairs again and again."""
    chance = random.Random(0)
    medians = sorted(
        statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(10_000)
    )
    return [percent(medians[i]) for i in (250, 9_750)]


def percent(ratio: float) -> float:
    """How many percent more."""
    return round(100 * (ratio - 1), 2)


def compare(pairs: int, tabs: int, steps: int) -> dict[str, Any]:
    """Every pair's seconds, and how much slower the watched one is."""
    measured, ratios = [], []
    for number in range(pairs):
        measured.append(told := pair(number, steps, tabs))
        ratios.append(told["watched"] / told["bare"])
        print(told, f"{percent(ratios[-1]):+.2f} %", flush=True)
    cores = os.cpu_count() or 1
    shares = [p["server_processor"] / cores / p["watched"] for p in measured]
    return {
        "pairs": measured,
        "percent_slower": {
            "median": percent(statistics.median(ratios)),
            "interval": interval(ratios),
            "most": percent(max(ratios)),
        },
        "server_processor_percent": round(100 * statistics.median(shares), 2),
    }


def main() -> int:
    """Compare, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--tabs", type=int, default=3)
    parser.add_argument("--steps", type=int, default=90)
    given = parser.parse_args()
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    models = settings.models_folder()
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "models").symlink_to(models)
        os.environ |= {"TUNEBOOK_HOME": home, "JUPYTER_RUNTIME_DIR": f"{home}/jupyter"}
        try:
            found = compare(given.pairs, given.tabs, given.steps)
        finally:
            process.end(this_kernel())
    results = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {name: version(name) for name in PACKAGES},
        "command": f"python benchmarks/overhead.py --pairs {given.pairs} "
        f"--tabs {given.tabs} --steps {given.steps}",
    }
    write_json(RESULTS, results | found)
    print(json.dumps(found["percent_slower"]), found["server_processor_percent"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
