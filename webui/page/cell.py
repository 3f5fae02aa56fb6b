"""A cell of the page: number and mark, title, a sentence, form, code and output."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import gradio as gr
from markupsafe import Markup

from webui.diagnosis import explain
from webui.figures import duration
from webui.kernel import jobs
from webui.notebook.cells import KINDS, number_of
from webui.notebook.cells.kind import CellKind
from webui.page import mending
from webui.page.code.pane import code_pane
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


@contextmanager
def cell(page: Page, name: str) -> Iterator:
    """A column that looks like a notebook cell; what is built inside is its form."""
    with gr.Column(elem_classes="cell", elem_id=f"cell-{name}"):
        page.html(partial(head, KINDS[name]))
        yield


def head(kind: CellKind, page: Page, view: View) -> Markup:
    """The line that says which cell this is and how it stands."""
    state, number = view.state(kind.name), number_of(kind.name)
    word: str | Markup = page.say(STATES[state])
    if state == "running":
        # The browser counts on, so that no redraw is needed for it.
        seconds = time.time() - view.kernel.cells[kind.name]["started"]
        word = Markup('{} · <span data-elapsed="{}">{}</span>').format(
            word, round(seconds), duration(seconds)
        )
    return Markup(
        '<div class="cell-head"><span class="number">[{}]</span>'
        '<span class="title" role="heading" aria-level="2">{}</span>'
        '<span class="state {}" role="status">{} {}</span></div>'
        '<p class="sentence">{}</p>'
    ).format(
        number,
        page.say(kind.title),
        state,
        MARKS[state],
        word,
        page.say(kind.sentence),
    )


def run_up_to(page: Page, name: str, recipe: Recipe) -> None:
    """Run what is stale up to a cell, once the recipe is ready to be trained."""
    jobs.start_cells(page.kernel, ready(recipe, page.kernel.runs), name)


def code_and_output(page: Page, *names: str) -> None:
    """The folded code of some cells, and below it what they put out."""
    with gr.Accordion(page.say(CODE), open=False) as fold:
        code_pane(page, *names)

    def lines(view: View) -> str:
        count = sum(len(view.cells[name].code.splitlines()) for name in names)
        told = Text(f"{CODE.en} ({count} lines)", f"{CODE.zh}（{count} 行）")
        return page.say(told)

    page.watch(fold, lambda view: gr.update(label=lines(view)))
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
        '<details class="output"{}><summary>{}</summary><pre>{}</pre></details>'
    ).format(Markup(" open") if opened else "", page.say(OUTPUT), text[-MAX_SHOWN:])
