"""Gradio's queue is looked at seldom, and often for a while after each press.

Changes: ``Queue.sleep_when_free`` and ``progress_update_sleep_when_free``, and wraps
``Queue.push``. Left to itself Gradio looks a thousand times a second whether somebody
pressed something. Each look wakes a core that a training could use: 6 % of one in all,
with what ``ticks.py`` and ``ending.py`` spare.

For Gradio 6.31. Can go when the queue waits for an event instead of sleeping.
"""

import asyncio
from typing import Any

# Seconds from one look at the queue to the next: half of it is what a press waits.
AWAKE, ASLEEP = 0.05, 0.25
STAYS_AWAKE = 10  # seconds after a press
PROGRESS = 5  # seconds; no event of ours reports any, so it is hardly looked for


def rest_between_presses(blocks: Any) -> None:
    """Have a launched app look at its queue four times a second."""
    queue = blocks._queue
    queue.sleep_when_free = ASLEEP
    queue.progress_update_sleep_when_free = PROGRESS
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
