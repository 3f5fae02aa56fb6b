"""Trainings of seconds: a few rows, a few steps, the starter model in small."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from homes import make_home
from small_starter import write_small_starter

ROOT = Path(__file__).parents[2]
ROWS = [
    {"instruction": f"Say {word}.", "output": f"{word}, gladly."}
    for word in "one two three four five six seven eight".split()
]
FEW = [
    "training.duration=steps",
    "training.steps=2",
    "training.warmup_steps=0",
    "training.batch_size=2",
    "training.learning_rate=0.002",
    "model.max_seq_length=64",
    "split.by=count",
    "split.count=2",
    "compare.max_new_tokens=3",
    # Small steps of bf16 weights are lost to rounding, and equal would mean nothing.
    "model.precision=fp32",
]


def write_rows_and_model(folder: Path) -> None:
    """Write a few rows, and the starter model in small."""
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    write_small_starter(folder / "model")


def settings_of(folder: Path, extra: list[str]) -> list[str]:
    """A recipe's settings: these rows, this model, few steps, and what is tried."""
    rows = json.dumps(str(folder / "rows.jsonl"))
    named = [f"data.train_files=[{rows}]", f"model.name={folder / 'model'}"]
    return [*named, *FEW, *extra]


def trained(script: Path, trials: Sequence[Any], *words: str) -> list[Any]:
    """What the script saw, in a process of its own: Unsloth patches what it touches."""
    path = [ROOT, Path(__file__).parent, ROOT / "benchmarks"]
    if already := os.environ.get("PYTHONPATH"):
        path.append(Path(already))
    own = {"PYTHONPATH": os.pathsep.join(map(str, path)), "OMP_WAIT_POLICY": "PASSIVE"}
    with tempfile.TemporaryDirectory() as scratch:  # gigabytes, when weights are saved
        home = str(make_home(Path(scratch, "home")))
        done = subprocess.run(
            [sys.executable, "-X", "warm=unsloth", str(script), *words],
            input=json.dumps(trials),
            env=os.environ | own | {"TMPDIR": scratch, "TUNEBOOK_HOME": home},
            capture_output=True,
            text=True,
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert done.returncode == 0 and len(lines) == len(trials), done.stderr[-3000:]
    return [json.loads(line.removeprefix("RESULT ")) for line in lines]
