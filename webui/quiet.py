"""Let the page's server rest while nobody presses anything.

Left to themselves its libraries look a thousand times a second whether there is
something to do. Each look wakes a core that a training on the same machine could use:
6 % of one in all.
"""

import asyncio
from typing import Any

# Seconds from one look at Gradio's queue to the next: half of it is what a press waits.
AWAKE, ASLEEP = 0.05, 0.25
STAYS_AWAKE = 10  # seconds after a press
TICK = 1  # seconds
# Seconds that a silent connection stays: longer than a browser is silent in a training.
KEPT_ALIVE = 30


def look_less_often(app: Any) -> None:
    """Have a launched app look at its queue four times a second, at its end once."""
    rest_between_presses(app._queue)
    tick_slowly(app.server)
    app.server.config.timeout_keep_alive = KEPT_ALIVE


def rest_between_presses(queue: Any) -> None:
    """Look at the queue seldom, and often for a while after each press.

    No event of ours reports its progress, so that is hardly looked for at all.
    """
    queue.sleep_when_free, queue.progress_update_sleep_when_free = ASLEEP, 5
    push, presses = queue.push, 0

    async def pushed(*given: Any, **named: Any) -> Any:
        nonlocal presses
        presses += 1
        queue.sleep_when_free = AWAKE
        asyncio.get_running_loop().call_later(STAYS_AWAKE, rest, presses)
        return await push(*given, **named)

    def rest(press: int) -> None:
        if press == presses:
            queue.sleep_when_free = ASLEEP

    queue.push = pushed


def tick_slowly(server: Any) -> None:
    """Let uvicorn look once a second whether it is to end; it does ten times."""
    on_tick = server.on_tick

    async def ticked(counter: int) -> bool:
        # At a count of nothing it dates its answers anew.
        while not await on_tick(0):
            await asyncio.sleep(TICK)
        return True

    server.on_tick = ticked


def wait_for_end(app: Any) -> None:
    """Wait until the page's server ends, or Ctrl-C, which ends it.

    Gradio's own waiting wakes ten times a second.
    """
    try:
        app.server.thread.join()
    except KeyboardInterrupt:
        app.close(verbose=False)
