"""The top of the page: where am I, what is next, and the way to the other language."""

from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.kernel import jobs
from webui.page import take_away_menu
from webui.page.frame import Page
from webui.page.language import RUN_ALL, Language
from webui.page.view import View
from webui.page.waiting import run_title, start_or_wait
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.text import Text

KERNEL = {
    "none": Text("kernel not started", "内核未启动"),
    "idle": Text("kernel idle", "内核空闲"),
    "busy": Text("kernel busy", "内核运行中"),
    "dead": Text("kernel ended", "内核已退出"),
}
SIGN_OUT = Text("Sign out", "退出登录")
NOTHING_STALE = Text("Everything is fresh already.", "所有单元都是最新的。")
BEGUN = Text(
    "The cells run one after the other. The line at the top says which, and how long; "
    "the loss is drawn in Train, answers and scores stand in Compare.",
    "各单元依次运行。顶部一行会显示当前单元与用时；损失曲线在“训练”页，回答与评分在“对比”页。",
)
OTHER_LANGUAGE: dict[Language, tuple[str, str]] = {
    "en": ("zh", "中文"),
    "zh": ("", "English"),
}


def build_header(page: Page) -> None:
    """One line on top: what is open and how the kernel is, files, Run all."""
    with gr.Row(elem_id="header"):
        page.html(status_line, elem_id="status")
        take_away_menu.build(page)
        run_all = page.button(
            RUN_ALL,
            "run-all",
            partial(press_run_all, page),
            size="md",
            variant="primary",
        )
        page.html(ways_out, elem_id="ways-out")
    page.watch(run_all, lambda view: run_all_button(page, view))


def run_all_button(page: Page, view: View) -> Any:
    """Filled while it is the next sensible step; while busy it adds to the queue."""
    next_step = view.state("train") != "fresh" and view.kernel.word != "busy"
    word = run_title(page, RUN_ALL)(view)
    return {**word, "variant": "primary" if next_step else "secondary"}


def press_run_all(page: Page, recipe: Recipe) -> None:
    """Run what is stale, in order, or let it wait; say so when nothing is."""
    edits = page.edits  # those of the press: getting ready may take a while

    def start() -> None:
        able = ready(recipe, page.kernel.runs)
        if jobs.run_all(page.kernel, able, edits) is None:
            page.tell(page.say(NOTHING_STALE))
        else:
            page.tell(page.say(BEGUN))

    start_or_wait(page, start, recipe, "all")


def status_line(page: Page, view: View) -> Markup:
    """Name, recipe, device and kernel; what has no room is cut, so nothing moves."""
    kernel = page.say(KERNEL[view.kernel.word])
    parts = [view.studio.device, kernel] if view.studio.device else [kernel]
    return Markup(
        '<div class="top"><span class="name" role="heading" aria-level="1">'
        'Tunebook</span><span class="recipe">{}</span>'
        '<span class="quiet">{}</span></div>'
    ).format(view.recipe.name, " · ".join(parts))


def ways_out(page: Page, view: View) -> Markup:
    """The way to the other language, and out where one had to sign in."""
    path, other = OTHER_LANGUAGE[page.language]
    # The browser must not be sent back to the language that it prefers.
    remember = f"sessionStorage.setItem('tunebook-language', '{path or 'en'}')"
    link = Markup('<a href="./{}" onclick="{}">{}</a>').format(path, remember, other)
    if not page.studio.guarded:
        return link
    return link + Markup(' <a href="./logout">{}</a>').format(page.say(SIGN_OUT))
