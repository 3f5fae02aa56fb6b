"""The rows as the source has them, and as tokens that are trained on or masked."""

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.errors import PlannerError
from webui.figures import whole
from webui.page.frame import Page
from webui.page.language import WAIT
from webui.page.number_box import PLAIN
from webui.page.tables import each, html_table, problem_card, quiet
from webui.page.view import View
from webui.recipe.numbers import read_number
from webui.rows.preview import Preview, PreviewRow, Token
from webui.text import Text

FIRST_ROW = Text("First row to show", "从第几行开始显示")
SHOW = Text("Show", "显示")
TOKENS, IDS, RAW = "tokens", "ids", "raw"
SHOWN = {
    TOKENS: Text("tokens", "token"),
    IDS: Text("tokens and ids", "token 与编号"),
    RAW: Text("rows as they are", "原始数据"),
}
LEGEND = Text(
    "underlined: trained on · grey: hidden from the loss",
    "下划线：参与训练 · 灰色：不计入损失",
)
STOPS, NOTE = Text("Stops the training", "会阻止训练"), Text("Note", "提示")
ACCEPTED = Text("Accepted by you", "你已接受")
STOPPED = Text(
    "Mend the rows or the settings, or tick “Train in spite of warnings” below.",
    "请修正数据或设置，或勾选下面的“忽略警告继续训练”。",
)
LEFT_OUT = Text(
    "{} of the first {} rows cannot be used and are left out",
    "前 {1} 条中有 {0} 条无法使用，已被排除",
)
SHOWN_ROWS = 3
MOST_ROWS = 10**12
NO_PLACE = Text(
    "First row to show: give a whole number, 1 or more.",
    "从第几行开始显示：请填写不小于 1 的整数。",
)
NO_MORE = Text("There are not so many rows.", "没有这么多条数据。")


def build(page: Page) -> None:
    """What is odd among the rows; a choice of rows, and below it the rows."""
    page.html(warned, elem_id="data-warnings")
    page.field("data.accept_warnings", lambda view: {"visible": may_be_accepted(view)})
    with gr.Column(elem_classes="part") as rows:
        build_rows(page)
    page.watch(rows, lambda view: gr.update(visible=view.is_readable))


def build_rows(page: Page) -> None:
    """The choice of rows, and the rows; those of before stay until new ones come."""
    with gr.Row(elem_id="choose-rows"):
        first = gr.Textbox(
            "1",
            label=page.say(FIRST_ROW),
            max_lines=1,
            elem_id="first-row",
            elem_classes=["number-box", "whole"],
            html_attributes=PLAIN,
        )
        shown = gr.Radio(
            [(page.say(text), name) for name, text in SHOWN.items()],
            value=TOKENS,
            label=page.say(SHOW),
            elem_id="show-as",
        )
    legend = gr.HTML(min_height=20, elem_id="rows-legend")
    rows = gr.HTML(min_height=180, elem_id="rendered-rows")
    for part, drawer in ((legend, describe_rows), (rows, draw_preview)):
        page.watch_chosen(part, [first, shown], drawer)


def first_rows(view: View) -> Preview | None:
    """The first rows, once they are known and where they can be used."""
    if not view.has_source:
        return None
    answer = view.preview(0, SHOWN_ROWS)
    return answer if isinstance(answer, Preview) else None


def may_be_accepted(view: View) -> bool:
    """Whether there is a warning to accept, or one was accepted."""
    if view.recipe.data.accept_warnings:
        return True
    answer = first_rows(view)
    stopped = answer is not None and any(w.blocks for w in answer.warnings)
    return stopped or bool(view.rows.stops)


def warned(page: Page, view: View) -> Any:
    """What only should be known, then what stops a training: its way out is below."""
    waiting = view.has_source and view.preview(0, SHOWN_ROWS) is None
    answer = first_rows(view)
    if answer is None:
        return gr.skip() if waiting else Markup("")
    accepted = view.recipe.data.accept_warnings
    # Of rows further on nothing is known but what gets lost of them.
    later = [Text(*told) for told in view.rows.stops]
    stops = [w.text for w in answer.warnings if w.blocks] or later
    cards = [*left_out(page, answer)]
    cards += [note_card(page, NOTE, w.text) for w in answer.warnings if not w.blocks]
    cards += [note_card(page, ACCEPTED, text) for text in stops if accepted]
    if stops and not accepted:
        cards.append(stop_card(page, stops))
    return Markup("").join(cards)


