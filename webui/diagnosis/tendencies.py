"""Where a training tends, from its last steps: each finding only where it is sure.

Losses of single batches scatter, so means are compared beside their own noise.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

# Work is bounded, however long the training is.
FIRST, LAST = 100, 2000
# Fewer steps say nothing; of a long training a tenth is waited for, up to this many.
SOON, LONG = 60, 300
STILL = 0.05  # a fall of a smaller share of the loss is no progress
KNOWN = 0.2  # nats; below it there is little left to learn
BLOCK, SURE, CLIMB, SHARE = 20, 8.0, 0.5, 0.25
SPIKES, RECENT, HIGH = 3, 10, 10.0
SLOWER = 0.6


class Shift(NamedTuple):
    """A figure before and now."""

    before: float
    now: float


def numbers(values: Sequence[float]) -> Any:
    """Those that are numbers, as an array."""
    array = np.asarray(values, dtype=float)
    return array[np.isfinite(array)]


def noise(values: Any) -> float:
    """How much single values scatter, whatever their trend: from their differences."""
    steps = np.abs(np.diff(values))
    return float(1.4826 * np.median(steps) / math.sqrt(2)) if len(steps) else 0.0


def still(losses: Sequence[float], max_steps: int, warmup: int = 0) -> Shift | None:
    """Means of the first and the last losses, where they surely hardly differ."""
    count = len(losses) - warmup
    if count < min(max(SOON, max_steps // 10), LONG):
        return None
    first = numbers(losses[: min(FIRST, len(losses) // 4)])
    last = numbers(losses[-min(LAST, count // 4) :])
    if not len(first) or not len(last) or np.mean(first) < KNOWN:
        return None
    before, now = float(np.mean(first)), float(np.mean(last))
    scatter = float(np.std(first)), float(np.std(last))
    error = math.hypot(
        scatter[0] / math.sqrt(len(first)), scatter[1] / math.sqrt(len(last))
    )
    surely = before - now + 2 * error < STILL * before
    return Shift(before, now) if surely and now - before < STILL * before else None


def climbing(losses: Sequence[float]) -> Shift | None:
    """The lowest level of the loss and that of now, where it climbed far above."""
    last = numbers(losses[-LAST:])
    if len(last) < 2 * BLOCK:
        return None
    cut = len(last) % BLOCK
    levels = np.median(last[cut:].reshape(-1, BLOCK), axis=1)
    start = float(np.median(numbers(losses[:RECENT]))) if len(losses) else math.inf
    lowest, now = min(float(levels[:-1].min()), start), float(levels[-1])
    scatter = 1.25 * noise(last[:-BLOCK]) / math.sqrt(BLOCK)
    least = max(CLIMB, SURE * scatter, SHARE * lowest)
    return Shift(lowest, now) if now - lowest > least else None


def exploding(norms: Sequence[float], clipped_at: float) -> Shift | None:
    """The median gradient norm and the highest of the last, where several are high."""
    last = numbers(norms[-LAST:])
    if len(last) < SOON // 2:
        return None
    usual, recent = float(np.median(last[:-RECENT])), last[-RECENT:]
    high = recent > max(HIGH * usual, clipped_at)
    return Shift(usual, float(recent.max())) if high.sum() >= SPIKES else None


def slower(speeds: Sequence[float]) -> Shift | None:
    """Tokens per second at first and now, where it surely became slower."""
    if len(speeds) < SOON:
        return None
    # The first steps compile and fill caches.
    first, last = numbers(speeds[5 : 5 + SOON]), numbers(speeds[-BLOCK:])
    if not len(first) or not len(last):
        return None
    before, now = float(np.median(first)), float(np.median(last))
    return Shift(before, now) if now < SLOWER * before else None


def worse_on_unseen(
    steps: Sequence[float], losses: Sequence[float], seen: Shift
) -> tuple[int, Shift] | None:
    """The step of the best evaluation, and its loss beside today's, where the last two
    are surely worse while the training loss (``seen``) fell."""
    known = numbers(losses[-LAST:])
    if len(known) < 3 or len(known) != len(losses[-LAST:]):
        return None
    best = int(np.argmin(known))
    after = known[best + 1 :]
    if len(after) < 2 or min(after[-2:]) < 1.02 * known[best] or seen.now > seen.before:
        return None
    return int(steps[-LAST:][best]), Shift(float(known[best]), float(known[-1]))
