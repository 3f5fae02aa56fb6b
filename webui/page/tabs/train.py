"""Tab Train: how long and how fast, and everything that shows while it runs."""

from functools import partial

import gradio as gr
from markupsafe import Markup

from webui.kernel import jobs
from webui.notebook.rows import Rows
from webui.page import mending, presets, waiting
from webui.page.cell import beside_code, cell, marked, output_of
from webui.page.curves import frame_of_curves
from webui.page.frame import Page
from webui.page.language import RUN
from webui.page.library_warnings import library_warnings
from webui.page.runs.files import kept_line
from webui.page.tabs.train_after import buttons_after
from webui.page.tabs.train_figures import changed_settings, draw_progress, ended_kernel
from webui.page.tabs.train_form import form
from webui.page.tabs.train_samples import samples
from webui.page.tabs.train_updates import coming_updates
from webui.page.view import View
from webui.page.waiting import run_title, start_or_wait
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.rows.prepare.learned import Overlap, held_out_learned, overlap
from webui.runs import learned_before
from webui.runs.events import LearnedBefore
from webui.text import Text

FROM_RUN = Text(
    "This training begins with the weights of {}; its optimizer and its schedule start "
    "anew. To begin with the base, empty “Trains on from” in Parameters.",
    "本次训练从 {} 的权重开始；优化器与学习率调度重新开始。"
    "若要从基座开始，请清空“参数”中的“接着训练”。",
)


def build(page: Page) -> None:
    """The train cell: form, figures, curves, answers, what took effect otherwise."""
    with cell(page, "train", RUN, "run-train", partial(train, page)) as run:
        with beside_code(page, "train"):
            page.html(parent, elem_id="train-parent")
            presets.build(page)
            form(page)
            page.html(coming_updates, elem_id="updates")
        waiting.build(page)
        page.html(draw_progress, elem_id="progress")
        buttons_after(page)
        page.html(kept_line, elem_id="kept")
        page.html(ended_kernel, elem_id="failure")
        mending.build(page)
        page.html(
            lambda page, view: library_warnings(page, view.history),
            elem_id="library-warnings",
        )
        gr.HTML(frame_of_curves(page), elem_id="curves-block")
        page.html(changed_settings)
        samples(page)
        output_of(page, "train")
    page.watch(run, run_title(page, marked(RUN)))


def parent(page: Page, view: View) -> Markup:
    """The run that the recipe trains on from, if it does."""
    name = view.recipe.adapter.from_run
    if not name:
        return Markup("")
    told = page.say(FROM_RUN).format(name)
    if isinstance(view.prepared, Rows):
        found = view.plan(
            overlap, (name, view.prepared.key), page.kernel.runs, view.prepared.key
        )
        if isinstance(found, Overlap) and found.heldout:
            told += f" split.by {page.say(held_out_learned(found, name))}"
        elif isinstance(found, Overlap) and found.watched:
            learned = LearnedBefore(
                watched=found.watched, of=found.of_watched, parent=name
            )
            told += f" {page.say(learned_before.told(learned))}"
    return Markup('<p class="card">{}</p>').format(told)


def train(page: Page, recipe: Recipe) -> None:
    """Begin a run that ends with the training, or let it wait for the kernel."""
    edits = page.edits  # those of the press: getting ready may take a while

    def start() -> None:
        able = ready(recipe, page.kernel.runs)
        jobs.start_run(page.kernel, able, upto="train", edits=edits)

    start_or_wait(page, start, recipe, upto="train")
