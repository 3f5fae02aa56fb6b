"""How long a training will still take: from its steps so far, and from its pauses.

A pause is what stands between two steps beside the training itself: an evaluation with
its answers, or a checkpoint. Each kind comes again after as many steps, so they are
counted and not smeared over the steps: the first one may come late.
"""

from collections import deque
from dataclasses import dataclass, field
from statistics import fmean, median

from webui.recipe import Recipe
from webui.recipe.watched import MOST

# Enough to know the mean; old ones may come from when the machine was busier.
REMEMBERED, AT_LEAST = 2000, 50
# A step that took longer than so many others was a machine asleep.
ASLEEP = 10
# A pass forward costs about a third of a pass forward and back.
FORWARD = 1 / 3


@dataclass(frozen=True)
class Expected:
    """What a recipe lets expect: evaluations before the first has come, and an end.

    ``every`` is in steps, ``cost`` in times of a step; 0 for no evaluation.
    ``at_most`` is in seconds from the begin; 0 for no limit.
    """

    every: int = 0
    cost: float = 0.0
    at_most: float = 0.0


NOTHING = Expected()


def expected(recipe: Recipe, max_steps: int, watched: int | None = None) -> Expected:
    """What a recipe lets expect of its evaluations and of its end.

    ``watched`` is how many rows each evaluation is of, where it is known.
    """
    evaluation, training = recipe.evaluation, recipe.training
    at_most = 60 * training.max_minutes
    if evaluation.every == "no":
        return Expected(at_most=at_most)
    every = evaluation.steps
    if evaluation.every == "epoch":
        epochs = training.epochs if training.duration == "epochs" else 1
        every = round(max_steps / max(epochs, 1))
    judged = watched or evaluation.rows or MOST
    rows = judged + recipe.watch.ranked_rows
    batch = training.batch_size * training.gradient_accumulation
    return Expected(max(every, 1), FORWARD * rows / batch, at_most)


@dataclass
class Pauses:
    """The pauses of one kind: when the last came, how far apart, how long they were."""

    last_step: int = 0
    apart: deque[int] = field(default_factory=lambda: deque(maxlen=9))
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=9))

    def add(self, step: int, seconds: float | None) -> None:
        """One more; after a resume, one may come again that came before."""
        if step > self.last_step:
            self.apart.append(step - self.last_step)
        self.last_step = step
        if seconds is not None:
            self.seconds.append(seconds)

    def left(self, done: int, total: int) -> float:
        """Seconds of those still to come, if they come as they did so far."""
        if not (self.apart and self.seconds):
            return 0.0
        every = max(median(self.apart), 1)
        return float(total // every - done // every) * median(self.seconds)


@dataclass
class Pace:
    """What a step and a pause of one training take, in seconds."""

    steps: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    pauses: dict[str, Pauses] = field(default_factory=dict)
    began: float = 0.0
    mark: tuple[int, float] | None = None
    first: float = 0.0
    worked: float = 0.0
    answers: float = 0.0
    warm: bool = False
    pause: str = ""
    each: tuple[int, float] = (0, 0.0)
    seen: int = 0

    def begin(self, step: int, time: float) -> None:
        """The training begins or goes on after this step, at this time."""
        self.began = time
        self.mark, self.warm, self.pause = (step, time), False, ""

    def paused(self, kind: str, time: float) -> None:
        """Between two steps, this was done: evaluated, sampled, ranked or saved."""
        if self.mark is None:
            return
        if not self.warm:
            # Answers before the first step; so long they will take again.
            if kind == "sampled":
                self.answers = max(time - self.mark[1], 0.0)
                self.mark = (self.mark[0], time)
            return
        if self.pause != "evaluated":
            self.pause = "saved" if kind == "saved" else "evaluated"

    def step(self, step: int, time: float) -> None:
        """A step ended."""
        if self.mark is None or step <= self.mark[0]:
            self.begin(step, time)
            return
        before, since = self.mark
        seconds = max(time - since, 0.0)
        if not self.warm:
            # The first step compiles and allocates; it tells little of the others.
            self.first = seconds / (step - before)
        elif self.pause:
            self.add_pause(before, seconds - (step - before) * self.seconds_per_step())
        else:
            self.steps.append(seconds / (step - before))
            self.seen += 1
        self.worked += min(seconds, (step - before) * ASLEEP * self.seconds_per_step())
        self.mark, self.warm, self.pause = (step, time), True, ""

    def add_pause(self, step: int, seconds: float) -> None:
        """What a pause took; one in which the machine slept tells only when it came."""
        told = max(seconds, 0.0) if seconds <= ASLEEP * self.worked else None
        self.pauses.setdefault(self.pause, Pauses()).add(step, told)

    def known(self, kind: str) -> bool:
        """Whether a pause of this kind has been timed."""
        return kind in self.pauses and bool(self.pauses[kind].seconds)

    def seconds_per_step(self) -> float:
        """The mean of the later half of the steps, a machine asleep left out.

        It hardly changes by one step: it is worked out again after one in fifty, or
        after twenty.
        """
        if not self.steps:
            return self.first
        if self.each[0] and self.seen - self.each[0] <= min(self.seen // 50, 20):
            return self.each[1]
        self.each = self.seen, self.mean_of_later()
        return self.each[1]

    def mean_of_later(self) -> float:
        """The same, worked out."""
        window = list(self.steps)[-max(AT_LEAST, len(self.steps) // 2) :]
        limit = ASLEEP * median(window)
        return fmean(seconds for seconds in window if seconds <= limit)

    def left(self, total: int, hopes: Expected = NOTHING) -> float | None:
        """Seconds from the last step to the end; None before the first step."""
        if self.mark is None or not (self.steps or self.first):
            return None
        done, each = self.mark[0], self.seconds_per_step()
        left = (total - done) * each
        if hopes.every and not self.known("evaluated"):
            coming = total // hopes.every - done // hopes.every
            left += coming * (hopes.cost * each + self.answers)
        if not hopes.every or total % hopes.every:
            left += self.answers  # asked once more at the end
        left += sum(pauses.left(done, total) for pauses in self.pauses.values())
        if hopes.at_most:
            left = min(left, self.began + hopes.at_most - self.mark[1])
        return max(left, 0.0)
