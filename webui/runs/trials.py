"""The trials of a sweep: the best, or why none is better than another."""

from collections.abc import Sequence
from typing import Any

from webui.notebook.trainer_cell import NO_DIFFERENCE
from webui.runs.events import Event
from webui.text import Text

# How the losses of a run were made, as its ``begun`` event says; before it did, the
# evaluation loss was the mean of the means of batches.
BY_TOKEN = "mean over tokens"  # noqa: S105
BY_BATCH = "mean of batch means"

SAME = Text(
    "No trial is better than another: their losses on unseen rows are the same.",
    "没有更好的试验：各次试验在未见数据上的损失相同。",
)
STILL = Text(
    "No trial is the best: in none did the weights move.",
    "没有最佳试验：所有试验的权重都没有变化。",
)
MIXED = Text(
    "The losses of these trials are means of batch means, so that those of other batch "
    "sizes do not compare; sweep again for one that does.",
    "这些试验的损失是各批均值的平均，批大小不同时无法比较；请重新搜索。",
)


def judged(history: Sequence[Event]) -> list[Event]:
    """The trials that ended with a loss."""
    trials = (event for event in history if event["event"] == "trial")
    return [trial for trial in trials if trial.get("value") is not None]


def taught(history: Sequence[Event], trial: Event) -> bool:
    """Whether weights moved in a trial, as far as that is known."""
    told = [
        event.get("teaches", True)
        for event in history
        if event["event"] == "moved" and event.get("trial") == trial["trial"]
    ]
    return all(told[-1:])


def best_trial(history: Sequence[Event]) -> dict[str, Any] | None:
    """The trial with the lowest loss; None of no trials, or where none is better."""
    trials = judged(history)
    if not trials or no_best(history):
        return None
    trials = [trial for trial in trials if taught(history, trial)]
    best = min(trials, key=lambda event: event["value"])
    return {key: best[key] for key in ("trial", "params", "value")}


def no_best(history: Sequence[Event]) -> Text | None:
    """Why no trial is the best; None where one is, or there are none."""
    trials = judged(history)
    if not trials:
        return None
    if not any(taught(history, trial) for trial in trials):
        return STILL
    batches = {trial["params"].get("training.batch_size") for trial in trials}
    if len(batches) > 1 and losses_of(history) == BY_BATCH:
        return MIXED
    losses = [trial["value"] for trial in trials]
    same = max(losses) - min(losses) < NO_DIFFERENCE * max(losses)
    return SAME if len(trials) > 1 and same else None


def by_batch(history: Sequence[Event]) -> bool:
    """Whether a run, or what of it came before a resume, made its losses of batches."""
    begun = (event for event in history if event["event"] == "begun")
    return any(event.get("losses", BY_BATCH) == BY_BATCH for event in begun)


def losses_of(history: Sequence[Event]) -> str | None:
    """How the losses of a run were made; None of one that did not begin."""
    begun = [event for event in history if event["event"] == "begun"]
    return begun[-1].get("losses", BY_BATCH) if begun else None
