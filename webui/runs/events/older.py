"""What earlier versions wrote, lifted to today's shape when it is read."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from webui.runs import scores

Values = dict[str, Any]

# Settings in effect had the names by which they were shown.
SETTINGS = {
    "base precision": "base_precision",
    "8-bit base": "loaded_in_8bit",
    "4-bit base": "loaded_in_4bit",
    "4-bit type": "quant_type",
    "double quantization": "double_quant",
    "mixed precision": "mixed_precision",
    "gradient checkpointing": "gradient_checkpointing",
    "batch size": "batch_size",
    "gradient accumulation": "gradient_accumulation",
    "learning rate": "learning_rate",
}


def begun(values: Values) -> Values:
    """Settings in effect by names without blanks."""
    effective = values.get("effective")
    if not isinstance(effective, dict):
        return values
    return {**values, "effective": settings(effective)}


def settings(named: Values) -> Values:
    """Settings by today's names."""
    return {SETTINGS.get(name, name): value for name, value in named.items()}


def saved(values: Values) -> Values:
    """The step of a checkpoint stood in its name alone."""
    if "step" in values:
        return values
    number = str(values.get("checkpoint")).rpartition("-")[2]
    return {**values, "step": int(number) if number.isdecimal() else 0}


def scored(values: Values) -> Values:
    """Scores were those of base and tuned model, by one metric."""
    listed = values.get("scores")
    found = scores.of_two(values) if listed is None else scores.read(listed)
    return {**values, "scores": found}


def warned(values: Values) -> Values:
    """A checkpoint without room was a warning of another kind, and so were watched rows
    that had been learned before."""
    kind = values.get("kind")
    return (
        {**values, "event": kind} if kind in ("no_room", "learned_before") else values
    )


def summary(values: Values) -> Values:
    """A run's summary: its scores and its settings as they are written today."""
    named = {
        n: v for n in ("requested", "effective") if isinstance(v := values.get(n), dict)
    }
    lifted = values | {name: settings(each) for name, each in named.items()}
    if isinstance(two := lifted.pop("score", None), dict):
        lifted["scores"] = [asdict(score) for score in scores.of_two(two)]
    return lifted


LIFTS: dict[str, Callable[[Values], Values]] = {
    "begun": begun,
    "saved": saved,
    "scored": scored,
    "warned": warned,
}
