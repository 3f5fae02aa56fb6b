"""See when the server's event loop stands still, and say in the log where it does.

A thread asks the loop for a sign of life. While none comes it counts the time in which
the loop's thread was held, by a call that blocks or that computes. Time in which a
thread of ours waited for a processor is not counted: on a busy machine everybody waits.
"""

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

BEAT = 0.5  # seconds between two questions
LOOK = 0.02  # seconds between two looks while a sign of life is due
HELD = 0.25  # seconds: longer, and a press is felt to hang
# A server that stands still again and again must not fill its log.
MOST = 20
THREADS = Path("/proc/self/task")

log = logging.getLogger("tunebook")

# Told the seconds so far and the stack of the loop's thread, once for each standstill.
Told = Callable[[float, str], None]


async def watch_this_loop() -> None:
    """Watch the loop that this runs on, to its end."""
    watch_loop(asyncio.get_running_loop(), threading.get_ident(), to_log(), BEAT)


def to_log() -> Told:
    """Write each standstill to the server's log, up to a number of them."""
    told = 0

    def write(seconds: float, stack: str) -> None:
        nonlocal told
        if (told := told + 1) <= MOST:
            log.error("the event loop stands still for %.2f s:\n%s", seconds, stack)

    return write


def watch_loop(
    loop: asyncio.AbstractEventLoop, thread: int, told: Told, beat: float
) -> threading.Event:
    """Watch a loop on a thread (by its ident) until it closes or the event is set."""
    ended = threading.Event()
    given = loop, thread, told, beat, ended
    threading.Thread(
        target=keep_asking, args=given, name="watchdog", daemon=True
    ).start()
    return ended


def keep_asking(
    loop: asyncio.AbstractEventLoop,
    thread: int,
    told: Told,
    beat: float,
    ended: threading.Event,
) -> None:
    """Ask for one sign of life after another."""
    while not ended.wait(beat):
        alive = threading.Event()
        try:
            loop.call_soon_threadsafe(alive.set)
        except RuntimeError:
            return  # the loop is closed
        wait_for(alive, thread, told)


def wait_for(alive: threading.Event, thread: int, told: Told) -> None:
    """Wait for a sign of life; tell once if the thread is held for too long."""
    held, said = 0.0, False
    before, waited = time.monotonic(), waits()
    while not alive.wait(LOOK):
        now, waiting = time.monotonic(), waits()
        held += max(0.0, now - before - longest_wait(waited, waiting))
        before, waited = now, waiting
        if held > HELD and not said and not alive.is_set():
            said = True
            told(held, stack_of(thread))


def waits() -> dict[str, float]:
    """How long each thread of this process has waited for a processor, in seconds."""
    found = {}
    for thread in THREADS.iterdir() if THREADS.is_dir() else ():
        try:
            found[thread.name] = (
                int((thread / "schedstat").read_text().split()[1]) / 1e9
            )
        except (OSError, IndexError, ValueError):
            continue  # it has ended, or this system does not count
    return found


def longest_wait(before: dict[str, float], after: dict[str, float]) -> float:
    """The longest that one thread has waited between two looks, in seconds."""
    known = (after[name] - before[name] for name in after if name in before)
    return max(known, default=0.0)


def stack_of(thread: int) -> str:
    """Where a thread is now, the innermost call last."""
    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)) if frame else ""
