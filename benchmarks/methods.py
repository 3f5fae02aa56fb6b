"""Train the starter task with every method, for the table in docs/methods.md.

    python benchmarks/methods.py [NAME ...] [--again]

Each method is one `tunebook run` with a kernel of its own, so that neither time nor
memory of one counts for another. Its figures go to benchmarks/results/methods.json as
soon as it is done: what is there is skipped, unless --again. Needs the starter model
and a quiet machine; 22 methods take about half an hour on two cores.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
from method_settings import TRIALS, Trial

from webui import settings

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "methods.json"
RECIPE = "recipes/starter-extract.yaml"
KEPT = (
    "trainable",
    "total",
    "training_seconds",
    "duration",
    "tokens_per_second",
    "peak_memory",
    "steps",
    "first_loss",
    "last_loss",
    "scores",
    "device",
    "versions",
    "python",
)
LIMIT_SECONDS = 900


def command(trial: Trial) -> list[str]:
    """What is typed to make these figures, from the repository's root."""
    words = ["tunebook", "run", RECIPE]
    for setting in trial.changed():
        words += ["--set", setting]
    return [*words, "--json"]


def measure(trial: Trial) -> dict[str, Any]:
    """Run a method in a home and with a kernel that are thrown away after.

    Raises:
        RuntimeError: when the run fails or takes too long, with what it said.
    """
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "models").symlink_to(settings.models_folder())
        # A thread that waits by spinning would starve a busy machine.
        places = {"TUNEBOOK_HOME": home, "JUPYTER_RUNTIME_DIR": f"{home}/jupyter"}
        places |= {"OMP_WAIT_POLICY": "PASSIVE"}
        try:
            done = python(["-m", "webui", *command(trial)[1:]], places)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"no end after {LIMIT_SECONDS} s") from None
        finally:
            # It ended with its run, unless that took too long.
            python(["-m", "webui", "doctor", "--end-kernel"], places)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:] or f"exit {done.returncode}")
    summary = json.loads(done.stdout)
    return {name: summary[name] for name in KEPT}


def python(words: list[str], places: dict[str, str]) -> subprocess.CompletedProcess:
    """Run Python in the repository's root, with these folders in its environment."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )


def entry(trial: Trial) -> dict[str, Any]:
    """A method's figures with the command that made them and how busy it was here."""
    load = os.getloadavg()[0]
    return {
        "command": " ".join(command(trial)),
        "learning_rate": trial.learning_rate,
        "why": trial.why._asdict(),
        **measure(trial),
        "load_before": round(load, 2),
    }


def machine() -> str:
    """The processor and the memory, without a name."""
    memory = round(psutil.virtual_memory().total / 1e9)
    return f"{os.cpu_count()} cores, {platform.machine()}, {memory} GB"


def known() -> dict[str, Any]:
    """What was measured before."""
    return json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}


def keep(name: str, figures: dict[str, Any]) -> None:
    """Add a method to the results, in the order of the trials."""
    before = known()
    methods = {**before.get("methods", {}), name: figures}
    ordered = {each: methods[each] for each in TRIALS if each in methods}
    results = {"machine": machine(), "methods": ordered}
    RESULTS.write_text(
        json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def main() -> int:
    """Measure what is not yet there; 0 only when every method went through."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TRIALS))
    parser.add_argument("--again", action="store_true", help="also what is known")
    given = parser.parse_args()
    if unknown := set(given.names) - TRIALS.keys():
        parser.error(f"there is no method {', '.join(sorted(unknown))}")
    failed = False
    for name in given.names or TRIALS:
        if name in known().get("methods", {}) and not given.again:
            continue
        print(f"{name} ...", flush=True)
        try:
            figures = entry(TRIALS[name])
        except RuntimeError as error:
            failed = True
            print(f"{name} failed: {error}", file=sys.stderr)
            continue
        keep(name, figures)
        print(
            f"  {figures['duration']:.0f} s, score {figures['scores'][-1]['value']:.1%}"
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
