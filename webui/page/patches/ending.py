"""The main thread waits for the server's thread.

Instead of ``Blocks.block_thread``, which wakes ten times a second to see whether the
server still runs; leans on ``Server.thread``, where Gradio's server runs.

For Gradio 6.31. Can go when ``block_thread`` joins the thread itself.
"""

from typing import Any


def wait_for_end(blocks: Any) -> None:
    """Wait until a launched app's server ends, or Ctrl-C, which ends it."""
    try:
        blocks.server.thread.join()
    except KeyboardInterrupt:
        blocks.close(verbose=False)
