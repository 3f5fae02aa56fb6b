"""Parts of the page that keep what they show until something newer is worked out."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.page.frame import Page
from webui.page.language import WAIT


def steady(watcher: Callable[..., Markup | None]) -> Callable[..., Any]:
    """A watcher that gives None while it waits: what stood there before stays, dimmed.

    Figures that vanish for a moment at every move of a slider cannot be compared.
    """

    def update(*args: Any) -> Any:
        html = watcher(*args)
        if html is None:
            return gr.update(elem_classes=["waiting"])
        return gr.update(value=str(html), elem_classes=["ready"])

    return update


def not_yet(page: Page) -> str:
    """What a part holds before anything was worked out for it."""
    return str(Markup('<p class="quiet not-yet">{}</p>').format(page.say(WAIT)))
