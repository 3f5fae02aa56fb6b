"""Something begins on the server's event loop as soon as it runs.

Adds to ``Blocks.extra_startup_events``, which Gradio awaits when its app starts; it
names the attribute nowhere in its documents.

For Gradio 6.31. Can go when ``launch`` lets one add to the app's lifespan.
"""

from collections.abc import Callable, Coroutine
from typing import Any


def at_start(blocks: Any, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Have an app that is not launched yet await ``begin`` on its loop."""
    blocks.extra_startup_events.append(begin)
