"""Presses of buttons that take a while: told before anything else tells of them."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SLOW = 0.7  # seconds, after which a press is told


@dataclass
class Presses:
    """The presses that are being answered now: the button's word, and since when."""

    now: dict[int, tuple[str, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def one(self, word: str) -> Iterator[None]:
        """Note a press as long as it is answered."""
        number = next(self.numbers)
        with self.lock:
            self.now[number] = word, time.time()
        try:
            yield
        finally:
            with self.lock:
                self.now.pop(number, None)

    def slow(self) -> list[tuple[str, float]]:
        """Those that have taken a while already, the first one first."""
        before = time.time() - SLOW
        with self.lock:
            return [press for press in self.now.values() if press[1] < before]
