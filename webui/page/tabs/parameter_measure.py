"""A button that measures the memory of a training with two real steps."""

from functools import partial

import gradio as gr
from markupsafe import Markup

from webui.counts.memory.measuring import is_measuring, measuring
from webui.kernel import jobs
from webui.page.frame import Page
from webui.page.fresh import refuse_unanswered
from webui.page.tables import problem_card
from webui.page.view import View
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.runs import folder as runs
from webui.text import Text

MEASURE = Text("Measure with two real steps", "用两个真实训练步实测")
MEASURING = Text(
    "Two steps are being trained to measure the memory ...",
    "正在训练两步以实测内存……",
)
NOT_MEASURED = Text(
    "The two steps did not get to their end; the Train tab says why.",
    "这两步没有训练完；原因见“训练”页。",
)


def build(page: Page, card: gr.Dropdown, here: str) -> None:
    """A button that measures, where this machine is the card, and how that goes.

    ``here`` is the value of ``card`` that stands for this machine.
    """
    with gr.Row():
        measure = partial(measure_on_press, page)
        button = page.button(MEASURE, "measure-memory", measure)
    page.watch_chosen(button, [card], lambda *seen: gr.update(visible=seen[-1] == here))
    page.html(measuring_now, elem_id="measuring")


def measure_on_press(page: Page, recipe: Recipe) -> None:
    """Train two steps, of which the peak is kept."""
    refuse_unanswered(page.studio.draft)
    recipe = ready(measuring(recipe), page.kernel.runs)
    jobs.start_run(page.kernel, recipe, upto="train")


def measuring_now(page: Page, view: View) -> Markup:
    """How the measuring goes, as long as it is the last that was run."""
    if view.kernel.run is None or not is_measuring(view.kernel.run):
        return Markup("")
    if view.kernel.word == "busy":
        return Markup('<p class="quiet" role="status">{}</p>').format(
            page.say(MEASURING)
        )
    ended = runs.status_of(view.history) if view.run == view.kernel.run else "finished"
    if ended in ("failed", "stopped"):
        return problem_card(page.say(NOT_MEASURED))
    return Markup("")
