"""A GGUF file on the Model tab: a button that unpacks it, and how far that is."""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.errors import PlannerError
from webui.figures import duration
from webui.models.source import source_of
from webui.page.frame import Page
from webui.page.model.card import LEFT, with_bar
from webui.page.tables import problem_card
from webui.page.view import View
from webui.planner.job import Progress
from webui.recipe import Recipe
from webui.text import Text

UNPACK = Text("Unpack this file and use it", "解包并使用此文件")
CANCEL = Text("Cancel", "取消")


def build(page: Page) -> None:
    """The button, seen only where the model is a GGUF file."""
    with gr.Row():
        unpack = page.button(UNPACK, "unpack", partial(press, page), visible=False)
        cancel = page.studio.cancel_unpacking
        page.button(CANCEL, "cancel-unpack", cancel, form=False, shown=runs)
    page.html(describe_unpacking, elem_id="unpacking")
    page.watch(unpack, unpack_button)


def press(page: Page, recipe: Recipe) -> None:
    """Begin to unpack the file that the recipe names."""
    page.studio.start_unpacking(Path(source_of(recipe.model).path))


def unpack_button(view: View) -> Any:
    """Not to be pressed while a file is being unpacked."""
    shown = source_of(view.recipe.model).is_gguf
    return gr.update(visible=shown, interactive=not runs(view))


def runs(view: View) -> bool:
    """Whether a file is being unpacked."""
    job = view.studio.unpacking
    return job is not None and job.result is None


def describe_unpacking(page: Page, view: View) -> Markup:
    """How far it is, or why it failed; nothing once all went well."""
    job = view.studio.unpacking
    if job is None:
        return Markup("")
    result = job.result
    if result is None:
        return bar(page, job.progress)
    if isinstance(result, PlannerError) and source_of(view.recipe.model).is_gguf:
        return problem_card(page.say(result.text))
    return Markup("")


def bar(page: Page, progress: Progress) -> Markup:
    """The stage in words, and a bar."""
    words = page.say(progress.stage)
    if progress.seconds_left is not None:
        words += page.say(LEFT).format(duration(progress.seconds_left))
    return with_bar(words, progress.share or 0.0)
