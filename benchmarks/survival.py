"""Kill kernel and server at random moments, and compare the losses with a whole run's.

    python benchmarks/survival.py [--kills 50] [--seed 0]

One training of the starter runs to its end untouched. Then runs of the same recipe
are killed (kill -9) at random moments, while the model loads, in a step, while a
checkpoint is written, and resumed each time; a page's server beside them is killed as
well, and started again. A run that has come to its end is compared with the untouched
one, step by step, and another begins, until there were so many kills. The figures go
to benchmarks/results/survival.json. Fifty kills take half an hour on two cores.
"""

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from webui import settings
from webui.files import write_json
from webui.kernel import closing, jobs, process, resuming
from webui.kernel.kernel import this_kernel
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import events
from webui.runs import folder as runs

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "survival.json"
PACKAGES = ("torch", "transformers", "peft", "trl", "unsloth")
LONGEST = 25.0  # seconds between two kills; loading alone takes about half of it
SETTINGS = (
    "training.duration=steps",
    "training.steps=30",
    "training.batch_size=2",
    "training.learning_rate=1e-3",
    "training.save_every=3",
    "model.max_seq_length=256",
    "adapter.rank=8",
    "adapter.dropout=0.1",
)


def recipe() -> Recipe:
    """A short training on the shipped rows, with dropout."""
    rows = ROOT / "recipes" / "data" / "extract.train.jsonl"
    return loads("", settings=[f"data.train_files={rows}", *SETTINGS])


def curve(run: Path) -> list[tuple[Any, ...]]:
    """Step, loss, gradient norm and learning rate of the steps that count."""
    return [
        (e.step, *(e.logs[k] for k in ("loss", "grad_norm", "learning_rate")))
        for e in events.current(events.read(run)[0])
        if e.tag == "step"
    ]


def ended(run: Path, seconds: float) -> bool:
    """Whether a run comes to its end within this time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if (
            runs.read_run(run).status == "finished"
            and jobs.status(this_kernel()).word != "busy"
        ):
            return True
        time.sleep(0.1)
    return False


@contextmanager
def servers(log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A page's server, as the last of a list to which its successors are added."""
    started = [serve(log)]
    try:
        yield started
    finally:
        started[-1].kill()
        started[-1].wait()


def serve(log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "webui", "page", "--port", "7993"]
    with log.open("ab") as output:
        return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)


def kill_one(chance: random.Random, started: list[subprocess.Popen[bytes]]) -> str:
    """Kill the kernel or, one time in five, the server; which it was."""
    if chance.random() < 0.2:
        started[-1].kill()
        started[-1].wait()
        started.append(serve(settings.home() / "server.log"))
        return "server"
    process.send_signal(this_kernel(), signal.SIGKILL)
    return "kernel"


def go_on(run: Path) -> None:
    """Resume a run whose kernel is dead; the server may be about to close it."""
    while jobs.status(this_kernel()).word == "busy":
        time.sleep(0.05)
    while runs.read_run(run).status == "running":
        closing.close_dead_run(this_kernel())
        time.sleep(0.05)
    resuming.resume(this_kernel(), run)


def survive(kills: int, chance: random.Random) -> dict[str, Any]:
    """The whole trial: how many were killed, resumed from where, and what differed."""
    whole = jobs.start_run(this_kernel(), recipe(), upto="train")
    assert ended(whole, 3600)
    killed, compared = {"kernel": 0, "server": 0}, []
    with servers(settings.home() / "server.log") as started:
        while sum(killed.values()) < kills:
            run = jobs.start_run(this_kernel(), recipe(), upto="train")
            while not ended(run, chance.uniform(0, LONGEST)):
                if sum(killed.values()) >= kills:
                    assert ended(run, 3600)
                    break
                which = kill_one(chance, started)
                killed[which] += 1
                print(killed, len(curve(run)), flush=True)
                if which == "kernel":
                    go_on(run)
            compared.append(told(run, whole))
    return {"kills": killed, "runs": compared}


def told(run: Path, whole: Path) -> dict[str, Any]:
    """How a killed run compares with the untouched one."""
    history, _ = events.read(run)
    return {
        "equal": curve(run) == curve(whole),
        "steps": len(curve(run)),
        "resumed_from": [e.step for e in history if e.tag == "resumed"],
    }


def main() -> int:
    """Kill, resume, compare; 0 only when every curve is equal."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    models = settings.models_folder()
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "models").symlink_to(models)
        os.environ |= {"TUNEBOOK_HOME": home, "JUPYTER_RUNTIME_DIR": f"{home}/jupyter"}
        try:
            found = survive(given.kills, random.Random(given.seed))
        finally:
            process.end(this_kernel())
    results = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {name: version(name) for name in PACKAGES},
        "command": f"python benchmarks/survival.py --kills {given.kills} "
        f"--seed {given.seed}",
    }
    write_json(RESULTS, results | found)
    print(json.dumps(found, indent=1))
    return int(not all(run["equal"] for run in found["runs"]))


if __name__ == "__main__":
    sys.exit(main())
