"""Compare the memory estimate with what a training really takes, step by step.

    python benchmarks/memory.py            # the starter on the CPU: resident memory
    python benchmarks/memory.py --cuda     # random weights on a GPU: torch's own figure
    python benchmarks/memory.py --only TEXT
    python benchmarks/memory.py --predict  # today's estimate beside what was measured

Each case is a fresh process that runs the recipe's own setup, model, adapter and train
cells for three steps on full batches of random tokens. The figures go to
benchmarks/results/memory.json as soon as a case is done; a case that is there is
skipped unless --again. On a CPU the figure is the highest resident memory while the
cells ran (VmHWM), on a GPU torch.cuda.max_memory_allocated, which leaves out what CUDA
itself takes. The CPU's eighteen cases take about a quarter of an hour on two cores.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shapes import full_rows, make_random

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "memory.json"
PACKAGES = ("torch", "transformers", "peft", "trl", "unsloth", "unsloth_zoo")
STEPS = 3
SHAPES = ((4, 256), (2, 1024), (8, 512))  # batch size, length of every row
LIMIT_SECONDS = 900
# Not all of the shapes: one is for a CPU.
CUDA_SIZES = ("1B", "3B", "8B")

Case = tuple[str, dict[str, Any]]


def values(batch: int, length: int, **more: Any) -> dict[str, Any]:
    """The fields that a case sets, by path."""
    return {
        "training.duration": "steps",
        "training.steps": STEPS,
        "training.gradient_accumulation": 1,
        "training.batch_size": batch,
        "model.max_seq_length": length,
        **{path.replace("__", "."): value for path, value in more.items()},
    }


def cpu_cases() -> Iterator[Case]:
    """LoRA with and without checkpointing, and full fine-tuning, in two precisions."""
    kinds = {
        "LoRA": {},
        "LoRA, no checkpointing": {"training__gradient_checkpointing": "none"},
        "full": {"adapter__method": "full"},
    }
    for precision in ("bf16", "fp32"):
        for kind, more in kinds.items():
            for batch, length in SHAPES:
                given = values(batch, length, model__precision=precision, **more)
                yield f"{precision}, {kind}, {batch} x {length}", given


def cuda_cases(folder: Path) -> Iterator[Case]:
    """Three sizes, in 16 and 4 bits, with Unsloth's checkpointing and with none."""
    for size in CUDA_SIZES:
        for precision in ("16bit", "4bit"):
            for how in ("unsloth", "standard", "none"):
                given = values(
                    2,
                    2048,
                    model__name=str(folder / size),
                    model__precision=precision,
                    training__gradient_checkpointing=how,
                )
                yield f"{size}, {precision}, checkpointing {how}", given


def train(given: dict[str, Any]) -> dict[str, Any]:
    """Run the recipe's cells in this process and return the peak in bytes."""
    from webui.models.here import cells_here
    from webui.recipe import Recipe
    from webui.recipe.store import with_values
    from webui.recorder import memory

    recipe = with_values(Recipe(), given)
    names = ("setup", "model", "adapter", "train")
    cells = {cell.name: cell.code for cell in cells_here(recipe, names)}
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(cells["setup"], space)
    imports = memory.in_use()
    memory.reset_peak()
    exec(cells["model"], space)
    space["train_data"] = full_rows(recipe)
    exec(cells["adapter"], space)
    exec(cells["train"], space)
    return {"measured": memory.peak(), "imports": imports}


def measure(given: dict[str, Any]) -> dict[str, Any]:
    """A case in a fresh process.

    Raises:
        RuntimeError: with its last words, when it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                sys.executable,
                str(Path(__file__).resolve()),
                "--case",
                json.dumps(given),
            ],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(
                    filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
                ),
                "OMP_WAIT_POLICY": "PASSIVE",
            },
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
        )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def predicted(given: dict[str, Any], cuda: bool) -> dict[str, int]:
    """The estimate for this machine, part by part; CUDA's own share left out."""
    from webui.counts.memory.estimate import estimate
    from webui.recipe import Recipe
    from webui.recipe.store import with_values

    memory = estimate(with_values(Recipe(), given), this_card())
    outside = memory.context if cuda else 0
    return {**vars(memory), "total": memory.total - outside}


@lru_cache(maxsize=1)
def this_card() -> Any:
    """The device that the cases run on; how large it is plays no part."""
    from webui.counts.memory.cards import this_machine
    from webui.doctor import ask_device

    device = ask_device()
    if isinstance(device, str):
        raise RuntimeError(device)
    return this_machine(2**36, has_bf16=device.bf16, kind=device.kind)


def machine() -> dict[str, Any]:
    """Where these figures come from."""
    return {
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def run(cases: Iterator[Case], key: str, only: str, again: bool) -> None:
    """Measure the cases that are wanted, and keep each as soon as it is there."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    rows = {row["case"]: row for row in kept.get(key, [])}
    for name, given in cases:
        if only not in name or (name in rows and not again):
            continue
        try:
            found = measure(given)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"{name}: failed: {error}", flush=True)
            continue
        rows[name] = {
            "case": name,
            "measured": found["measured"],
            **compared(name, given, found["measured"], key == "cuda"),
            "imports": found["imports"],
            # A folder of random weights has no name elsewhere.
            "values": {k: v for k, v in given.items() if k != "model.name"},
        }
        kept |= {key: list(rows.values()), f"{key}_machine": machine()}
        kept["command"] = "python benchmarks/memory.py [--cuda]"
        kept["unit"] = "bytes"
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")


def compared(
    name: str, given: dict[str, Any], measured: int, cuda: bool
) -> dict[str, Any]:
    """Today's estimate, printed beside what was measured."""
    total = predicted(given, cuda)["total"]
    off = round(100 * (total / measured - 1), 1)
    print(
        f"{name}: {total / 1e9:.2f} for {measured / 1e9:.2f} GB ({off} %)", flush=True
    )
    return {"predicted": total, "percent_off": off}


def predict_again() -> None:
    """Put today's estimate beside every peak on the CPU that was measured before."""
    kept = json.loads(RESULTS.read_text())
    for row in kept["cpu"]:
        row |= compared(row["case"], row["values"], row["measured"], False)
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")


def main() -> None:
    """Measure all cases, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuda", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--predict", action="store_true")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        print(json.dumps(train(json.loads(asked.case))))
    elif asked.predict:
        predict_again()
    elif asked.cuda:
        with tempfile.TemporaryDirectory() as folder:
            for size in CUDA_SIZES:
                make_random(size, Path(folder) / size)
            run(cuda_cases(Path(folder)), "cuda", asked.only, asked.again)
    else:
        run(cpu_cases(), "cpu", asked.only, asked.again)


if __name__ == "__main__":
    main()
