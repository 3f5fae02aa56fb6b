"""Seconds from a file of rows to the first step: planner and kernel together.

    python benchmarks/preparation.py [--rows 100000] [--rounds 3] [--beside FOLDER]

Each round trains one step of the starter model on rows of about 120 tokens, in a home
of its own, with `tunebook run`, and reads from the run's events how long it took from
the command to the training's begin. With ``--beside`` the same is done, in turns, with
another checkout of this project: the ratio says what a change costs. Needs the starter
model.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from data import made_rows

from webui import settings

HERE = Path(__file__).parents[1]
SETTINGS = (
    *("training.duration=steps", "training.steps=1", "training.warmup_steps=0"),
    *("training.batch_size=1", "compare.scored_rows=1", "compare.max_new_tokens=1"),
    "split.count=100",
    "split.by=count",
)


def write_rows(path: Path, count: int) -> None:
    """Rows of a question and an answer, about 120 tokens with the template's own."""
    whole = (row for row in made_rows(2 * count, words=85) if "output" in row)
    with path.open("w") as file:
        for _ in range(count):
            file.write(json.dumps(next(whole)) + "\n")


def once(checkout: Path, rows: Path) -> float:
    """Seconds from the command to the begin of the training, in a home of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        (home / "models").mkdir(parents=True)
        starter = settings.starter_folder()
        (home / "models" / starter.name).symlink_to(starter)
        own = {
            "TUNEBOOK_HOME": str(home),
            "JUPYTER_RUNTIME_DIR": str(Path(scratch) / "runtime"),
            "HF_HOME": str(Path(scratch) / "hub"),
            "PYTHONPATH": str(checkout),
            "OMP_WAIT_POLICY": "PASSIVE",
        }
        chosen = [
            f"--set={setting}" for setting in (f"data.train_files={rows}", *SETTINGS)
        ]
        recipe = Path(scratch) / "empty.yaml"
        recipe.write_text("name: preparation\n")
        begun = time.time()
        done = subprocess.run(
            [sys.executable, "-m", "webui", "run", str(recipe), *chosen],
            cwd=checkout,
            env=os.environ | own,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        [events] = (home / "runs").glob("*/events.jsonl")
        times = {}
        for line in events.read_text().splitlines():
            event = json.loads(line)
            times.setdefault(event["event"], event["time"])
        end_kernel(own)
        return float(times["begun"] - begun)


def end_kernel(own: dict[str, str]) -> None:
    """End the kernel of this round: the next one starts its own."""
    command = [sys.executable, "-m", "webui", "doctor", "--end-kernel"]
    subprocess.run(command, env=os.environ | own, check=True)


def measure(count: int, rounds: int, beside: Path | None) -> dict[str, Any]:
    """The seconds of each checkout, in turns, and their ratio."""
    checkouts = {"this": HERE} | ({"beside": beside} if beside else {})
    seconds: dict[str, list[float]] = {name: [] for name in checkouts}
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.jsonl"
        write_rows(rows, count)
        for number in range(rounds):
            for name in list(checkouts)[:: 1 if number % 2 else -1]:
                seconds[name].append(round(once(checkouts[name], rows), 1))
    figures: dict[str, Any] = {"rows": count, "seconds_to_begin": seconds}
    if beside:
        ratios = [a / b for a, b in zip(*seconds.values(), strict=True)]
        figures["ratio"] = {
            "median": round(statistics.median(ratios), 3),
            "low": round(min(ratios), 3),
            "high": round(max(ratios), 3),
        }
    return figures


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", type=Path)
    given = parser.parse_args()
    told = {"command": f"python benchmarks/preparation.py {' '.join(sys.argv[1:])}"}
    told["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
    found = measure(given.rows, given.rounds, given.beside)
    print(json.dumps(told | found, indent=1))


if __name__ == "__main__":
    main()
