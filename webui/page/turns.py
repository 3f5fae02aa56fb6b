"""When each browser tab asks again: in turns, so that many cost little more."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

APART = 1.4  # seconds between the questions of two tabs
LATEST = 6  # seconds that a tab waits at most, however many there are


@dataclass
class Turns:
    """The turns that were given; the last of them, in seconds of the clock.

    On a machine with two cores each question takes a training 3 ms.
    """

    clock: Callable[[], float] = time.monotonic
    last: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, soonest: float) -> float:
        """Seconds until whoever asks now may ask again: ``soonest`` or more."""
        now = self.clock()
        with self.lock:
            turn = max(now + soonest, self.last + APART)
            self.last = min(turn, now + LATEST)
            return self.last - now
