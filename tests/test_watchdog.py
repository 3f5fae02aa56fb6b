"""A loop that stands still is told with its stack; a loop that only waits is not."""

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from webui import watchdog

Stalls = list[tuple[float, str]]


@pytest.fixture
def loop() -> Iterator[tuple[asyncio.AbstractEventLoop, Stalls]]:
    """A running loop that is watched closely, and what was told of it."""
    running, stalls = asyncio.new_event_loop(), Stalls()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    assert thread.ident
    ended = watchdog.watch_loop(
        running, thread.ident, lambda *told: stalls.append(told), 0.005
    )
    yield running, stalls
    ended.set()
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


def compute(seconds: float) -> None:
    """Keep the thread's processor busy for so much of its time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("hold", [time.sleep, compute])
def test_a_loop_that_is_held_is_told_once_with_its_stack(
    loop: tuple[asyncio.AbstractEventLoop, Stalls], hold: Callable[[float], None]
) -> None:
    running, stalls = loop
    running.call_soon_threadsafe(lambda: culprit(hold))
    time.sleep(1.5)
    [(seconds, stack)] = stalls
    assert watchdog.HELD < seconds < 1 and "culprit" in stack


def culprit(hold: Callable[[float], None]) -> None:
    """Hold the loop for longer than it may be."""
    hold(0.7)


def test_a_loop_that_is_held_for_a_moment_is_not_told(
    loop: tuple[asyncio.AbstractEventLoop, Stalls],
) -> None:
    running, stalls = loop
    for _ in range(10):
        running.call_soon_threadsafe(time.sleep, 0.1)
        time.sleep(0.11)
    assert not stalls


def test_a_busy_machine_is_not_told(
    loop: tuple[asyncio.AbstractEventLoop, Stalls],
) -> None:
    running, stalls = loop
    spawn = multiprocessing.get_context("spawn")
    others = [spawn.Process(target=compute, args=(2,)) for _ in range(8)]
    threads = [threading.Thread(target=compute, args=(0.5,)) for _ in range(3)]
    for worker in (*others, *threads):
        worker.start()
    for worker in (*others, *threads):
        worker.join()
    assert not stalls


def test_the_log_is_not_filled(caplog: pytest.LogCaptureFixture) -> None:
    tell = watchdog.to_log()
    for _ in range(100):
        tell(0.3, "here")
    assert len(caplog.records) == watchdog.MOST


def test_the_watch_ends_with_the_loop() -> None:
    async def begin() -> None:
        await watchdog.watch_this_loop()

    asyncio.run(begin())
    end = time.monotonic() + 5
    while any(t.name == "watchdog" for t in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.05)
