"""One redraw of the page: what is sent, and what comes with the next."""

from typing import Any

import gradio as gr
import pytest

from webui.kernel.kernel import this_kernel
from webui.page.draft import Draft
from webui.page.frame import Page, Seen
from webui.page.studio import Studio
from webui.page.view import View
from webui.recipe import Recipe

from .walking import HOSTILE

pytestmark = pytest.mark.usefixtures("tunebook_home")


@pytest.fixture
def page() -> Page:
    """A page of one field, and of a part that is drawn after it."""
    with gr.Blocks():
        page = Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )
        page.field("model.name")
        return page


def value_sent(page: Page, seen: Seen | None) -> tuple[Seen, Any]:
    """What a redraw sends as the value of the field."""
    seen, update, *_ = page.redraw(seen)
    return seen, update.get("value")


def test_what_is_told_is_no_html(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(gr, "Info", lambda text, **_: told.append(text))
    page.tell(f"The recipe now trains on from {HOSTILE}.")
    assert "&lt;img" in told[0] and "<img" not in told[0]


def test_a_value_is_sent_once(page: Page) -> None:
    page.studio.draft.commit("model.name", "some/first")
    seen, value = value_sent(page, None)
    assert value == "some/first"
    assert value_sent(page, seen)[1] is None
    page.studio.draft.commit("model.name", "some/second")
    assert value_sent(page, seen)[1] == "some/second"


def test_what_changes_during_a_redraw_comes_with_the_next(page: Page) -> None:
    def draw(view: View) -> Any:
        page.studio.draft.commit("model.name", "some/later")
        return gr.update()

    with gr.Blocks():
        page.watch(gr.HTML(), draw)
    seen, value = value_sent(page, None)
    assert value == Recipe().model.name
    assert value_sent(page, seen)[1] == "some/later"
