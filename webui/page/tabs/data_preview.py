"""The rows as the source has them, and as tokens that are trained on or masked."""

from collections.abc import Iterator

import gradio as gr
from markupsafe import Markup

from webui.figures import whole
from webui.page.frame import Page
from webui.page.language import WAIT
from webui.page.studio import View
from webui.page.tables import problem_card, table
from webui.planner.errors import PlannerError
from webui.planner.preview import Preview, PreviewRow, Token
from webui.recipe.field import Text

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
    "下划线:参与训练 · 灰色:不计入损失",
)
LEFT_OUT = Text("of the first {} rows, left out: {}", "前 {} 条中被排除:{}")
SHOWN_ROWS = 3


def build(page: Page) -> None:
    """A choice of rows, and below it the rows."""
    with gr.Row():
        first = gr.Number(
            1, label=page.say(FIRST_ROW), precision=0, minimum=1, elem_id="first-row"
        )
        shown = gr.Radio(
            [(page.say(text), name) for name, text in SHOWN.items()],
            value=TOKENS,
            label=page.say(SHOW),
            elem_id="show-as",
        )
    rows = gr.HTML(min_height=180, elem_id="rendered-rows")
    page.watch_chosen(
        rows, [first, shown], lambda view, row, how: drawn(page, view, row, how)
    )


def drawn(page: Page, view: View, first: float | None, how: str) -> Markup:
    """Some rows, each token told as trained on or hidden; warnings above them."""
    if not view.has_source:
        return Markup("")
    answer = view.preview(max(int(first or 1) - 1, 0), SHOWN_ROWS)
    if answer is None:
        return Markup('<p class="quiet">{}</p>').format(page.say(WAIT))
    if isinstance(answer, PlannerError):
        return problem_card(page.say(answer.text))
    parts = [*notes(page, answer)]
    if how == RAW:
        return Markup("").join([*parts, table(answer.columns, answer.cells)])
    parts.append(Markup('<p class="quiet">{}</p>').format(page.say(LEGEND)))
    parts += [rendered_row(page, row, with_ids=how == IDS) for row in answer.rows]
    return Markup("").join(parts)


def notes(page: Page, answer: Preview) -> Iterator[Markup]:
    """What is odd among the rows, and what was left out and why."""
    for warning in answer.warnings:
        card = problem_card if warning.blocks else note_card
        yield card(page.say(warning.text))
    if answer.rejected:
        reasons = Markup("<br>").join(page.say(text) for text in answer.reasons)
        head = page.say(LEFT_OUT).format(answer.checked, answer.rejected)
        yield note_card(head) + Markup('<p class="quiet">{}</p>').format(reasons)


def note_card(message: str) -> Markup:
    """A note that stops nothing."""
    return Markup('<div class="card"><span class="warn">!</span> {}</div>').format(
        message
    )


def rendered_row(page: Page, row: PreviewRow, *, with_ids: bool) -> Markup:
    """One row's tokens with its length and the share of trained ones."""
    unit = Text(
        f"{row.place.en} · {whole(row.length)} tokens, {row.share:.0%} trained on",
        f"{row.place.zh} · {whole(row.length)} 个 token,{row.share:.0%} 参与训练",
    )
    spans = Markup("").join(span(token, with_ids=with_ids) for token in row.tokens)
    return Markup(
        '<div class="card"><div class="quiet">{}{}</div>'
        '<div class="tokens">{}{}</div></div>'
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
