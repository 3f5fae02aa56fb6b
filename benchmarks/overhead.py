"""What watching costs: a training with a page and its readers, beside the bare script.

    python benchmarks/overhead.py [--pairs 10] [--tabs 3] [--steps 30]

A pair is the exported script in a process of its own, and the same recipe as a run
with a page's server beside it that several readers ask as browser tabs do: once a
second what is new of the curves and whether the page has changed, and for all of it
when it has. (A browser's own drawing is left out: it happens on the machine that the
user sits at.) What is compared is the trainer's own train_runtime; which of a pair
comes first alternates. OpenMP waits passively on both sides. The figures go to
benchmarks/results/overhead.json with a 95 % interval of the median, from a bootstrap.
Ten pairs take about twenty minutes on two cores.
"""

import argparse
import ast
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from webui import settings
from webui.files import write_json
from webui.kernel import jobs, process
from webui.kernel.status import status
from webui.notebook.ipynb import script
from webui.notebook.render import RUN_CELLS, render_cells
from webui.recipe import Recipe
from webui.recipe.store import loads

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "overhead.json"
PACKAGES = ("torch", "transformers", "trl", "unsloth", "gradio")
PORT = 7994
CELLS = RUN_CELLS[: RUN_CELLS.index("train") + 1]
RUNTIME = "trainer.state.log_history[-1]['train_runtime']"


def recipe(steps: int) -> Recipe:
    """The starter recipe, cut to some steps, with one checkpoint at its end."""
    changed = [f"training.steps={steps}", f"training.save_every={steps}"]
    path = ROOT / "recipes" / "starter-extract.yaml"
    return loads(path.read_text(encoding="utf-8"), folder=path.parent, settings=changed)


def bare(steps: int) -> float:
    """Seconds of the exported script's training, alone."""
    code = (
        f"{script(render_cells(recipe(steps), CELLS))}\nprint('RUNTIME', {RUNTIME})\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env={**process.kernel_environment(Path(folder)), "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout.rpartition("RUNTIME")[2])


def watched(steps: int, tabs: int) -> float:
    """Seconds of the same training as a run, with a page and its readers."""
    with page(), readers(tabs):
        time.sleep(8)  # the page's own start is no watching
        run = jobs.start_run(recipe(steps), upto="train")
        while status().word == "busy":
            time.sleep(0.5)
        seconds = asked(RUNTIME)
    assert (run / "adapter").is_dir()
    process.end()  # as the script, the next one begins with nothing loaded
    return seconds


def asked(expression: str) -> float:
    """The value of an expression in the kernel."""
    client = process.connect()
    try:
        sent = client.execute("", silent=True, user_expressions={"it": expression})
        reply = client.get_shell_msg(timeout=60)
        while reply["parent_header"]["msg_id"] != sent:
            reply = client.get_shell_msg(timeout=60)
    finally:
        client.stop_channels()
    it = reply["content"]["user_expressions"]["it"]
    return float(ast.literal_eval(it["data"]["text/plain"]))


@contextmanager
def page() -> Iterator[None]:
    """A page's server, ready to answer."""
    command = [sys.executable, "-m", "webui", "page", "--port", str(PORT)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    try:
        while True:
            try:
                get("")
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        server.kill()
        server.wait()


def get(path: str, body: bytes | None = None) -> bytes:
    """An answer of the page's server; a body is posted."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/{path}",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as page:
        return bytes(page.read())


@contextmanager
def readers(tabs: int) -> Iterator[None]:
    """So many tabs that watch the newest run, until they are told to end."""
    ended = threading.Event()
    threads = [
        threading.Thread(target=watch, args=(ended, f"tab{number}"), daemon=True)
        for number in range(tabs)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def watch(ended: threading.Event, tab: str) -> None:
    """Ask once a second what is new, as the page's script and its clock do."""
    events = json.loads(get("config"))["dependencies"]
    known, stamp = {"generation": -1, "known": 0, "heard": 0}, ""
    while not ended.wait(1):
        try:
            stamp = ticked(events, stamp, tab)
            now = status()
            if now.run is None or not now.run.is_dir():
                continue
            query = "&".join(f"{name}={value}" for name, value in known.items())
            told = json.loads(get(f"curves?run={now.run.name}&{query}"))
        except OSError:
            continue
        known = {name: told[name] for name in known}


def ticked(events: list[dict[str, Any]], stamp: str, tab: str) -> str:
    """A tick of the page's clock; the page is drawn anew when its stamp has changed."""
    tick = next(event for event in events if event["targets"][0][1] == "tick")
    (now,) = called(tick, [stamp], tab)
    if not isinstance(now, str):
        return stamp
    changed = [tick["outputs"][0], "change"]
    redraw = next(event for event in events if changed in event["targets"])
    called(redraw, [None] * len(redraw["inputs"]), tab)
    return now


def called(event: dict[str, Any], values: list[Any], tab: str) -> list[Any]:
    """What an event of the page answers."""
    body = {"fn_index": event["id"], "data": values, "session_hash": tab}
    told = json.loads(get("gradio_api/run/predict", json.dumps(body).encode()))
    return list(told["data"])


def interval(ratios: list[float]) -> list[float]:
    """The 95 % interval of the median, by drawing the pairs again and again."""
    chance = random.Random(0)
    medians = sorted(
        statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(10_000)
    )
    return [round(100 * (medians[i] - 1), 2) for i in (250, 9_750)]


def compare(pairs: int, tabs: int, steps: int) -> dict[str, Any]:
    """Every pair's seconds, and how much slower the watched one is."""
    measured = []
    for number in range(pairs):
        both = [
            ("bare", lambda: bare(steps)),
            ("watched", lambda: watched(steps, tabs)),
        ]
        seconds = {name: round(run(), 2) for name, run in both[:: (-1) ** number]}
        measured.append(seconds)
        print(seconds, f"{100 * (seconds['watched'] / seconds['bare'] - 1):+.2f} %")
    ratios = [pair["watched"] / pair["bare"] for pair in measured]
    return {
        "pairs": measured,
        "percent_slower": {
            "median": round(100 * (statistics.median(ratios) - 1), 2),
            "interval": interval(ratios),
            "most": round(100 * (max(ratios) - 1), 2),
        },
    }


def main() -> int:
    """Compare, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--tabs", type=int, default=3)
    parser.add_argument("--steps", type=int, default=30)
    given = parser.parse_args()
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    models = settings.models_folder()
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "models").symlink_to(models)
        os.environ |= {"TUNEBOOK_HOME": home, "JUPYTER_RUNTIME_DIR": f"{home}/jupyter"}
        try:
            found = compare(given.pairs, given.tabs, given.steps)
        finally:
            process.end()
    results = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {name: version(name) for name in PACKAGES},
        "command": f"python benchmarks/overhead.py --pairs {given.pairs} "
        f"--tabs {given.tabs} --steps {given.steps}",
        "load_before": round(os.getloadavg()[0], 2),
    }
    write_json(RESULTS, results | found)
    print(json.dumps(found["percent_slower"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
