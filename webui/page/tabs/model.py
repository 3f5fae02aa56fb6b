"""Tab Model: which base model, what is known of it, and in which precision."""

from functools import partial

import gradio as gr

from webui.kernel import jobs
from webui.page.cell import beside_code, cell, output_of
from webui.page.frame import Page
from webui.page.language import MORE, RUN
from webui.page.model import card, search, unpack
from webui.preflight.ready import model_ready
from webui.recipe import Recipe


def build(page: Page) -> None:
    """The model cell, with the setup cell that it needs."""
    with cell(page, "model", RUN, "run-model", partial(run_model, page)):
        with beside_code(page, "setup", "model"):
            choice(page)
            page.html(card.draw_facts, elem_id="about")
            unpack.build(page)
            trust(page)
            held(page)
            with gr.Accordion(page.say(MORE), open=False):
                page.place("model.revision")
        page.html(card.loading, elem_id="loading")
        output_of(page, "setup", "model")


def run_model(page: Page, recipe: Recipe) -> None:
    """Load the model, whatever the rows are."""
    jobs.start_cells(page.kernel, model_ready(recipe), "model", page.edits)


def choice(page: Page) -> None:
    """The model's name with suggestions, and a search."""
    page.field("model.name", lambda view: {"choices": search.suggestions(view)})
    search.build(page)


def trust(page: Page) -> None:
    """What could run the authors' programs: asked only where the model needs it."""
    page.html(partial(card.question, "code"), elem_id="trust")
    page.field(
        "model.trust_remote_code", lambda view: {"visible": card.is_asked(view, "code")}
    )
    page.html(partial(card.question, "pickles"), elem_id="pickles")
    page.field(
        "model.allow_pickle", lambda view: {"visible": card.is_asked(view, "pickles")}
    )


def held(page: Page) -> None:
    """How the weights are held in memory."""
    page.place("model.precision model.max_seq_length")
    page.place("model.quant_type model.double_quant model.compute_dtype")
