"""The helper process: it alone imports torch and Transformers, to answer questions.

It works on the CPU with one thread and low priority, and it ends with its parent. What
it imports before the first question it imports at full speed: on a busy machine the
page would show no plan for a minute.
"""

import contextlib
import functools
import importlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any, NamedTuple

from webui.collecting import uncollected
from webui.errors import PlannerError
from webui.planner.child import KILL, call_and_report, settle_in, stand_back

HEAVY = ("transformers", "peft")
PATIENCE = 120.0  # seconds


class Helper(NamedTuple):
    """One helper process: the pool that it works for, and its process id."""

    pool: futures.ProcessPoolExecutor
    pid: "futures.Future[int]"


_helper: Helper | None = None
_lock = threading.Lock()


def ask(function: Callable[..., Any], *args: Any, timeout: float | None = None) -> Any:
    """Run a module-level function in the helper process and return its answer.

    A helper that has died is replaced and asked once more.

    Args:
        timeout: seconds to wait, among them those spent on earlier questions;
            ``PATIENCE`` if none is given.

    Raises:
        PlannerError: the function's own, or that there is no answer.
    """
    timeout = PATIENCE if timeout is None else timeout
    for _ in range(2):
        helper = current_helper()
        try:
            return helper.pool.submit(answer_modestly, function, args).result(timeout)
        except (RuntimeError, futures.CancelledError):
            discard(helper)  # it died, or another question gave it up
        except futures.TimeoutError:
            discard(helper)
            raise PlannerError.of(
                f"The planner gave no answer within {timeout:g} seconds; "
                "try again when the machine is less busy.",
                f"规划进程在 {timeout:g} 秒内没有回应；请在机器空闲些时重试。",
            ) from None
    raise PlannerError.of(
        "The planner's process ended twice without an answer, probably for want "
        "of memory; close other programs and try again.",
        "规划进程两次中途退出，很可能是内存不足；请关闭其他程序后重试。",
    )


def warm() -> None:
    """Start the helper and let it import what is heavy, without waiting for it."""
    helper = current_helper()
    try:
        helper.pool.submit(import_heavy)
    except RuntimeError:
        discard(helper)  # it has died; the next question starts another


def stop() -> None:
    """End the helper process now, whatever it does; a later question starts another."""
    if _helper is not None:
        discard(_helper)


def current_helper() -> Helper:
    """The one helper; started if there is none."""
    global _helper
    with _lock:
        if _helper is None:
            pool = futures.ProcessPoolExecutor(
                max_workers=1,
                # A fork would copy the server's threads and locks.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=settle_in,
                initargs=(0,),
            )
            _helper = Helper(pool, pool.submit(os.getpid))
        return _helper


def discard(helper: Helper) -> None:
    """Forget a helper that has died or hangs, and end what is left of it."""
    global _helper
    with _lock:
        if _helper is not helper:
            return  # closed twice, a pool may close a pipe that the next one opened
        _helper = None
    try:
        os.kill(helper.pid.result(timeout=0), KILL)
        started = True
    except (RuntimeError, ProcessLookupError):
        started = True  # and gone
    except (futures.CancelledError, futures.TimeoutError):
        started = False  # it hangs before it reaches our code; do not wait for it
    helper.pool.shutdown(wait=started, cancel_futures=True)


def answer_modestly(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Answer a question in the helper process, which stands back from the first on."""
    become_modest()
    return call_and_report(function, args)


@functools.cache
def become_modest() -> None:
    """Let others go first; once, as each time would add to it."""
    stand_back(5)


def import_heavy() -> None:
    """Import what most questions need, so that the first one need not wait."""
    with uncollected(), contextlib.suppress(ImportError):  # the first question says so
        for name in HEAVY:
            importlib.import_module(name)
