"""What a run tells of itself: a frozen record for each kind of event, by its tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from webui.runs.scores import Score

# How evaluation losses are made; before a run said it, they were means of means.
BY_TOKEN = "mean over tokens"  # noqa: S105
BY_BATCH = "mean of batch means"

RECORDS: "dict[str, type[Event]]" = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a run.

    Attributes:
        time: when it was written, in seconds since 1970.
    """

    tag: ClassVar[str] = ""
    time: float = 0.0

    def __init_subclass__(cls, tag: str = "") -> None:
        cls.tag = tag
        if tag:
            RECORDS[tag] = cls


@dataclass(frozen=True, kw_only=True)
class Other(Event):
    """What this version knows no record for: an unknown tag, or a field that is odd."""

    named: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OfAStep(Event):
    """What a training tells of one step; a resume from an earlier one takes it back.

    Attributes:
        step: the step after which it came; 0 before the first.
        trial: the trial of a sweep that it is of; none in a training.
    """

    step: int
    trial: int | None = None


@dataclass(frozen=True, kw_only=True)
class Started(Event, tag="started"):
    """The run's folder was made.

    Attributes:
        kind: `run` or `sweep`.
        cells: the names of its cells.
    """

    kind: str = "run"
    cells: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class CellState(Event, tag="cell"):
    """A cell began or ended.

    Attributes:
        cell: its name.
        status: `running`, `finished`, `failed` or `stopped`.
    """

    cell: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class Begun(Event, tag="begun"):
    """A training, or one of a sweep, began.

    Attributes:
        trial: the trial of a sweep that it is of; none in a training.
        max_steps: how many steps it will take.
        losses: how evaluation losses are made.
        effective: the settings that took effect, by name.
        trainable: parameters that learn.
        total: parameters of the loaded model; packed ones are counted packed.
    """

    trial: int | None = None
    max_steps: int = 0
    losses: str = BY_BATCH
    effective: Mapping[str, Any] = field(default_factory=dict)
    trainable: int | None = None
    total: int | None = None


@dataclass(frozen=True, kw_only=True)
class Measured(OfAStep):
    """Figures of a training.

    Attributes:
        max_steps: how many steps the training will take.
        tokens_per_second: since the last step, padding not counted.
        samples_per_second: rows since the last step.
        memory: bytes in use, of the GPU where there is one.
        logs: what the trainer logged: any metric by its name.
    """

    max_steps: int = 0
    tokens_per_second: float | None = None
    samples_per_second: float | None = None
    memory: int | None = None
    logs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def figures(self) -> dict[str, Any]:
        """All that was measured, by the name of the metric."""
        own = {
            name: getattr(self, name)
            for name in ("tokens_per_second", "samples_per_second", "memory")
        }
        return {**self.logs, **own}


@dataclass(frozen=True, kw_only=True)
class Step(Measured, tag="step"):
    """A step was logged."""


@dataclass(frozen=True, kw_only=True)
class Evaluated(Measured, tag="evaluated"):
    """The watched rows were evaluated; a metric's name begins with `eval_`."""


@dataclass(frozen=True, kw_only=True)
class Moved(OfAStep, tag="moved"):
    """What of the weights moved so far.

    Attributes:
        teaches: whether the training changes the model.
        moved: tensors that moved.
        of: tensors that learn.
        changed: share of sampled numbers that are others now, from 0 to 1.
        rounded: share of updates that their type rounded away; none in wide types.
        furthest: how far the number that moved furthest moved.
    """

    teaches: bool = True
    moved: int | None = None
    of: int | None = None
    changed: float | None = None
    rounded: float | None = None
    furthest: float | None = None


@dataclass(frozen=True, kw_only=True)
class Sampled(OfAStep, tag="sampled"):
    """The model answered the sample prompts.

    Attributes:
        answers: for each the `prompt` and the `answer`.
    """

    answers: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class Ranked(OfAStep, tag="ranked"):
    """Rows by their loss.

    Attributes:
        rows: for each `which` it is (`best`, `worst` or `random`), its number `row`,
            its `loss`, the `text` before and the `trained` part.
    """

    rows: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True)
