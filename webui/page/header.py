"""The top of the page: where am I, what runs now, what is next."""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.figures import in_bytes
from webui.kernel import jobs, stopping
from webui.page.draft import titled
from webui.page.frame import Page
from webui.page.language import COLON, RUN_ALL, STOP, Language
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
from webui.page.waiting import run_title, start_or_wait
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs.events import Step
from webui.text import Text

KERNEL = {
    "none": Text("kernel not started", "内核未启动"),
    "idle": Text("kernel idle", "内核空闲"),
    "busy": Text("kernel busy", "内核运行中"),
    "dead": Text("kernel ended", "内核已退出"),
}
SIGN_OUT = Text("Sign out", "退出登录")
NOTHING_STALE = Text("Everything is fresh already.", "所有单元都是最新的。")
OTHER_LANGUAGE: dict[Language, tuple[str, str]] = {
    "en": ("zh", "中文"),
    "zh": ("", "English"),
}


def build_header(page: Page) -> None:
    """The line on top, with Run all and Stop, and the folded file menu."""
    with gr.Row():
        page.html(status_line, elem_id="status")
        run_all = page.button(
            RUN_ALL,
            "run-all",
            partial(press_run_all, page),
            size="md",
            variant="primary",
        )
        end = partial(stopping.stop, page.kernel)
        stop = page.button(STOP, "stop", end, form=False, size="md", interactive=False)
    page.watch(run_all, lambda view: run_all_button(page, view))
    page.watch(stop, lambda view: gr.update(interactive=view.kernel.word == "busy"))
    build_files(page)


def run_all_button(page: Page, view: View) -> Any:
    """Filled while it is the next sensible step; while busy it adds to the queue."""
    next_step = view.state("train") != "fresh" and view.kernel.word != "busy"
    word = run_title(page, RUN_ALL)(view)
    return {**word, "variant": "primary" if next_step else "secondary"}


def press_run_all(page: Page, recipe: Recipe) -> None:
    """Run what is stale, in order, or let it wait; say so when nothing is."""

    def start() -> None:
        able = ready(recipe, page.kernel.runs)
        if jobs.run_all(page.kernel, able, page.edits) is None:
            page.tell(page.say(NOTHING_STALE))

    start_or_wait(page, start, recipe, "all")


def status_line(page: Page, view: View) -> Markup:
    """Name, device, kernel and memory in a line, and the way to the other language."""
    path, other = OTHER_LANGUAGE[page.language]
    parts = [page.say(KERNEL[view.kernel.word])]
    step = view.last(Step)
    if view.kernel.word == "busy" and view.kernel.busy:
        parts[0] += f"{page.say(COLON)}{view.kernel.busy['cell']}"
    if step and step.memory:
        memory = f"{in_bytes(step.memory)} / {in_bytes(view.studio.memory)}"
        # Newer figures are put there by the browser.
        parts.append(Markup('<span data-figure="memory">{}</span>').format(memory))
    if view.studio.device:
        parts.insert(0, view.studio.device)
    # The browser must not be sent back to the language that it prefers.
    remember = f"sessionStorage.setItem('tunebook-language', '{path or 'en'}')"
    return Markup(
        '<div class="top"><span class="name">Tunebook</span><span>{}</span>'
        '<span class="quiet">{}</span>'
        '<a href="./{}" onclick="{}">{}</a>{}</div>'
    ).format(
        view.recipe.name, Markup(" · ").join(parts), path, remember, other, out(page)
    )


def out(page: Page) -> Markup:
    """The way out, where there is a password to come in by."""
    if not page.studio.guarded:
        return Markup()
    return Markup('<a href="./logout">{}</a>').format(page.say(SIGN_OUT))


FILES = Text("Recipe and code", "配方与代码")
OPEN = Text("Open a recipe (YAML)", "打开配方（YAML）")
RECIPE_FILE = Text("Recipe (YAML)", "配方（YAML）")
SCRIPT_FILE = Text("Script (.py)", "脚本（.py）")
NOTEBOOK_FILE = Text("Notebook (.ipynb)", "笔记本（.ipynb）")
FREE = Text("End the kernel, free its memory", "结束内核并释放内存")


def build_files(page: Page) -> None:
    """Take the recipe away as YAML, script or notebook; bring one in; free memory."""
    with gr.Accordion(page.say(FILES), open=False):
        with gr.Row():
            for title, suffix, text_of in (
                (RECIPE_FILE, ".yaml", recipe_as_yaml),
                (SCRIPT_FILE, ".py", script_of),
                (NOTEBOOK_FILE, ".ipynb", notebook_of),
            ):
                button = gr.DownloadButton(
                    page.say(title),
                    size="sm",
                    elem_id=f"take{suffix.replace('.', '-')}",
                )
                page.watch(button, partial(offer, suffix, text_of))
            page.button(
                FREE, "free", partial(stopping.restart, page.kernel), form=False
            )
        page.html(no_code_card, elem_id="no-code")
        upload = gr.UploadButton(
            page.say(OPEN), file_types=[".yaml", ".yml"], size="sm", elem_id="open"
        )
        page.when_uploaded(upload, lambda files: open_recipe(page, files[0]))


def open_recipe(page: Page, file: str) -> None:
    """Make an uploaded recipe the current one."""
    path = Path(file)
    page.studio.draft.replace(
        loads(path.read_text(encoding="utf-8-sig"), name=path.stem)
    )


def offer(suffix: str, text_of: Written, view: View) -> Any:
    """Put today's recipe behind a download button.

    Code that could not train is not given away; the recipe itself is.
    """
    if suffix != ".yaml" and no_code(view):
        return gr.update(value=None, interactive=False)
    return gr.update(value=served(taken_away(view, suffix, text_of)), interactive=True)


def no_code_card(page: Page, view: View) -> Markup:
    """The same sentences as those of a run: why there is no code to take away."""
    lines = [page.say(titled(problem)) for problem in no_code(view)]
    return problem_card(Markup("<br>").join(lines)) if lines else Markup()
