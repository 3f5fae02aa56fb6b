"""The trials of a sweep: the best, or why none is better than another."""

from collections.abc import Iterable, Sequence
from typing import Any

from webui.notebook.trainer_cell import NO_DIFFERENCE
from webui.runs.events import BY_BATCH, Begun, Event, Moved, Trial, last, of_kind
from webui.text import Text

SAME = Text(
    "No trial is better than another: on the watched rows they come to the same.",
    "没有更好的试验：各次试验在评估数据上的结果相同。",
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


def ranked(history: Iterable[Event]) -> list[Trial]:
    """The trials of a sweep, the best first; one without a value comes last."""

    def place(trial: Trial) -> tuple[bool, float]:
        value = trial.value or 0.0
        return trial.value is None, -value if trial.direction == "maximize" else value

    return sorted(of_kind(history, Trial), key=place)


def taught(history: Sequence[Event], trial: Trial) -> bool:
    """Whether weights moved in a trial, as far as that is known."""
    moved = [e for e in of_kind(history, Moved) if e.trial == trial.trial]
    return all(event.teaches for event in moved[-1:])


def best_trial(history: Sequence[Event]) -> dict[str, Any] | None:
    """The best trial; None of no trials, or where none is better."""
    trials = trials_with_loss(history)
    if not trials or no_best(history):
        return None
    return told(next(trial for trial in trials if taught(history, trial)))


def told(trial: Trial) -> dict[str, Any]:
    """A trial for a machine."""
    return {"trial": trial.trial, "params": trial.params, "value": trial.value}


def trials_with_loss(history: Iterable[Event]) -> list[Trial]:
    """The trials that ended with a value, the best first."""
    return [trial for trial in ranked(history) if trial.value is not None]


def no_best(history: Sequence[Event]) -> Text | None:
    """Why no trial is the best; None where one is, or there are none."""
    trials = trials_with_loss(history)
    if not trials:
        return None
    if not any(taught(history, trial) for trial in trials):
        return STILL
    batches = {trial.params.get("training.batch_size") for trial in trials}
    by_loss = trials[0].metric == Trial.metric
    if by_loss and len(batches) > 1 and losses_of(history) == BY_BATCH:
        return MIXED
    values = [trial.value or 0.0 for trial in trials]
    same = max(values) - min(values) <= NO_DIFFERENCE * max(map(abs, values))
    return SAME if len(trials) > 1 and same else None


def by_batch(history: Sequence[Event]) -> bool:
    """Whether a run, or what of it came before a resume, made its losses of batches."""
    return any(begun.losses == BY_BATCH for begun in of_kind(history, Begun))


def losses_of(history: Sequence[Event]) -> str | None:
    """How the losses of a run were made; None of one that did not begin."""
    begun = last(history, Begun)
    return begun.losses if begun else None
