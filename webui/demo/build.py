"""A demo's page: the owner's sentence, a prompt, two settings, two panes. No functions.

The buttons run in the browser: it asks by one route, so that nothing of what Gradio
would call on the server exists.
"""

import json
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.demo.limits import Shown
from webui.demo.words import TITLE, WORDS
from webui.page.bind import element_id
from webui.page.language import STOP, Language
from webui.page.patches.unnamed import Unnamed
from webui.page.tabs.compare import ASK, BASE, TUNED, answer_box
from webui.recipe.paths import FIELDS
from webui.text import Text

PROMPT, TOKENS, TEMPERATURE = (
    f"compare.{name}" for name in ("prompt", "max_new_tokens", "temperature")
)
OTHER_LANGUAGE: dict[Language, tuple[str, str, str]] = {
    "en": ("zh", "zh", "中文"),
    "zh": ("", "en", "English"),
}


def build_demo(shown: Shown) -> gr.Blocks:
    """Both languages' pages as one Gradio app: English at ``/``, Chinese at ``/zh``."""
    title = f"{TITLE.en} · {TITLE.zh}"
    with Unnamed(title=title, analytics_enabled=False) as blocks:
        gr.Navbar(visible=False)
        build_page(shown, "en")
    with blocks.route("中文", "zh"):
        build_page(shown, "zh")
    return blocks


def build_page(shown: Shown, language: Language) -> None:
    """One language's page."""

    def say(text: Text) -> str:
        return text.zh if language == "zh" else text.en

    words = {name: say(text) for name, text in WORDS.items()}
    top = head(shown, language, say(TITLE), say(shown.sentence), words)
    gr.HTML(top, padding=False)
    with gr.Column(elem_classes="cell"):
        prompt = gr.Textbox(
            lines=4,
            max_lines=12,
            max_length=shown.limits.characters,
            label=say(FIELDS[PROMPT].declaration.title),
            elem_id=element_id(PROMPT),
        )
        with gr.Row():
            tokens = slider(TOKENS, say, 1, shown.limits.tokens, 1)
            heat = slider(TEMPERATURE, say, 0, shown.limits.temperature, 0.1)
        with gr.Row():
            ask = gr.Button(say(ASK), variant="primary", elem_id="ask")
            stop = gr.Button(say(STOP), elem_id="stop", interactive=False)
        gr.HTML('<p id="told" class="quiet" role="status" aria-live="polite"></p>')
        with gr.Row(elem_id="panes"):
            for text, name in ((BASE, "base-pane"), (TUNED, "tuned-pane")):
                gr.HTML(answer_box(say(text)), elem_id=name, min_width=260)
    in_browser = {"fn": None, "queue": False, "api_visibility": "private"}
    given = [prompt, tokens, heat]
    ask.click(inputs=given, js="(...given) => askBoth(...given)", **in_browser)
    stop.click(js="() => stopAsking()", **in_browser)


def slider(path: str, say: Any, low: float, high: float, step: float) -> gr.Slider:
    """A field of the recipe within a demo's own limits."""
    declared = FIELDS[path].declaration
    return gr.Slider(
        low,
        high,
        value=min(FIELDS[path].default, high),
        step=step,
        label=say(declared.title),
        info=say(declared.help),
        elem_id=element_id(path),
        buttons=[],
    )


def head(
    shown: Shown, language: Language, title: str, sentence: str, words: dict[str, str]
) -> str:
    """The line on top, the owner's sentence, and what the script says and when."""
    path, word, other = OTHER_LANGUAGE[language]
    remember = f"sessionStorage.setItem('tunebook-language', '{word}')"
    html = Markup(
        '<div class="top"><span class="name" role="heading" aria-level="1">{}</span>'
        '<span class="quiet" id="until" data-ends="{}"></span>'
        '<a href="./{}" onclick="{}">{}</a></div>'
        '<p id="sentence">{}</p><div id="words" data-words="{}" hidden></div>'
    )
    told = json.dumps(words, ensure_ascii=False)
    return str(
        html.format(title, round(shown.ends), path, remember, other, sentence, told)
    )
