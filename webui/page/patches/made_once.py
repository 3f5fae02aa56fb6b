"""Gradio's web app is made once: by the launch, of the whole page.

Changes: ``App.create_app`` and ``Blocks.get_config_file``, as long as a page is built.
Left to itself Gradio makes an app and writes the configuration of all components at the
start and at the end of each language's page, and the next one takes its place: at half
a thousand components that is a tenth of the time until the page answers.

For Gradio 6.31. Can go when ``Blocks`` leaves both to its launch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.routes import App


@contextmanager
def app_not_made() -> Iterator[None]:
    """Build pages inside without an app for each; the launch then makes it."""
    make, write = App.create_app, gr.Blocks.get_config_file

    def none(*_: Any, **__: Any) -> None:
        """The launch makes another."""

    App.create_app = staticmethod(none)
    gr.Blocks.get_config_file = none
    try:
        yield
    finally:
        App.create_app = staticmethod(make)
        gr.Blocks.get_config_file = write
