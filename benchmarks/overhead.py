"""What watching costs: a training with a page and its readers, beside the bare script.

    python benchmarks/overhead.py [--pairs 10] [--tabs 3] [--steps 30]

A pair is the exported script in a process of its own, and the same recipe as a run
with a page's server beside it that several readers ask as visible browser tabs do: once
a second what is new of the curves and whether the page has changed, and for all of it
when it has. (A browser's own drawing is left out: it happens on the machine that the
user sits at.) What is compared is the trainer's own train_runtime; which of a pair
comes first alternates. OpenMP waits passively on both sides. Beside it stands the
processor time that the server and its planner took meanwhile: it swings less than the
clock does on a machine with neighbours. The figures go to
benchmarks/results/overhead.json with a 95 % interval of the median, from a bootstrap.
Ten pairs take about half an hour on two cores.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from webui import settings
from webui.files import write_json
from webui.kernel import jobs, process
from webui.kernel.status import status
from webui.notebook.ipynb import script
from webui.notebook.render import RUN_CELLS, render_cells
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import events

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


def watched(steps: int, tabs: int) -> dict[str, float]:
    """Seconds of the same training as a run, and of the processor for its watching."""
    with page() as server, readers(tabs):
        rest(server)
        run = jobs.start_run(recipe(steps), upto="train")
        wait(lambda: begun(run) or ended())
        before = processor(server)
        wait(ended)
        taken = processor(server) - before
        seconds = asked(RUNTIME)
    assert (run / "adapter").is_dir()
    process.end()  # as the script, the next one begins with nothing loaded
    return {"watched": round(seconds, 2), "server_processor": round(taken, 2)}


def begun(run: Path) -> bool:
    """Whether the training of a run goes on."""
    return any(event["event"] == "begun" for event in events.read(run)[0])


def ended() -> bool:
    """Whether the kernel has done what it was given."""
    return status().word != "busy"


def wait(condition: Callable[[], bool]) -> None:
    """Look twice a second, until it holds."""
    while not condition():
        time.sleep(0.5)


def processor(server: psutil.Process) -> float:
    """Seconds of processor that a server and its children have taken so far."""
    family = [server, *server.children(recursive=True)]
    return sum(sum(each.cpu_times()[:2]) for each in family)


def rest(server: psutil.Process) -> None:
    """Wait until the page has started whole: that is no watching."""
    while True:
        before = processor(server)
        time.sleep(3)
        if processor(server) - before < 0.15:
            return


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
def page() -> Iterator[psutil.Process]:
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
        yield psutil.Process(server.pid)
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
    over = threading.Event()
    threads = [
        threading.Thread(target=watch, args=(over, f"tab{number}"), daemon=True)
        for number in range(tabs)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def watch(over: threading.Event, tab: str) -> None:
    """Ask once a second what is new, as the page's script does."""
    config = json.loads(get("config"))
    known, stamp = {"generation": -1, "known": 0, "heard": 0}, ""
    while not over.wait(1):
        try:
            if (now := get("stamp").decode()) != stamp:
                stamp = now
                redraw(config, tab)
            kernel = status()
            if kernel.run is None or not kernel.run.is_dir():
                continue
            query = "&".join(f"{name}={value}" for name, value in known.items())
            told = json.loads(get(f"curves?run={kernel.run.name}&{query}"))
        except OSError:
            continue
        known = {name: told[name] for name in known}


def redraw(config: dict[str, Any], tab: str) -> None:
    """Have the page drawn anew for a tab, as the event with the most outputs does."""
    event = max(config["dependencies"], key=lambda event: len(event["outputs"]))
    props = {each["id"]: each["props"] for each in config["components"]}
    values = [props[number].get("value") for number in event["inputs"]]
    body = {"fn_index": event["id"], "data": values, "session_hash": tab}
    get("gradio_api/run/predict", json.dumps(body).encode())


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
            lambda: {"bare": round(bare(steps), 2)},
            lambda: watched(steps, tabs),
        ]
        measured.append(
            {k: v for run in both[:: (-1) ** number] for k, v in run().items()}
        )
        print(
            told := measured[-1], f"{100 * (told['watched'] / told['bare'] - 1):+.2f} %"
        )
    ratios = [pair["watched"] / pair["bare"] for pair in measured]
    return {
        "pairs": measured,
        "percent_slower": {
            "median": round(100 * (statistics.median(ratios) - 1), 2),
            "interval": interval(ratios),
            "most": round(100 * (max(ratios) - 1), 2),
        },
        "server_processor_percent": round(
            statistics.median(
                100 * pair["server_processor"] / (os.cpu_count() or 1) / pair["watched"]
                for pair in measured
            ),
            2,
        ),
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
    print(json.dumps(found["percent_slower"]), found["server_processor_percent"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
