"""The menu in the header: take the code away, bring a recipe in, free the memory."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.kernel import stopping
from webui.origin import repository
from webui.page.draft import titled
from webui.page.frame import Page
from webui.page.no_code import no_code
from webui.page.patches.given_away import served
from webui.page.tables import problem_card
from webui.page.take_away import (
    Written,
    notebook_of,
    recipe_as_yaml,
    script_of,
    taken_away,
)
from webui.page.view import View
from webui.recipe.store import loads, with_values
from webui.text import Text

FILES = Text("Files", "文件")
OPEN = Text("Open a recipe (YAML)", "打开配方（YAML）")
RECIPE_FILE = Text("Recipe (YAML)", "配方（YAML）")
SCRIPT_FILE = Text("Script (.py)", "脚本（.py）")
NOTEBOOK_FILE = Text("Notebook (.ipynb)", "笔记本（.ipynb）")
COPY = Text("Copy all code", "复制全部代码")
COPIED = Text("Copied", "已复制")
COLAB = Text("Open Tunebook in Colab", "在 Colab 中打开 Tunebook")
FREE = Text("End the kernel, free its memory", "结束内核并释放内存")
GITHUB = re.compile(r"https://github\.com/([^/]+/[^/]+)$")
NOTEBOOKS = {"en": "tunebook.ipynb", "zh": "tunebook.zh.ipynb"}


def build(page: Page) -> None:
    """What can be done with the whole recipe; it opens over the page."""
    with gr.Accordion(page.say(FILES), open=False, elem_id="file-menu"):
        for title, suffix, text_of in (
            (SCRIPT_FILE, ".py", script_of),
            (NOTEBOOK_FILE, ".ipynb", notebook_of),
            (RECIPE_FILE, ".yaml", recipe_as_yaml),
        ):
            button = gr.DownloadButton(
                page.say(title), size="sm", elem_id=f"take{suffix.replace('.', '-')}"
            )
            page.watch(button, partial(offer, suffix, text_of))
        page.html(copy_and_colab, elem_id="copy-and-colab")
        page.html(no_code_card, elem_id="no-code")
        upload = gr.UploadButton(
            page.say(OPEN), file_types=[".yaml", ".yml"], size="sm", elem_id="open"
        )
        page.when_uploaded(upload, lambda files: open_recipe(page, files[0]))
        page.button(FREE, "free", partial(stopping.restart, page.kernel), form=False)


NO_TRUST = {"model.trust_remote_code": False, "model.allow_pickle": False}


def open_recipe(page: Page, file: str) -> None:
    """Make an uploaded recipe the current one.

    Whether a model's own programs may run is for the owner of this machine to say, so
    the page asks anew where the model needs it.
    """
    path = Path(file)
    recipe = loads(path.read_text(encoding="utf-8-sig"), name=path.stem)
    page.studio.draft.replace(with_values(recipe, NO_TRUST))


def offer(suffix: str, text_of: Written, view: View) -> Any:
    """Put today's recipe behind a download button.

    Code that could not train is not given away; the recipe itself is.
    """
    if suffix != ".yaml" and no_code(view):
        return gr.update(value=None, interactive=False)
    return gr.update(value=served(taken_away(view, suffix, text_of)), interactive=True)


def copy_and_colab(page: Page, view: View) -> Markup:
    """All code to the clipboard; Tunebook in Colab, where it has an address."""
    button = Markup(
        '<button type="button" id="copy-all" data-copied="{}"{}>{}</button>'
    ).format(
        page.say(COPIED),
        Markup(" disabled") if no_code(view) else "",
        page.say(COPY),
    )
    address = colab(page)
    if not address:
        return button
    return button + Markup(
        '<a id="open-colab" href="{}" target="_blank" rel="noopener">{}</a>'
    ).format(address, page.say(COLAB))


def colab(page: Page) -> str:
    """Where Colab opens this repository's notebook; empty where that is not known."""
    found = GITHUB.match(repository() or "")
    if not found:
        return ""
    name = NOTEBOOKS[page.language]
    return f"https://colab.research.google.com/github/{found[1]}/blob/main/colab/{name}"


def no_code_card(page: Page, view: View) -> Markup:
    """The same sentences as those of a run: why there is no code to take away."""
    lines = [page.say(titled(problem)) for problem in no_code(view)]
    return problem_card(Markup("<br>").join(lines)) if lines else Markup()
