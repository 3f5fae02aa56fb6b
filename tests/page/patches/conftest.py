"""A launched app of Gradio's with a few parts, as small as a patch needs it."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

LAUNCH: dict[str, Any] = {
    "prevent_thread_lock": True,
    "quiet": True,
    "enable_monitoring": False,
}


@pytest.fixture
def shout() -> Iterator[Any]:
    """A launched app of one event."""
    with gr.Blocks(analytics_enabled=False) as made:
        word, shown = gr.Textbox(), gr.Textbox()
        word.submit(str.upper, word, shown, api_name="shout")
    made.launch(**LAUNCH)
    yield made
    made.close(verbose=False)
