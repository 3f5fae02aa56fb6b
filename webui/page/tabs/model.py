"""Tab Model: which base model, in which precision."""

import gradio as gr

from webui.kernel import jobs
from webui.page.cell import cell, code_and_output
from webui.page.frame import Page
from webui.page.language import RUN
from webui.recipe.field import Text

TITLE = Text("Model", "模型")
SENTENCE = Text(
    "The base model. It stays as it is; only a small adapter on top of it will learn.",
    "基座模型。它保持不变,只有加在上面的小适配器会学习。",
)


def build(page: Page) -> None:
    """The model cell, with the setup cell that it needs."""
    with cell(page, "model", 2, TITLE, SENTENCE):
        page.field("model.name")
        with gr.Row():
            page.field("model.precision")
            page.field("model.max_seq_length")
        run = gr.Button(page.say(RUN), elem_id="run-model", size="sm")
        code_and_output(page, "setup", "model")
    page.when_pressed(run, lambda recipe: jobs.start_cells(recipe, "model"))
