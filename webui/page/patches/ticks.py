"""Uvicorn looks once a second whether it is to end, and keeps silent connections.

Changes: wraps ``Server.on_tick``, which is asked ten times a second and wakes a core
each time; sets ``Config.timeout_keep_alive``, which Gradio passes no value for.

For uvicorn 0.54 under Gradio 6.31. Can go when the server waits for an event instead,
and ``launch`` takes options of uvicorn.
"""

import asyncio
from typing import Any

TICK = 1  # seconds
# Seconds that a silent connection stays: longer than a browser is silent in a training.
KEPT_ALIVE = 30


def tick_slowly(blocks: Any) -> None:
    """Have a launched app's server rest between two looks."""
    server = blocks.server
    server.config.timeout_keep_alive = KEPT_ALIVE
    on_tick = server.on_tick

    async def ticked(counter: int) -> bool:
        # At a count of nothing it dates its answers anew.
        while not await on_tick(0):
            await asyncio.sleep(TICK)
        return True

    server.on_tick = ticked
