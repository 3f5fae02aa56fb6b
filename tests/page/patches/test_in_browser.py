"""What scripts and styles know of Gradio's parts, seen in Chromium."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from page.walking import SECOND, open_page, wait_for
from webui.page import patches

from .conftest import LAUNCH

pytestmark = pytest.mark.browser
FOLDER = Path(patches.__file__).parent
OURS = {"cell"}
# Of a choice in a list that is there only after a search, and of an open fold.
LATER = {"selected", "open"}


@contextmanager
def shown(browser: Any, blocks: Any, script: str) -> Iterator[Any]:
    """An app with a script of ours, in a tab."""
    blocks.launch(**LAUNCH, js=f"() => {{ {script} }}")
    page = browser.new_page()
    page.goto(blocks.local_url)
    page.wait_for_selector("input, textarea", state="attached")
    yield page
    page.close()
    blocks.close(verbose=False)


def script(name: str) -> str:
    """A script of the room."""
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("ours", [True, False])
def test_tab_leaves_a_list_of_choices_closed(browser: Any, ours: bool) -> None:
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.Dropdown(["a", "b"], elem_id="list", interactive=True)
        gr.Textbox(interactive=True)
    with shown(browser, blocks, script("lists.js") if ours else "") as page:
        page.click("#list input")
        page.wait_for_selector("#list [role=listbox], ul[role=listbox]")
        page.keyboard.press("Tab")
        page.wait_for_timeout(SECOND)
        still = page.locator("ul[role=listbox]").count()
    assert bool(still) is not ours, "Gradio closes it by itself: lists.js can go"


def test_a_script_fills_a_hidden_field_and_the_server_is_told(browser: Any) -> None:
    with gr.Blocks(analytics_enabled=False) as blocks:
        field = gr.Textbox(visible="hidden", elem_id="stamp")
        heard = gr.Textbox(elem_id="heard")
        field.change(str.upper, field, heard)
    put = script("hidden_field.js") + "setInterval(() => putInto('stamp', 'news'), 300)"
    with shown(browser, blocks, put) as page:
        wait_for(lambda: page.locator("#heard textarea").input_value() == "NEWS", 30)


def test_every_class_that_the_style_names_is_there(browser: Any, server: Any) -> None:
    named = set(re.findall(r"\.([a-z][\w-]*)", script("parts.css").partition("*/")[2]))
    page = open_page(browser, server)
    seen: set[str] = set()
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(SECOND / 2)
        seen |= {
            *page.evaluate("""() => [...document.querySelectorAll('[class]')]
            .flatMap((part) => [...part.classList])""")
        }
    assert sorted(named - OURS - LATER - seen) == []