class Saved(Event, tag="saved"):
    """A checkpoint was written.

    Attributes:
        checkpoint: the name of its folder.
        step: the step after which it was.
        bytes: how much it takes.
        peak_memory: bytes at the peak of this session.
    """

    checkpoint: str = ""
    step: int = 0
    bytes: int | None = None
    peak_memory: int | None = None


@dataclass(frozen=True, kw_only=True)
class NoRoom(Event, tag="no_room"):
    """A checkpoint was left out: the disk had no room for it.

    Attributes:
        step: the step after which it would have been.
        needed: bytes that it needs, with a reserve.
        free: bytes that were free.
    """

    step: int = 0
    needed: int | None = None
    free: int | None = None


@dataclass(frozen=True, kw_only=True)
class Trial(Event, tag="trial"):
    """A trial of a sweep ended.

    Attributes:
        trial: its number, from 0.
        params: the values that were tried, by the paths of their fields.
        value: what it came to; none of one that failed.
        metric: what was measured.
        direction: `minimize` or `maximize`.
    """

    trial: int
    params: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None
    metric: str = "eval_loss"
    direction: str = "minimize"


@dataclass(frozen=True, kw_only=True)
class Stops(Event, tag="stops"):
    """The tuned model was asked one training prompt, to see whether it stops by itself.

    Attributes:
        itself: whether it did; none if there was not the time to see.
        tokens: tokens that it wrote.
        expected: tokens of the expected answer.
        learned: whether an end token is among what is learned.
        chance: how likely it finds the end token after that answer, from 0 to 1.
    """

    itself: bool | None = None
    tokens: int = 0
    expected: int = 0
    learned: bool = False
    chance: float | None = None


@dataclass(frozen=True, kw_only=True)
class Scoring(Event, tag="scoring"):
    """Held-out rows are being scored.

    Attributes:
        done: rows that were asked for so far, of the base and then of the tuned model.
        of: how many they will be, both models together.
    """

    done: int = 0
    of: int = 0


@dataclass(frozen=True, kw_only=True)
class Scored(Event, tag="scored"):
    """The held-out rows were scored.

    Attributes:
        scores: a list of objects: `who` was scored, the `metric`, its `value`, the
            `interval` around it (two numbers, or none), and on how many `rows`.
    """

    scores: Sequence[Score] = ()


@dataclass(frozen=True, kw_only=True)
class Warned(Event, tag="warned"):
    """A library warned of something.

    Attributes:
        cell: the cell in which it did.
        library: its name; empty for a cell's own code.
        message: its own words.
    """

    cell: str = ""
    library: str = ""
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class LearnedBefore(Event, tag="learned_before"):
    """Watched rows were learned by the run that is trained on, or by those before it.

    Attributes:
        watched: how many of the watched rows.
        of: how many are watched.
        parent: the run that is trained on.
    """

    watched: int = 0
    of: int = 0
    parent: str = ""


@dataclass(frozen=True, kw_only=True)
class Failed(Event, tag="failed"):
    """A cell failed, or the kernel died.

    Attributes:
        cell: the cell that ran, where it is known.
        error: the kind of the error; `KernelDied` where the kernel did.
        message: what it says.
        causes: the errors behind it, as "kind: message".
        code: the exit code of a kernel that died, where it is known.
        by_hand: the cells up to this one that were edited by hand.
    """

    cell: str | None = None
    error: str = "error"
    message: str = ""
    causes: Sequence[str] = ()
    code: int | None = None
    by_hand: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Finished(Event, tag="finished"):
    """The run ended, until it is resumed.

    Attributes:
        status: `finished`, `stopped` or `failed`.
    """

    status: str = "finished"


@dataclass(frozen=True, kw_only=True)
class Resumed(Event, tag="resumed"):
    """The run goes on from a checkpoint; the steps after its own come again.

    Attributes:
        step: the step after which it goes on.
        checkpoint: the name of the checkpoint's folder.
        automatic: whether nobody asked for it.
        values: settings that it goes on with, by their paths.
    """

    step: int
    checkpoint: str = ""
    automatic: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
