"""A cell of the page: ▶ Run and how it stands, form beside code, output below them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.diagnosis import explain
from webui.figures import duration
from webui.kernel import jobs
from webui.notebook.cells import KINDS, number_of
from webui.notebook.cells.kind import CellKind
from webui.page import mending
from webui.page.code.pane import code_pane
from webui.page.edit import build as edit
from webui.page.edit.marks import fields_off, head_mark
from webui.page.frame import Page
from webui.page.language import MARKS, STATES
from webui.page.mending import failure_of
from webui.page.tables import problem_card
from webui.page.view import View
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recorder.outputs import plain_text
from webui.runs.events import Failed
from webui.text import Text

CODE = Text("Code", "代码")
OUTPUT = Text("Output", "输出")
MAX_SHOWN = 20_000
# So many lines stand open where the code is below its form; more are folded.
OPEN_LINES = 30


@contextmanager
def cell(page: Page, name: str, run: Text, button: str, *press: Any) -> Iterator:
    """A notebook's cell: at its head the button that runs it, and how it stands.

    Args:
        page: the page that it stands on.
        name: the cell's name in the notebook.
        run: the word on the button.
        button: the button's name in the page.
        press: what a press does, and the components whose values it gets.

    Yields:
        the button.
    """
    with gr.Column(elem_classes="cell", elem_id=f"cell-{name}"):
        with gr.Row(elem_classes="cell-bar"):
            runs = page.button(marked(run), button, *press, size="md")
            page.html(partial(head, KINDS[name]), elem_classes="cell-head")
        yield runs


def marked(run: Text) -> Text:
    """The word on a button that runs a cell, behind a notebook's mark."""
    return Text(f"▶ {run.en}", f"▶ {run.zh}")


@contextmanager
def beside_code(page: Page, *names: str) -> Iterator:
    """The form of a cell, and beside it the code of some cells; below it where narrow.

    What is built inside is the form.
    """
    with gr.Row(elem_classes="sides"):
        with gr.Column(elem_classes="form-side"):
            page.html(partial(fields_off, names), elem_classes="by-hand-place")
            yield
        with gr.Column(elem_classes="code-side"):
            page.html(partial(code_title, names), elem_classes="code-title")
            edit.build(page, *names)
            code_pane(page, *names)


def head(kind: CellKind, page: Page, view: View) -> Markup:
    """The line that says which cell this is and how it stands."""
    state, number = view.state(kind.name), number_of(kind.name)
    return Markup(
        '<span class="number">[{}]</span>'
        '<span class="title" role="heading" aria-level="2">{}</span>'
        '<span class="state {}" role="status">{} {}{}</span>{}'
        '<p class="sentence">{}</p>'
    ).format(
        number,
        page.say(kind.title),
        state,
        MARKS[state],
        page.say(STATES[state]),
        took(state, view.kernel.cells.get(kind.name, {})),
        head_mark(page, view, kind.name),
        page.say(kind.sentence),
    )


def took(state: str, record: Mapping[str, Any]) -> Markup:
    """How long a cell has been running, or ran."""
    if state == "running":
        # The browser counts on, so that no redraw is needed for it.
        seconds = time.time() - record["started"]
        told = Markup('<span data-elapsed="{}">{}</span>')
        return Markup(" · ") + told.format(round(seconds), duration(seconds))
    if state == "fresh" and "ended" in record:
        return Markup(" · {}").format(duration(record["ended"] - record["started"]))
    return Markup("")


def run_up_to(page: Page, name: str, recipe: Recipe) -> None:
    """Run what is stale up to a cell, once the recipe is ready to be trained."""
    edits = page.edits  # those of the press: getting ready may take a while
    jobs.start_cells(page.kernel, ready(recipe, page.kernel.runs), name, edits)


def code_title(names: Sequence[str], page: Page, view: View) -> Markup:
    """How much code it is, as the button that folds it where it stands below."""
    count = sum(len(view.cells[name].code.splitlines()) for name in names)
    told = Text(f"{CODE.en} ({count} lines)", f"{CODE.zh}（{count} 行）")
    return Markup('<button type="button" data-long="{}">{}</button>').format(
        "yes" if count > OPEN_LINES else "no", page.say(told)
    )


def output_of(page: Page, *names: str) -> None:
    """What some cells put out, and the way out where one of them failed."""
    page.html(partial(output, names))
    mending.offer(page, *names)


def cell_failure(page: Page, failed: Failed) -> Markup:
    """What went wrong in a cell, or with the kernel, and what to do now."""
    diagnosis = explain(failed)
    return problem_card(page.say(diagnosis.what), page.say(diagnosis.next_step))


def output(names: tuple[str, ...], page: Page, view: View) -> Markup:
    """What the cells printed, folded; open where one of them failed."""
    records = [view.kernel.cells[n] for n in names if n in view.kernel.cells]
    told = Markup("").join(
        cell_failure(page, failed) for each in records if (failed := failure_of(each))
    )
    text = "".join(plain_text(record["outputs"]) for record in records).strip()
    if not text:
        return told
    opened = any(record["status"] == "failed" for record in records)
    return told + Markup(
        '<details class="output"{}><summary>{}</summary>'
        '<pre tabindex="0">{}</pre></details>'
    ).format(Markup(" open") if opened else "", page.say(OUTPUT), text[-MAX_SHOWN:])
