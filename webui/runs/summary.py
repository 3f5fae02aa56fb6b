"""The main figures of a run in one file: what a table of runs or a paper needs."""

import hashlib
import math
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from webui.files import file_hash, read_json, write_json
from webui.notebook.model_cell import checkpointing
from webui.recipe import Recipe
from webui.recipe.store import load
from webui.runs import events
from webui.runs.events import Event
from webui.runs.folder import RECIPE, SUMMARY
from webui.runs.library_warnings import warnings_of
from webui.runs.trials import best_trial, losses_of

EXACT = "exact match"  # what a score was before there were others
MOVED = ("moved", "of", "changed", "rounded", "furthest")
SCORE = ("base", "tuned", "rows", "metric")
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
    begun = last(history, "begun")
    kept = events.current(history)
    steps = [e for e in kept if e["event"] == "step"]
    losses = [e["logs"]["loss"] for e in steps if "loss" in e["logs"]]
    scored, moving = last(history, "scored"), last(kept, "moved")
    return {
        "status": status,
        "model": recipe.model.name,
        "method": recipe.adapter.method,
        "parent": recipe.adapter.from_run or None,
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
        "device": begun.get("effective", {}).get("device"),
        "duration": duration(history),
        "training_seconds": training_seconds(history),
        "tokens_per_second": tokens_per_second(history),
        "peak_memory": max(
            (peak for peak in (peak_memory, *peaks_before(history)) if peak),
            default=None,
        ),
        "trainable": begun.get("trainable"),
        "total": begun.get("total"),
        "steps": steps[-1]["step"] if steps else 0,
        "resumed": sum(e["event"] == "resumed" for e in history),
        "first_loss": finite(losses[0]) if losses else None,
        "last_loss": finite(losses[-1]) if losses else None,
        **best_evaluation(kept),
        "stops_by_itself": last(history, "stops").get("itself"),
        "losses": losses_of(history),
        "moved": {k: moving[k] for k in MOVED if k in moving} or None,
        "score": {k: scored.get(k) for k in SCORE} if scored else None,
        "requested": requested_settings(recipe),
        "effective": begun.get("effective", {}),
        "best": best_trial(history),
        "warnings": [
            {"library": w.library, "text": w.text.en, "harmless": w.harmless}
            for w in warnings_of(history)
        ],
    }


def last(history: Sequence[Event], tag: str) -> Event:
    """The last event with this tag; empty when there is none."""
    return next((e for e in reversed(history) if e["event"] == tag), {})


def peaks_before(history: Sequence[Event]) -> list[int]:
    """Bytes at the peak of the sessions that a run was resumed from, at each save."""
    saved = (event for event in history if event["event"] == "saved")
    return [event["peak_memory"] for event in saved if "peak_memory" in event]


def finite(number: Any) -> float | None:
    """A number; None for what JSON has no number for."""
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    return number if is_number and math.isfinite(number) else None


def best_evaluation(kept: Sequence[Event]) -> dict[str, Any]:
    """The lowest loss on the rows set aside, and after which step it was."""
    found = [
        (loss, event.get("step"))
        for event in kept
        if event["event"] == "evaluated"
        and (loss := finite(event["logs"].get("eval_loss"))) is not None
    ]
    best, step = min(found, key=lambda each: each[0], default=(None, None))
    return {"best_eval_loss": best, "best_eval_step": step}


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
        if event["event"] == "resumed" and parts[-1]:
            parts.append([])
        parts[-1].append(event)
    return [part for part in parts if part]


def session_seconds(session: Sequence[Event]) -> float:
    """Seconds of one session, or up to now while it still goes on."""
    died = (e.get("error") == "KernelDied" for e in session)
    alive = next((i for i, dead in enumerate(died) if dead), len(session))
    wrote = session[: max(alive, 1)]
    end = last(wrote, "finished") or wrote[-1]
    return float(end["time"] - session[0]["time"])


def training_seconds(history: Sequence[Event]) -> float:
    """Seconds of training: each from its begin to its last step, all together.

    Steps that a resume took back were worked on as well, so they count.
    """
    total, begun = 0.0, None
    for event in history:
        if event["event"] == "begun":
            begun = event["time"]
        elif event["event"] == "step" and begun is not None:
            total += event["time"] - begun
            begun = event["time"]
    return round(total, 3)


def tokens_per_second(history: Sequence[Event]) -> float | None:
    """Tokens trained on per second, padding not counted, over the whole training."""
    total, latest = 0.0, 0.0
    for event in history:
        if event["event"] == "begun":  # the count of tokens starts again
            total, latest = total + latest, 0.0
        elif event["event"] == "step":
            latest = event["logs"].get("num_tokens", latest)
    tokens, seconds = total + latest, training_seconds(history)
    return round(tokens / seconds, 1) if tokens and seconds else None


def requested_settings(recipe: Recipe) -> dict[str, Any]:
    """What the recipe asks for, by the names that the effective settings have."""
    training = recipe.training
    return {
        **requested_base(recipe),
        "optimizer": training.optimizer,
        "packing": recipe.data.packing,
        "gradient checkpointing": checkpointing(recipe) is not False,
        "batch size": training.batch_size,
        "gradient accumulation": training.gradient_accumulation,
        "learning rate": training.learning_rate,
        "seed": training.seed,
    }


def requested_base(recipe: Recipe) -> dict[str, Any]:
    """How the recipe wants the base's weights to be held."""
    model, types = recipe.model, {"fp32": "float32", "bf16": "bfloat16"}
    wanted: dict[str, Any] = {
        "8-bit base": model.precision == "8bit",
        "4-bit base": model.precision == "4bit",
    }
    if model.precision in ("fp32", "bf16", "fp16"):
        wanted["base precision"] = types.get(model.precision, "float16")
    if model.precision == "4bit":
        wanted["4-bit type"] = model.quant_type
        wanted["double quantization"] = model.double_quant
    return wanted


def installed(package: str) -> str | None:
    """A package's version; None when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
