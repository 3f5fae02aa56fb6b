"""The code pane: the code of some cells as lines, each with its number."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

import gradio as gr
from markupsafe import Markup

from webui.notebook.cells import KINDS
from webui.page.code.highlight import coloured
from webui.page.frame import Page
from webui.page.language import Language
from webui.page.view import View
from webui.recipe.paths import FIELDS
from webui.text import Text

NAME = Text("Code of {}, {} lines", "{} 的代码，{} 行")
HOW = Text(
    "Arrow keys go from line to line, Enter goes to the field that decides a line.",
    "用方向键逐行移动，按 Enter 转到决定该行的字段。",
)
HINT = Text(
    "A click on a line leads to the field that decides it.",
    "点击一行，即可转到决定它的字段。",
)
COPY = Text("Copy", "复制")
COPY_ALL = Text("Copy all", "复制全部")
COPY_TIP = Text("Copy the code of this cell", "复制此单元的代码")
COPY_ALL_TIP = Text("Copy the whole script, all cells", "复制包含所有单元的完整脚本")
# What the browser says, by the names that its script knows.
WORDS = {
    "hint": HINT,
    "one": Text("1 line changed: {}", "1 行已更改：{}"),
    "some": Text("{n} lines changed: {}", "{n} 行已更改：{}"),
    "oneGone": Text("1 line went, before line {}", "第 {} 行之前删去 1 行"),
    "someGone": Text("{n} lines went, before line {}", "第 {} 行之前删去 {n} 行"),
    "nobody": Text("No field decides this line.", "没有字段决定这一行。"),
    "line": Text("Line {}: ", "第 {} 行："),
    "or": Text("also decided by ", "另由以下字段决定："),
    "hidden": Text(
        "“{}” is not shown as the other settings are.",
        "在其他设置的当前取值下，“{}”不显示。",
    ),
    "copied": Text("Copied", "已复制"),
    "press": Text("Press Ctrl+C to copy", "按 Ctrl+C 复制"),
    "failed": Text("The server does not answer.", "服务器没有响应。"),
    "close": Text("Close", "关闭"),
}
NOT_WRITTEN = Text(
    "These settings cannot be written as code: {} The code of before stands here.",
    "这些设置无法写成代码：{}这里显示的是之前的代码。",
)
REFUSED = Text(
    "“{}” was refused, so the code is that of its last good value.",
    "“{}”的取值未被接受，因此代码仍是上一个有效值的。",
)

Codes = Mapping[str, str]

PANE = Markup(
    '<div class="code-pane" data-pane="{name}" data-cells="{cells}" data-mark="{mark}"'
    ' data-words="{words}"><div class="code-bar">'
    '<span class="code-note">{hint}</span>'
    '<button type="button" class="code-copy" title="{tip}">{copy}</button>'
    '<button type="button" class="code-copy-all" title="{tip_all}">{copy_all}</button>'
    '</div>{problem}<div class="code-lines" role="group" tabindex="0"'
    ' aria-label="{label}" aria-describedby="code-how-{name}">{lines}</div>'
    '<p class="unseen" id="code-how-{name}">{how}</p>'
    '<p class="code-told" role="status" aria-live="polite"></p></div>'
)
LINE = Markup(
    '<div class="code-line" data-n="{0}"><span class="code-n" aria-hidden="true">{0}'
    "</span><code>{1}</code></div>"
)
PARTED = Markup('<div class="code-parted" aria-hidden="true"></div>')


def code_pane(page: Page, *names: str) -> gr.HTML:
    """Place the code of some cells here; it is sent as soon as a field changes it."""
    component = gr.HTML(
        elem_id=f"code-{names[-1]}",
        elem_classes="code-block",
        apply_default_css=False,
        js_on_load=None,
    )
    page.send_first(component, partial(draw_pane, names))
    return component


def shown_codes(view: View, names: Sequence[str]) -> Codes:
    """The code of some cells as the page shows it."""
    return {name: view.cells[name].code for name in names}


def draw_pane(names: tuple[str, ...], page: Page, view: View) -> Markup:
    """The pane; where a recipe cannot be written as code, that of before and why."""
    try:
        codes, problem = shown_codes(view, names), refused(page, view)
    except Exception as error:
        logging.getLogger("tunebook").exception("a recipe could not be written")
        if view.studio.rendered is None:
            raise
        last = view.studio.rendered[2]
        codes = {name: last[name].code for name in names}
        problem = page.say(NOT_WRITTEN).format(ended(str(error)))
    return drawn_pane(tuple(codes.items()), page.language, problem)


def refused(page: Page, view: View) -> str:
    """Which field's value is not in the code, because it was refused."""
    path = next(iter(view.studio.draft.problems), "")
    if path not in FIELDS:
        return ""
    return page.say(REFUSED).format(page.say(FIELDS[path].declaration.title))


def ended(reason: str) -> str:
    """The first line of what went wrong, as a sentence."""
    return (reason.strip().splitlines() or [""])[0][:200].rstrip(".") + ". "


def mark_of(codes: Codes) -> str:
    """A word for these codes, by which an answer about them is known to be theirs."""
    whole = "\n".join(codes.values())
    return hashlib.sha256(whole.encode("utf-8", "backslashreplace")).hexdigest()[:12]


@lru_cache(maxsize=64)
def drawn_pane(
    codes: tuple[tuple[str, str], ...], language: Language, problem: str
) -> Markup:
    """The HTML of a pane."""

    def say(text: Text) -> str:
        return text.zh if language == "zh" else text.en

    lines, count = drawn_lines(dict(codes))
    name = codes[-1][0]
    return PANE.format(
        name=name,
        cells=",".join(name for name, _ in codes),
        mark=mark_of(dict(codes)),
        words=json.dumps({key: say(text) for key, text in WORDS.items()}),
        label=say(NAME).format(say(KINDS[name].title), count),
        how=say(HOW),
        hint=say(HINT),
        copy=say(COPY),
        copy_all=say(COPY_ALL),
        tip=say(COPY_TIP),
        tip_all=say(COPY_ALL_TIP),
        problem=Markup('<p class="code-problem">{}</p>').format(problem)
        if problem
        else "",
        lines=lines,
    )


def drawn_lines(codes: Codes) -> tuple[Markup, int]:
    """The lines of all cells, counted through, with a small line between the cells."""
    html, number = Markup(""), 0
    for code in codes.values():
        html += PARTED if number else ""
        for line in coloured(code):
            number += 1
            html += LINE.format(number, line)
    return html, number
