"""Gradio makes its web app once, however many pages there are."""

import gradio as gr
import pytest
from gradio.routes import App

from webui.page.patches.made_once import app_not_made


def two_pages() -> gr.Blocks:
    """An app of two pages, as the two languages are."""
    with gr.Blocks(analytics_enabled=False) as made:
        gr.Textbox(elem_id="first")
    with made.route("Second", "second"):
        gr.Textbox(elem_id="second")
    return made


def test_pages_are_built_without_an_app_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[gr.Blocks] = []
    make = App.create_app

    def counted(blocks: gr.Blocks, **options: object) -> App:
        made.append(blocks)
        return make(blocks, **options)

    monkeypatch.setattr(App, "create_app", staticmethod(counted))
    two_pages()
    assert len(made) == 3, "Gradio makes fewer: made_once.py can go"
    made.clear()
    with app_not_made():
        blocks = two_pages()
    assert not made
    assert App.create_app(blocks).blocks is blocks and made == [blocks]
    ids = [each["props"].get("elem_id") for each in blocks.config["components"]]
    assert {"first", "second"} <= {*ids}
    assert [page[0] for page in blocks.config["pages"]] == ["", "second"]
