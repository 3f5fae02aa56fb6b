"""What a run costs beside the bare script on a GPU, and its peak beside the plan.

    python benchmarks/gpu.py [--steps 40] [--trials FILE]

The same QLoRA training, of a model in the shape of Llama-3.2-1B with random weights, is
made as a run (kernel, recorder, callback, and a reader of its curve once a second, as
a page is) and as the exported script in a process of its own, in the order run, script,
script, run. Compared is the median time of a step once all is compiled; tokens are as
the trainer counts them. FILE is what the trials of tests/gpu told, to be kept and
printed beside it. On a GPU the figures go to benchmarks/results/gpu.json; on a CPU a
tiny shape shows that all of it works, and nothing is kept.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from webui import settings
from webui.counts.memory.estimate import estimate
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
from webui.runs import folder as runs
from webui.runs.followed import Followed

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "gpu.json"
PACKAGES = ("torch", "transformers", "peft", "trl", "bitsandbytes", "unsloth")
CELLS = RUN.cells[: RUN.cells.index("train") + 1]
WORDS = "amber basil cedar delta ember flint grove heron iris jade".split()
WARM = 5  # steps, after which every kernel is compiled
LIMIT = 400  # seconds
# What the bare script tells of itself, as the recorder tells of a run.
MARKS = """
import json
import time
from transformers import TrainerCallback


class Marks(TrainerCallback):
    def on_log(self, args, state, control, logs=None, **kwargs):
        if "num_tokens" in logs:
            print("MARK", json.dumps([time.time(), logs["num_tokens"]]), flush=True)


trainer.add_callback(Marks())
trainer.train("""

# When each step ended, in seconds, and the tokens that were trained on until then.
Steps = list[tuple[float, float]]


def recipe_for(folder: Path, device: str, steps: int) -> Recipe:
    """QLoRA on rows of about the length that the recipe allows."""
    length = 2048 if device == "cuda" else 64
    rows = folder / "rows.jsonl"
    rows.write_text("\n".join(map(json.dumps, rows_of(length, 40))), "utf-8")
    return loads(
        "{}",
        settings=[
            f"model.name={folder / ('1B' if device == 'cuda' else 'tiny')}",
            "model.precision=4bit",
            f"model.max_seq_length={length}",
            f"data.train_files=[{json.dumps(str(rows))}]",
            "split.by=count",
            "split.count=2",
            "training.duration=steps",
            f"training.steps={steps}",
            f"training.save_every={steps}",
            "training.batch_size=2",
            "training.gradient_accumulation=1",
        ],
    )


def rows_of(length: int, count: int) -> Iterator[dict[str, str]]:
    """Rows whose answers are words, about two tokens each, up to a length."""
    for number in range(count):
        words = [WORDS[(number + 3 * i) % len(WORDS)] for i in range(length * 2 // 5)]
        yield {"instruction": f"Say list {number}.", "output": " ".join(words)}


def watched(recipe: Recipe) -> tuple[Steps, int]:
    """A run with a reader of its curve: its steps, and its peak in bytes."""
    run = jobs.start_run(this_kernel(), recipe, upto="train")
    with reader(run):
        wait_for_end(run)
    told = [event for event in events.read(run)[0] if event.tag == "step"]
    if len(told) != recipe.training.steps:
        raise RuntimeError((run / "log.txt").read_text("utf-8")[-2000:])
    steps = [(event.time, event.logs["num_tokens"]) for event in told]
    return steps, runs.read_run(run).summary["peak_memory"]


@contextmanager
def reader(run: Path) -> Iterator[None]:
    """Ask for what is new of the curve once a second, as a page's tab does."""
    ended = threading.Event()

    def read() -> None:
        followed, known = Followed(run), 0
        while not ended.wait(1):
            _, known, _ = followed.look().curve.piece(known)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def wait_for_end(run: Path) -> None:
    """Return when a run has ended; its kernel lives on."""
    end = time.monotonic() + LIMIT
    while status(this_kernel()).word == "busy":
        if time.monotonic() > end:
            raise RuntimeError(f"{run.name} took longer than {LIMIT} s")
        time.sleep(0.2)


def bare(recipe: Recipe) -> Steps:
    """The steps of the exported script, in a process of its own."""
    rows = prepare(recipe)
    code = joined(cells_here(recipe, CELLS, rows=rows))
    code = code.replace("\ntrainer.train(", MARKS)
    with tempfile.TemporaryDirectory() as folder:
        place_rows(rows, Path(folder))
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env=process.kernel_environment(this_kernel()),
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:])
    lines = [line for line in done.stdout.splitlines() if line.startswith("MARK ")]
    return [tuple(json.loads(line.removeprefix("MARK "))) for line in lines]


