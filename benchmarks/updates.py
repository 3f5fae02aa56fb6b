"""What the Train tab's updates cost in a run of 100,000 steps.

    python benchmarks/updates.py [--steps 100000]

A log is replayed into a home of its own, and the page's server is asked as a browser
asks: for the whole of the curves, then for one new step at a time, as in a training,
and for the stamp when nothing is new. Bytes are of the answer's body before it is
compressed; milliseconds are of the server, the reading of the log included.
"""

import argparse
import json
import math
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results") / "updates.json"
UPDATES = 200


def log_of(steps: int, first: int = 1, total: int = 0) -> Iterator[str]:
    """The lines of a training's log; numbers as long as a trainer writes them."""
    drawn = random.Random(first)
    for step in range(first, first + steps):
        logs = {
            "loss": 0.5 + math.exp(-step / 2e4) + drawn.gauss(0, 0.1),
            "grad_norm": math.exp(drawn.gauss(0, 0.3)),
            "learning_rate": 2e-4 * (1 - step / (2 * total)),
            "num_tokens": 450.0 * step,
            "epoch": 3 * step / total,
        }
        event = {
            "event": "step",
            "time": round(1.79e9 + step / 2, 3),
            "trial": None,
            "step": step,
            "max_steps": total,
            "tokens_per_second": round(drawn.gauss(900, 50), 1),
            "samples_per_second": 8.0,
            "memory": 9_000_000_000 + step,
            "logs": logs,
        }
        yield json.dumps(event) + "\n"
        if step % 500 == 0:
            told = {"eval_loss": logs["loss"], "epoch": logs["epoch"]}
            yield json.dumps(event | {"event": "evaluated", "logs": told}) + "\n"


def replay(root: Path, steps: int) -> Path:
    """A run folder with the log of so many steps."""
    from webui.models.here import cells_here
    from webui.notebook.cells import RUN
    from webui.recipe.store import load
    from webui.runs import events
    from webui.runs import folder as runs
    from webui.settings import shipped_recipes

    recipe = load(shipped_recipes() / "starter-extract.yaml")
    run = runs.create(root, recipe, cells_here(recipe, RUN.cells), "run")
    events.append(run, events.Begun(trial=None, max_steps=2 * steps, effective={}))
    append(run, log_of(steps, total=2 * steps))
    return run


def append(run: Path, lines: Iterator[str]) -> None:
    """Write lines of events to a run's log."""
    with (run / "events.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(lines)


class Clocked:
    """An app that notes how long it took for each request, in milliseconds."""

    def __init__(self, app: Any) -> None:
        self.app, self.took = app, 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        begun = time.perf_counter()
        await self.app(scope, receive, send)
        self.took = 1000 * (time.perf_counter() - begun)


def timed(question: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds, and the answer."""
    begun = time.perf_counter()
    found = question()
    return 1000 * (time.perf_counter() - begun), found


def figures(answers: list[tuple[float, Any]]) -> dict[str, float]:
    """The median and the worst of some answers."""
    took = [ms for ms, _ in answers]
    sizes = [len(reply.content) for _, reply in answers]
    return {
        "answers": len(answers),
        "bytes_median": statistics.median(sizes),
        "bytes_most": max(sizes),
        "ms_median": round(statistics.median(took), 2),
        "ms_95_percent": round(sorted(took)[int(0.95 * (len(took) - 1))], 2),
    }


def clocked(app: Clocked, question: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds that the server took for an answer, and the answer."""
    found = question()
    return app.took, found


def whole(
    app: Clocked, ask: Callable[..., Any]
) -> tuple[list[tuple[float, Any]], dict[str, Any]]:
    """All pieces that a browser needs at first, and what it knows then."""
    answers, known = [], {"generation": -1, "known": 0, "heard": 0}
    while True:
        answers.append(clocked(app, partial(ask, **known)))
        told = answers[-1][1].json()
        known = {name: told[name] for name in known}
        if not told["more"]:
            return answers, known


def measure(steps: int) -> dict[str, Any]:
    """Open the page's app, and ask it."""
    from gradio.routes import App
    from starlette.testclient import TestClient

    from webui.app import open_studio
    from webui.kernel.kernel import this_kernel
    from webui.kernel.status import status
    from webui.page.build import build_app
    from webui.page.routes import CURVES, STAMP, add_routes
    from webui.page.stamp import stamp_of

    kernel = this_kernel()
    run, studio = replay(kernel.runs, steps), open_studio(kernel, None)
    app = App.create_app(build_app(studio))
    add_routes(app, studio)
    app = Clocked(app)
    client = TestClient(app, headers={"Accept-Encoding": "identity"})

    def ask(**words: Any) -> Any:
        return client.get(CURVES, params={"run": run.name, **words})

    read_ms, _ = timed(lambda: studio.follow(run))
    first, known = whole(app, ask)
    updates = []
    for number in range(1, UPDATES + 1):
        append(run, log_of(1, steps + number, 2 * steps))
        updates.append(clocked(app, partial(ask, **known)))
        told = updates[-1][1].json()
        known = {name: told[name] for name in known}
    stamps = [
        timed(lambda: stamp_of(studio, status(kernel)))[0] for _ in range(UPDATES)
    ]
    return {
        "log_mb": round((run / "events.jsonl").stat().st_size / 1e6, 1),
        "first_reading_of_the_log_ms": round(read_ms),
        "first_load": figures(first),
        "update": figures(updates),
        "idle_stamp_ms_median": round(statistics.median(stamps), 3),
        "idle_tick": figures(
            [clocked(app, lambda: client.get(STAMP)) for _ in range(UPDATES)]
        ),
    }


def main() -> None:
    """Measure in a home of its own, print the figures and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUNEBOOK_HOME"] = home
        os.environ["JUPYTER_RUNTIME_DIR"] = home
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        found = measure(steps)
    text = json.dumps(
        {
            "command": f"python benchmarks/updates.py --steps {steps}",
            "machine": f"{os.cpu_count()} cores, {platform.machine()}",
            "python": platform.python_version(),
            "gradio": version("gradio"),
            "steps": steps,
            **found,
        },
        indent=1,
    )
    RESULTS.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