def stop_card(page: Page, texts: Sequence[Text]) -> Markup:
    """What stops a training before it starts, and the ways out."""
    lines = Markup("<br>").join(page.say(text) for text in texts)
    message = Markup("<b>{}</b><br>{}").format(page.say(STOPS), lines)
    return problem_card(message, page.say(STOPPED))


def note_card(page: Page, word: Text, text: Text) -> Markup:
    """Something to know that stops nothing."""
    return Markup(
        '<div class="card"><span class="warn">!</span> <b>{}</b> {}</div>'
    ).format(page.say(word), page.say(text))


def left_out(page: Page, answer: Preview) -> Iterator[Markup]:
    """How many rows cannot be used, and why."""
    if answer.rejected:
        reasons = each("<li>{}</li>", ((page.say(text),) for text in answer.reasons))
        head = page.say(LEFT_OUT).format(answer.rejected, answer.checked)
        yield Markup(
            '<details class="card"><summary><span class="warn">!</span> {}</summary>'
            "<ul>{}</ul></details>"
        ).format(head, reasons)


def first_shown(first: str | None) -> int | None:
    """The place of the row to begin with, from 0; None where that is no place."""
    number = read_number(first or "1", whole=True)
    known = isinstance(number, int) and 1 <= number <= MOST_ROWS
    return int(number) - 1 if known else None


def preview_rows(view: View, first: str | None) -> Any:
    """The rows from a chosen one on, a PlannerError, or None while they come."""
    place = first_shown(first)
    return PlannerError(NO_PLACE) if place is None else view.preview(place, SHOWN_ROWS)


def describe_rows(page: Page, view: View, first: str | None, how: str) -> Markup:
    """How to read the rows below, or that they are still being worked out."""
    if not view.has_source:
        return Markup("")
    answer = preview_rows(view, first)
    text = "" if how == RAW or isinstance(answer, PlannerError) else page.say(LEGEND)
    if answer is None:
        text = page.say(WAIT)
    return quiet(text)


def draw_preview(page: Page, view: View, first: str | None, how: str) -> Any:
    """Some rows, each token told as trained on or hidden."""
    if not view.has_source:
        return Markup("")
    answer = preview_rows(view, first)
    if answer is None:
        return gr.skip()
    if isinstance(answer, PlannerError):
        return problem_card(page.say(answer.text))
    if not answer.rows:
        return Markup('<p class="card">{}</p>').format(page.say(NO_MORE))
    if how == RAW:
        return html_table(answer.columns, answer.cells)
    rows = [rendered_row(page, row, with_ids=how == IDS) for row in answer.rows]
    return Markup("").join(rows)


def rendered_row(page: Page, row: PreviewRow, *, with_ids: bool) -> Markup:
    """One row's tokens with its length and the share of trained ones."""
    unit = Text(
        f"{row.place.en} · {whole(row.length)} tokens, {row.share:.0%} trained on",
        f"{row.place.zh} · {whole(row.length)} 个 token，{row.share:.0%} 参与训练",
    )
    spans = Markup("").join(span(token, with_ids=with_ids) for token in row.tokens)
    return Markup(
        '<div class="card"><div class="quiet">{}{}</div>'
        '<div class="tokens" tabindex="0">{}{}</div></div>'
    ).format(page.say(unit), cut(page, row), spans, more(page, row))


def cut(page: Page, row: PreviewRow) -> str:
    """That the row was cut, if it was."""
    if not row.truncated:
        return ""
    text = Text(f"cut from {whole(row.whole)}", f"由 {whole(row.whole)} 个截断")
    return f" · {page.say(text)}"


def more(page: Page, row: PreviewRow) -> str:
    """How many tokens are not shown, if some are not."""
    left = row.length - sum(len(token.ids) for token in row.tokens)
    text = Text(f" … and {whole(left)} more", f" …… 还有 {whole(left)} 个")
    return page.say(text) if left else ""


def span(token: Token, *, with_ids: bool) -> Markup:
    """A token, underlined where it is trained on; its ids on demand."""
    kind = "trained" if token.trained else "masked"
    ids = " ".join(map(str, token.ids))
    if with_ids:
        return Markup('<span class="{}">{}<sub>{}</sub></span>').format(
            kind, token.text, ids
        )
    return Markup('<span class="{}" title="{}">{}</span>').format(kind, ids, token.text)
