"""Checkpoints of a run: which are whole, and which a crash left half-written."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from webui.files import read_json
from webui.runs import events
from webui.runs.events import Saved

FOLDER = "checkpoints"
# For the log, the events, the notebook and the adapter, when nothing else fits.
RESERVE = 50_000_000
# transformers writes it last.
STATE = "trainer_state.json"
# Without one of these a training resumes silently, and wrongly.
NEEDED = ("optimizer.pt", "scheduler.pt", "rng_state.pth")
# What the notebook adds where PEFT's own files are too little to train on from.
TRAINED = "trained.pt"
WEIGHTS = (
    "adapter_model.safetensors",
    "model.safetensors",
    "model.safetensors.index.json",
)


@dataclass(frozen=True)
class Checkpoint:
    """A folder that a training can go on from, after this step."""

    folder: Path
    step: int

    @property
    def name(self) -> str:
        return self.folder.name


def complete(run: Path) -> list[Checkpoint]:
    """The whole checkpoints of a run, the newest first.

    One is whole when its state, which is written last, can be read, when all that a
    training goes on with is there, and when an event of the run names it as saved.
    """
    saved = {e.checkpoint for e in events.read(run)[0] if isinstance(e, Saved)}
    found = (read_checkpoint(folder) for folder in folders(run) if folder.name in saved)
    whole = [checkpoint for checkpoint in found if checkpoint is not None]
    return sorted(whole, key=lambda checkpoint: checkpoint.step, reverse=True)


def beginning(run: Path) -> Checkpoint:
    """Where a training without a checkpoint goes on from: its first step."""
    return Checkpoint(run / FOLDER, 0)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint in a folder; None when something of it is missing."""
    state = read_json(folder / STATE)
    if not isinstance(state, dict) or not isinstance(state.get("global_step"), int):
        return None
    weights = any((folder / name).is_file() for name in WEIGHTS)
    needed = (*NEEDED, TRAINED) if needs_trained(folder) else NEEDED
    if not weights or not all((folder / name).is_file() for name in needed):
        return None
    return Checkpoint(folder, state["global_step"])


def needs_trained(folder: Path) -> bool:
    """Whether the adapter in a folder is of a method whose files hold too little."""
    adapter = read_json(folder / "adapter_config.json")
    if not isinstance(adapter, dict):
        return False
    method, projected = adapter.get("peft_type"), adapter.get("prefix_projection")
    return method in ("ADALORA", "P_TUNING") or bool(projected)


def folders(run: Path) -> Iterator[Path]:
    """The folders of checkpoints, whole or not."""
    return (run / FOLDER).glob("checkpoint-*")


def remove_incomplete(run: Path) -> None:
    """Delete what a crash left: it counts among those that are kept, and is no use."""
    whole = {checkpoint.folder for checkpoint in complete(run)}
    for folder in folders(run):
        if folder not in whole:
            shutil.rmtree(folder, ignore_errors=True)


def bytes_of(folder: Path) -> int:
    """Bytes that a checkpoint takes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
