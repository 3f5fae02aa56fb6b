"""The progress of a run on stderr: a bar on a terminal, plain lines elsewhere."""

import sys
from contextlib import AbstractContextManager

from webui.figures import finite, whole
from webui.metrics import METRICS, UNSEEN, metric
from webui.runs import library_warnings
from webui.runs.events import (
    Begun,
    CellState,
    Event,
    LearnedBefore,
    NoRoom,
    Step,
    Stops,
    Trial,
    Warned,
)
from webui.runs.stops import runs_on

MOST_OWN = 3  # metrics beside the loss, in a line


def progress_display() -> "Lines | Bar":
    """What shows the progress here; to be entered with ``with``."""
    return Bar() if sys.stderr.isatty() else Lines()


def say_progress(text: str) -> None:
    """Tell the user what goes on."""
    print(text, file=sys.stderr, flush=True)


class Lines(AbstractContextManager):
    """Plain lines: each cell, and about twenty of the training."""

    def __exit__(self, *error: object) -> None:
        return None

    def say(self, text: str) -> None:
        say_progress(text)

    def show(self, event: Event) -> None:
        """Print an event that a person wants to know of."""
        if isinstance(event, Step) and event.step < event.max_steps:
            if event.step % max(1, event.max_steps // 20):
                return
        if text := event_line(event):
            self.say(text)


class Bar(AbstractContextManager):
    """One bar for the cell that runs; lines above it tell what is done."""

    def __init__(self) -> None:
        from rich import progress
        from rich.console import Console

        self.progress = progress.Progress(
            progress.TextColumn("{task.description:8}", markup=False),
            progress.BarColumn(),
            progress.TextColumn("{task.fields[figures]}", markup=False),
            progress.TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.progress.add_task("start", total=None, figures="")

    def __enter__(self) -> "Bar":
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def say(self, text: str) -> None:
        self.progress.console.print(text, markup=False, highlight=False)

    def show(self, event: Event) -> None:
        """Move the bar, or print a line above it."""
        match event:
            case CellState(status="running"):
                self.reset(event.cell, None)
            case Begun(trial=trial):
                name = "train" if trial is None else f"trial {trial}"
                self.reset(name, event.max_steps)
                if not trial:
                    self.say(event_line(event))
            case Step():
                figures = event_line(event)
                self.progress.update(self.task, completed=event.step, figures=figures)
            case _:
                if text := event_line(event):
                    self.say(text)

    def reset(self, name: str, total: float | None) -> None:
        """Begin the bar anew; without a total it only shows that work goes on."""
        self.progress.reset(self.task, total=total, description=name, figures="")


def event_line(event: Event) -> str:
    """An event as a line for a person; empty for one that says nothing new."""
    match event:
        case CellState(status="running"):
            return f"{event.cell} ..."
        case Begun():
            learning, total = whole(event.trainable or 0), whole(event.total or 0)
            steps = whole(event.max_steps)
            return f"{steps} steps; {learning} of {total} parameters learn"
        case Step():
            return step_line(event)
        case Trial():
            chosen = ", ".join(f"{k}={v}" for k, v in event.params.items())
            kind = metric(event.metric.removeprefix(UNSEEN))
            value = kind.written(event.value)
            return f"trial {event.trial}: {kind.title.en} {value} with {chosen}"
        case Stops():
            return f"Note: {told.en}" if (told := runs_on(event)) else ""
        case LearnedBefore() | Warned() | NoRoom():
            return library_warnings.warning_line(event)
    return ""


def step_line(event: Step) -> str:
    """One step of a training: how far, the loss, what else its trainer measures, the
    speed."""
    figures = [f"step {whole(event.step)}/{whole(event.max_steps)}"]
    own = [name for name in event.logs if name not in METRICS and metric(name).drawn]
    for kind in map(metric, ("loss", *own[:MOST_OWN])):
        value = finite(event.logs.get(kind.name))
        figures.append(f"{kind.title.en} {kind.written(value)}")
    if speed := event.tokens_per_second:
        figures.append(f"{whole(speed)} tokens/s")
    return "  ".join(figures)
