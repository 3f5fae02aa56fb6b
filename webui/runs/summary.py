"""The main figures of a run in one file: what a table of runs or a paper needs."""

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from webui.files import file_hash, read_json, write_json
from webui.notebook.model_cell import checkpointing
from webui.recipe import Recipe
from webui.recipe.store import load
from webui.runs import events
from webui.runs.events import (
    Begun,
    Event,
    Failed,
    Finished,
    Moved,
    Resumed,
    Saved,
    Scored,
    Step,
    Stops,
    last,
    of_kind,
)
from webui.runs.folder import RECIPE, SUMMARY
from webui.runs.library_warnings import warnings_of
from webui.runs.logged import logged
from webui.runs.settings import summarized
from webui.runs.throughput import throughput
from webui.runs.trials import best_trial, losses_of

MOVED = ("moved", "of", "changed", "rounded", "furthest")
PACKAGES = (
    "tunebook",
    "unsloth",
    "unsloth_zoo",
    "torch",
    "transformers",
    "trl",
    "peft",
    "datasets",
    "bitsandbytes",
    "optuna",
)


def write_summary(
    run: Path, status: str | None, *, peak_memory: int | None = None
) -> None:
    """Write ``summary.json`` from the run's events and recipe.

    ``status`` is how the run ended; None when it ended earlier and is added to now.
    ``peak_memory``, in bytes, only the kernel that trained can tell; without it that of
    the last save stands.
    """
    history, _ = events.read(run)
    if status is None:
        before = read_json(run / SUMMARY) or {}
        status = before.get("status", "finished")
        peak_memory = before.get("peak_memory", peak_memory)
    recipe = load(run / RECIPE)
    write_json(run / SUMMARY, summarize(history, recipe, status, peak_memory, run))


def summarize(
    history: Sequence[Event],
    recipe: Recipe,
    status: str,
    peak_memory: int | None,
    run: Path,
) -> dict[str, Any]:
    """The figures; seconds, bytes and tokens per second where not said otherwise."""
    begun = last(history, Begun) or Begun()
    kept = events.current(history)
    steps, metrics = last(kept, Step), logged(kept)
    loss, unseen = metrics.get("loss", {}), metrics.get("eval_loss", {})
    scored, moving = last(history, Scored), last(kept, Moved)
    stops, trained = last(history, Stops), throughput(history)
    return {
        "status": status,
        **summarized(recipe),
        "recipe_sha256": hashlib.sha256((run / RECIPE).read_bytes()).hexdigest(),
        "data_sha256": {
            name: [file_hash(Path(file)) for file in files]
            for name, files in (
                ("train", recipe.data.train_files),
                ("heldout", recipe.split.files),
            )
            if files
        },
        "versions": {name: installed(name) for name in PACKAGES},
        "python": platform.python_version(),
        "device": begun.effective.get("device"),
        "duration": duration(history),
        "training_seconds": round(trained.seconds, 3),
        "tokens_per_second": trained.tokens_per_second,
        "peak_memory": max(
            (peak for peak in (peak_memory, *peaks_before(history)) if peak),
            default=None,
        ),
        "trainable": begun.trainable,
        "total": begun.total,
        "steps": steps.step if steps else 0,
        "resumed": len(of_kind(history, Resumed)),
        "first_loss": loss.get("first"),
        "last_loss": loss.get("last"),
        "best_eval_loss": unseen.get("best"),
        "best_eval_step": unseen.get("best_step"),
        "metrics": metrics,
        "stops_by_itself": stops.itself if stops else None,
        "losses": losses_of(history),
        "moved": {k: getattr(moving, k) for k in MOVED} if moving else None,
        "scores": [asdict(score) for score in scored.scores] if scored else [],
        "requested": requested_settings(recipe),
        "effective": begun.effective,
        "best": best_trial(history),
        "warnings": [
            {"library": w.library, "text": w.text.en, "harmless": w.harmless}
            for w in warnings_of(history)
        ],
    }


def peaks_before(history: Sequence[Event]) -> list[int]:
    """Bytes at the peak of the sessions that a run was resumed from, at each save."""
    return [event.peak_memory or 0 for event in of_kind(history, Saved)]


def duration(history: Sequence[Event]) -> float:
    """Seconds that a run worked: each session from its start to its end.

    A session that was cut off ends with the last event that its kernel wrote. What
    lies between two sessions does not count.
    """
    return round(sum(map(session_seconds, sessions(history))), 3)


def sessions(history: Sequence[Event]) -> list[list[Event]]:
    """The events of a run, cut where it was resumed."""
    parts: list[list[Event]] = [[]]
    for event in history:
        if isinstance(event, Resumed) and parts[-1]:
            parts.append([])
        parts[-1].append(event)
    return [part for part in parts if part]


def session_seconds(session: Sequence[Event]) -> float:
    """Seconds of one session, or up to now while it still goes on."""
    died = (isinstance(e, Failed) and e.error == "KernelDied" for e in session)
    alive = next((i for i, dead in enumerate(died) if dead), len(session))
    wrote = session[: max(alive, 1)]
    end = last(wrote, Finished) or wrote[-1]
    return end.time - session[0].time


def requested_settings(recipe: Recipe) -> dict[str, Any]:
    """What the recipe asks for, by the names that the effective settings have."""
    training = recipe.training
    return {
        **requested_base(recipe),
        "optimizer": training.optimizer,
        "packing": recipe.data.packing,
        "gradient_checkpointing": checkpointing(recipe) is not False,
        "batch_size": training.batch_size,
        "gradient_accumulation": training.gradient_accumulation,
        "learning_rate": training.learning_rate,
        "seed": training.seed,
    }


def requested_base(recipe: Recipe) -> dict[str, Any]:
    """How the recipe wants the base's weights to be held."""
    model, types = recipe.model, {"fp32": "float32", "bf16": "bfloat16"}
    wanted: dict[str, Any] = {
        "loaded_in_8bit": model.precision == "8bit",
        "loaded_in_4bit": model.precision == "4bit",
    }
    if model.precision in ("fp32", "bf16", "fp16"):
        wanted["base_precision"] = types.get(model.precision, "float16")
    if model.precision == "4bit":
        wanted["quant_type"] = model.quant_type
        wanted["double_quant"] = model.double_quant
    return wanted


def installed(package: str) -> str | None:
    """A package's version; None when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
