"""A server and its document name no version.

Overrides ``Blocks.get_config_file``, which writes Gradio's version and the number of an
app into the document; the browser needs neither. Takes the header ``server`` out of
``Config.encoded_headers``, and sets ``Config.limit_concurrency``, for neither of which
``launch`` has an option.

For Gradio 6.31 and uvicorn 0.54. Can go when ``launch`` takes options of uvicorn, and
the document holds no version.
"""

from typing import Any

import gradio as gr


class Unnamed(gr.Blocks):
    """Gradio's Blocks, whose configuration names no version and no number of an app."""

    def get_config_file(self) -> Any:
        return super().get_config_file() | {"version": "", "app_id": 0}


def say_little(blocks: Any, connections: int) -> None:
    """Have a launched app's server not name itself, and hold so many connections."""
    config = blocks.server.config
    config.limit_concurrency = connections
    named = config.encoded_headers
    config.encoded_headers = [pair for pair in named if pair[0] != b"server"]
