"""Tab Data: which rows, in which format, and how each will be trained on."""

from functools import partial
from pathlib import Path

import gradio as gr
from markupsafe import Markup

from webui.errors import PlannerError
from webui.page import fresh
from webui.page.cell import beside_code, cell, output_of, run_up_to
from webui.page.columns import bind_columns
from webui.page.frame import Page
from webui.page.language import COLON, MORE, RUN, WAIT
from webui.page.tables import problem_card, quiet
from webui.page.tabs import data_preview, data_report
from webui.page.tabs.split_picture import picture
from webui.page.uploads import use_files, use_text
from webui.page.view import View
from webui.recipe.formats import FORMATS
from webui.recipe.paths import value_at
from webui.rows.detection.found import offered
from webui.text import Text

UPLOAD = Text("Upload training rows", "上传训练数据")
PASTE = Text("Or paste rows", "或粘贴数据")
PASTE_HINT = Text(
    "JSON, JSONL, CSV with its header line, or plain text",
    "JSON、JSONL、带表头的 CSV 或纯文本",
)
USE_TEXT = Text("Use this text", "使用这段文本")
USE_FORMAT = Text("Use this format", "使用此格式")
NO_SOURCE = Text(
    "No training rows yet: upload a file, paste some, or open the starter recipe.",
    "还没有训练数据：请上传文件、粘贴内容，或打开入门配方。",
)
NO_DATASET = Text(
    "No training rows yet: name a data set, or choose files.",
    "还没有训练数据：请填写数据集名称，或改用文件。",
)
SURE = {
    "certain": Text("certain", "确定"),
    "likely": Text("likely", "很可能"),
    "guess": Text("a guess", "猜测"),
}
HUB = "hub"
RARE = (
    "data.system_prompt data.instruction",
    "data.label_names",
    "data.template data.train_on data.thoughts",
    "data.custom_template",
    "split.stratify_by split.group_by",
    "data.packing",
)
FOUND = Text("This looks like {} ({}): {}", "看起来是{}（{}）：{}")


def build(page: Page) -> None:
    """The data cell: the source, its format and split, the rows, the report."""
    with cell(page, "data", RUN, "run-data", partial(run_up_to, page, "data")):
        with beside_code(page, "data"):
            fresh.name_and_way_back(page)
            source(page)
            fresh.ask(page)
            found_card(page)
            page.field("data.format", lambda view: {"info": explained(page, view)})
            page.add_binding(bind_columns(page.language))
            split(page)
            picture(page)
            with gr.Accordion(page.say(MORE), open=False):
                page.place(*RARE)
        data_preview.build(page)
        data_report.build(page)
        output_of(page, "data")


def source(page: Page) -> None:
    """Where the rows come from: files, pasted text, or the hub."""
    page.field("data.source")
    with gr.Column(elem_classes="part") as brought:
        bring(page)
    page.watch(brought, lambda view: gr.update(visible=view.recipe.data.source != HUB))
    page.field("data.train_files")
    page.place("data.hub_dataset data.hub_config data.hub_split data.hub_revision")


def bring(page: Page) -> None:
    """Upload files, or paste rows."""
    upload = gr.File(
        label=page.say(UPLOAD), file_count="multiple", elem_id="upload", height=72
    )
    with gr.Accordion(page.say(PASTE), open=False, elem_id="paste"):
        pasted = gr.Textbox(
            lines=5,
            max_lines=14,
            show_label=False,
            placeholder=page.say(PASTE_HINT),
            elem_id="pasted",
        )
        take = partial(use_text, page.studio.draft)
        page.button(USE_TEXT, "use-text", take, [pasted], form=False)
    draft = page.studio.draft
    page.when_uploaded(upload, lambda files: use_files(draft, [*map(Path, files)]))


def found_card(page: Page) -> None:
    """What the source turned out to be, with a button where the recipe differs."""
    page.html(describe_source, min_height=44, elem_id="found")

    def take() -> None:
        seen = page.view().found
        if seen is not None and not isinstance(seen, PlannerError):
            page.studio.draft.commit_all(offered(seen))

    page.button(USE_FORMAT, "use-format", take, form=False, shown=differs)


def differs(view: View) -> bool:
    """Whether the recipe has another format or mapping than was detected."""
    seen = view.found
    if seen is None or isinstance(seen, PlannerError):
        return False
    return any(value_at(view.recipe, p) != v for p, v in offered(seen).items())


def describe_source(page: Page, view: View) -> Markup:
    """How the source is read, which format it has, how sure that is, and why."""
    if not view.has_source:
        missing = NO_DATASET if view.recipe.data.source == HUB else NO_SOURCE
        return Markup('<p class="card">{}</p>').format(page.say(missing))
    seen = view.found
    if seen is None:
        return quiet(page.say(WAIT))
    if isinstance(seen, PlannerError):
        return problem_card(page.say(seen.text))
    names = [Path(file).name for file in view.recipe.data.train_files]
    files = Markup("<br>").join(
        f"{name}{page.say(COLON)}{page.say(file.line)}"
        for name, file in zip(names, seen.files, strict=False)
    )
    head = Markup('<div class="quiet">{}</div>').format(files) if files else Markup("")
    if seen.detection is None:
        return head + (problem_card(page.say(seen.problem)) if seen.problem else "")
    title = FORMATS[seen.detection.format].title
    sentence = Markup(page.say(FOUND)).format(
        Markup("<b>{}</b>").format(page.say(title)),
        page.say(SURE[seen.detection.sure]),
        page.say(seen.detection.why),
    )
    return head + Markup("<p>{}</p>").format(sentence)


def explained(page: Page, view: View) -> str:
    """One sentence about the chosen format."""
    return page.say(FORMATS[view.recipe.data.format].help)


def split(page: Page) -> None:
    """Which rows are held out."""
    page.place(
        "split.by split.fraction split.count split.column split.value split.hub_split"
    )
    page.field("split.files")
