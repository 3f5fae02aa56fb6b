"""Tokens per second of a training: one figure, of which page, table and summary tell.

All tokens that the model reads count, of questions and answers; padding does not. The
time is that from the begin to the last step, evaluations and checkpoints included.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from webui.runs.events import Begun, Event, Step


@dataclass
class Throughput:
    """What was read so far, and in how many seconds; each begin counts anew.

    Steps that a resume took back were worked on as well, so they count.
    """

    seconds: float = 0.0
    earlier: float = 0.0
    latest: float = 0.0
    since: float | None = None

    def take(self, event: Event) -> None:
        """Take in one event of a run."""
        if isinstance(event, Begun):  # the count of tokens starts again
            self.earlier, self.latest = self.earlier + self.latest, 0.0
            self.since = event.time
        elif isinstance(event, Step):
            self.latest = event.logs.get("num_tokens", self.latest)
            if self.since is not None:
                self.seconds += event.time - self.since
                self.since = event.time

    @property
    def tokens_per_second(self) -> float | None:
        """The rate over the whole training; None before the first step."""
        tokens = self.earlier + self.latest
        if not tokens or self.seconds <= 0:
            return None
        return round(tokens / round(self.seconds, 3), 1)


def throughput(history: Iterable[Event]) -> Throughput:
    """That of a run's events."""
    found = Throughput()
    for event in history:
        found.take(event)
    return found