def speed(trainings: Sequence[Steps]) -> dict[str, float]:
    """Seconds of a step and tokens in a second, once all is compiled."""
    pairs = [pair for steps in trainings for pair in pairwise(steps[WARM:])]
    seconds = statistics.median(after[0] - before[0] for before, after in pairs)
    tokens = statistics.median(after[1] - before[1] for before, after in pairs)
    rate = tokens / seconds
    return {"step_seconds": round(seconds, 5), "tokens_per_second": round(rate, 1)}


def compare(recipe: Recipe, device: str) -> dict[str, Any]:
    """Both ways twice, in turns, and the peak beside the plan."""
    first, peak = watched(recipe)
    scripts = [bare(recipe), bare(recipe)]
    second, _ = watched(recipe)
    sides = {"run": [first, second], "script": scripts}
    both = {name: speed(trainings) for name, trainings in sides.items()}
    slower = both["run"]["step_seconds"] / both["script"]["step_seconds"] - 1
    return {
        **both,
        "each": {name: list(map(speed, zip(side))) for name, side in sides.items()},
        "percent_slower": round(100 * slower, 2),
        "peak": peak,
        "planned": planned(recipe, device),
    }


def planned(recipe: Recipe, device: str) -> list[int]:
    """The lower end, the middle and the upper end of the estimate; as torch counts."""
    from webui.counts.memory.cards import this_machine

    memory = estimate(recipe, this_machine(2**36, has_bf16=True, kind=device))
    outside = memory.context if device == "cuda" else 0
    return [end - outside for end in (memory.low, memory.total, memory.high)]


def table(found: dict[str, Any], trials: list[dict[str, Any]]) -> Iterator[str]:
    """What was found, for a person to read."""
    yield f"{'':32}{'tokens/s':>10}{'peak':>9}   planned"
    for trial in trials:
        name = trial["case"]
        yield f"{name:32}{trial['error']}" if "error" in trial else line(name, trial)
    yield line("a run, with its kernel", found["run"] | found)
    yield line("the script alone", found["script"])
    slower = found["percent_slower"]
    yield f"The median step of a run takes {slower:+.1f} % beside the script's."


def line(name: str, told: dict[str, Any]) -> str:
    """One line of the table; figures that are not told stay empty."""
    speed = told["tokens_per_second"]
    peak = f"{told['peak'] / 1e9:.2f} GB" if "peak" in told else ""
    ends = [f"{end / 1e9:.2f}" for end in told.get("planned", [])]
    band = "{1} ({0} to {2}) GB".format(*ends) if ends else ""
    return f"{name:32}{speed:>10.1f}{peak:>9}   {band}".rstrip()


def main() -> None:
    """Compare, print, and keep what a GPU showed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--trials", type=Path)
    asked = parser.parse_args()
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    has_trials = asked.trials and asked.trials.exists()
    trials = json.loads(asked.trials.read_text("utf-8")) if has_trials else []
    models = settings.models_folder()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        (home / "models").symlink_to(models)
        os.environ |= {"TUNEBOOK_HOME": place, "JUPYTER_RUNTIME_DIR": f"{home}/jupyter"}
        recipe = recipe_for(home, device, asked.steps)
        script = str(Path(__file__).with_name("shapes.py"))
        shape = Path(recipe.model.name).name
        subprocess.run([sys.executable, script, place, device, shape], check=True)
        try:
            found = compare(recipe, device)
        finally:
            process.end(this_kernel())
    print("\n".join(table(found, trials)))
    if device == "cuda":
        results = {
            "machine": f"{torch.cuda.get_device_name()}, {platform.machine()}",
            "versions": {name: version(name) for name in PACKAGES},
            "command": "make test-gpu",
        }
        write_json(RESULTS, results | {"speed": found, "trials": trials})


if __name__ == "__main__":
    main()
