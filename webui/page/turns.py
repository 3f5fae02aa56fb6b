"""When each browser tab asks again: in turns, so that many cost little more."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

APART = 2  # seconds between two questions, of one tab or of several
LATEST = 6  # seconds that a tab waits at most, however many there are


@dataclass
class Turns:
    """The turns that were given; the last of them, in seconds of the clock.

    On a machine with two cores each question takes a training 2 ms or more.
    """

    clock: Callable[[], float] = time.monotonic
    last: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, step: float, *, booked: bool = True) -> float:
        """Seconds until whoever asks now may ask again; others keep off that turn.

        ``step`` is how many a training step takes: more often there is nothing new.
        Who will not ask again, because the run has ended, needs none ``booked``.
        """
        now = self.clock()
        with self.lock:
            turn = max(now + max(step, APART), self.last + APART)
            turn = min(turn, now + LATEST)
            if booked:
                self.last = turn
            return turn - now
