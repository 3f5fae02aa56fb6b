"""Tab Data: which rows, and how each will be trained on."""

import hashlib
import shutil
from pathlib import Path

import gradio as gr
from markupsafe import Markup

from webui.figures import whole
from webui.kernel import jobs
from webui.page.cell import cell, code_and_output
from webui.page.frame import Page
from webui.page.language import MORE, RUN, WAIT
from webui.page.studio import View
from webui.page.tables import problem_card, table
from webui.planner.errors import PlannerError
from webui.planner.preview import PreviewRow
from webui.planner.ready import ready
from webui.planner.rows import check_rows, read_rows
from webui.recipe.field import Text
from webui.settings import data_folder

TITLE = Text("Data", "数据")
SENTENCE = Text(
    "Rows of questions and answers. See them here as the model will see them.",
    "问答数据。这里看到的就是模型将要看到的样子。",
)
UPLOAD = Text(
    "Upload training rows (JSON, JSONL or CSV)", "上传训练数据(JSON、JSONL 或 CSV)"
)
FIRST_ROW = Text("First row to show", "从第几行开始显示")
NO_FILE = Text(
    "No training file yet: upload one, or open the starter recipe.",
    "还没有训练文件:请上传,或打开入门配方。",
)
LEGEND = Text(
    "underlined: trained on · grey: hidden from the loss",
    "下划线:参与训练 · 灰色:不计入损失",
)
SHOWN_ROWS = 3


def build(page: Page) -> None:
    """The data cell: upload, form, the file as a table, the rows as tokens."""
    with cell(page, "data", 3, TITLE, SENTENCE):
        upload = gr.File(
            label=page.say(UPLOAD),
            file_types=[".json", ".jsonl", ".csv"],
            elem_id="upload",
            height=110,
        )
        with gr.Row():
            page.field("data.train_file")
            page.field("data.heldout_file")
        with gr.Row():
            page.field("data.format")
            page.field("data.heldout_fraction")
        with gr.Accordion(page.say(MORE), open=False):
            page.field("data.system_prompt")
            page.field("data.train_on")
        page.html(lambda view: raw_rows(page, view))
        first = gr.Number(
            1, label=page.say(FIRST_ROW), precision=0, minimum=1, elem_id="first-row"
        )
        rendered = gr.HTML(min_height=180, elem_id="rendered-rows")
        run = gr.Button(page.say(RUN), elem_id="run-data", size="sm")
        code_and_output(page, "data")
    page.when_pressed(run, lambda recipe: jobs.start_cells(ready(recipe), "data"))
    page.when_uploaded(upload, lambda file: take_upload(page, Path(file)))
    page.watch_chosen(rendered, first, lambda view, row: rendered_rows(page, view, row))


def take_upload(page: Page, file: Path) -> None:
    """Keep an uploaded file, see which format it has, and make it the training file."""
    rows = read_rows(file)
    if rows.format is not None:
        check_rows(rows, rows.format)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    kept = data_folder() / f"{file.stem[:60]}-{digest}{file.suffix.lower()}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    temporary = kept.with_name(f".{kept.name}")
    shutil.copyfile(file, temporary)
    temporary.replace(kept)
    draft = page.studio.draft
    draft.commit("data.heldout_file", "")
    draft.commit("data.train_file", str(kept))
    if rows.format is not None:
        draft.commit("data.format", rows.format)


def raw_rows(page: Page, view: View) -> Markup:
    """The first rows of the file as they are."""
    file = view.recipe.data.train_file
    if not file:
        return Markup('<p class="card">{}</p>').format(page.say(NO_FILE))
    try:
        rows = read_rows(Path(file), limit=SHOWN_ROWS)
        check_rows(rows, view.recipe.data.format)
    except PlannerError as error:
        return problem_card(page.say(error.text))
    cells = [
        [str(row.get(name, ""))[:300] for name in rows.columns] for row in rows.rows
    ]
    return table(rows.columns[:12], [row[:12] for row in cells])


def rendered_rows(page: Page, view: View, first: float | None) -> Markup:
    """Some rows as tokens, each told as trained on or hidden."""
    if not view.recipe.data.train_file:
        return Markup("")
    answer = view.preview(max(int(first or 1) - 1, 0), SHOWN_ROWS)
    if answer is None:
        return Markup('<p class="quiet">{}</p>').format(page.say(WAIT))
    if isinstance(answer, PlannerError):
        return problem_card(page.say(answer.text))
    parts = [Markup('<p class="quiet">{}</p>').format(page.say(LEGEND))]
    parts += [problem_card(page.say(warning)) for warning in answer.warnings]
    parts += [rendered_row(page, row) for row in answer.rows]
    return Markup("").join(parts)


def rendered_row(page: Page, row: PreviewRow) -> Markup:
    """One row's tokens with its length and the share of trained ones."""
    unit = Text(
        f"{whole(row.length)} tokens, {row.share:.0%} trained on",
        f"{whole(row.length)} 个 token,{row.share:.0%} 参与训练",
    )
    spans = Markup("").join(
        Markup('<span class="{}">{}</span>').format(
            "trained" if token.trained else "masked", token.text
        )
        for token in row.tokens
    )
    return Markup(
        '<div class="card"><div class="quiet">{}</div>'
        '<div class="tokens">{}</div></div>'
    ).format(page.say(unit), spans)
