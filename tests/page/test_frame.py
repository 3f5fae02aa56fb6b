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


def test_a_new_tab_is_sent_what_is_not_as_it_was_built(page: Page) -> None:
    seen, _ = page.begin()
    seen, update = page.redraw(seen)
    assert update == gr.skip(), "the draft is the default, as is what was built"
    page.studio.draft.commit("model.name", "some/first")
    assert value_sent(page, seen)[1] == "some/first"
    _, update = page.redraw(page.begin()[0])
    assert update["value"] == "some/first" and "info" not in update


def test_a_tab_whose_server_was_started_again_is_sent_everything(page: Page) -> None:
    _, update = page.redraw(None)
    assert update["value"] == page.studio.draft.recipe.model.name
    assert update["visible"] and update["info"]


def test_a_choice_redraws_all_that_depends_on_it_at_once() -> None:
    def drawn(name: str) -> Any:
        return lambda page, view, *values: f"{name} {values}"

    with gr.Blocks() as blocks:
        page = Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )
        first, second = gr.Textbox(), gr.Textbox()
        parts = [gr.HTML() for _ in range(3)]
        page.watch_chosen(parts[0], [first], drawn("of one"))
        page.watch_chosen(parts[1], [second, first], drawn("of both"))
        page.watch_chosen(parts[2], [second], drawn("of the other"))
        page.connect()
    of_first, of_second = (
        [fn for fn in blocks.fns.values() if (choice._id, "change") in fn.targets]
        for choice in (first, second)
    )
    assert [fn.outputs for fn in of_first] == [parts[:2]]
    assert [fn.outputs for fn in of_second] == [parts[1:]]
    told = of_first[0].fn("a", "b", "a")
    assert [update["value"] for update in told] == [
        "of one ('a',)",
        "of both ('b', 'a')",
    ]
