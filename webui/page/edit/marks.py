"""What says on the page that a cell was edited by hand, and how it differs."""

import difflib
from collections.abc import Iterator

from markupsafe import Markup

from webui.notebook.edits import problem_of, titles_of
from webui.page.frame import Page
from webui.page.tables import problem_card
from webui.page.view import View
from webui.text import Text

BY_HAND = Text("edited by hand", "已手动修改")
OF_CELL = Text("{}: edited by hand", "“{}”：已手动修改")
MOVED = Text(
    "The form has changed since; this cell still runs as you wrote it.",
    "此后表单已有改动；此单元仍按你的代码运行。",
)
DIFFERS = Text("What differs from the form: +{} −{}", "与表单的差异：+{} −{}")
FORM_MOVED = Text("What the form has changed since", "此后表单的改动")
FIELDS_OFF = Text(
    "The code of {} is edited by hand: these fields do not change it any more.",
    "“{}”的代码已手动修改：这些字段不再改变它。",
)
# What the page goes on to say by the form, though the cell does something else.
BY_FORM = {
    "model": Text(
        "What this page says of the model, its rows and its memory is by the form.",
        "本页关于模型、数据与内存的说明仍以表单为准。",
    ),
    "data": Text(
        "What this page says of rows (how many, held out, learned before) is by the "
        "form.",
        "本页关于数据的说明（条数、留出、已学过）仍以表单为准。",
    ),
    "adapter": Text(
        "Counts and memory on this page are by the form, and the loaded model is not "
        "held to them.",
        "本页的参数量与内存以表单为准，加载后的模型不再与之核对。",
    ),
    "train": Text(
        "Estimates on this page are by the form; what a training tells is what ran.",
        "本页的估算以表单为准；训练中显示的是实际运行的情况。",
    ),
    "compare": Text(
        "It asks what its code says. Where that ends in other lines, the answers stand "
        "below, under Output.",
        "它按代码提问。若结尾几行不同，回答显示在下方的“输出”中。",
    ),
}
NOT_IN_TRIALS = Text(
    "{} edited by hand: that is not in the trials, which train as the form says.",
    "“{}”已手动修改，但不用于搜索：各次试验按表单训练。",
)


def head_mark(page: Page, view: View, name: str) -> Markup:
    """A clear mark for a cell's head; nothing for the form's code."""
    if not view.cells[name].is_edited:
        return Markup("")
    return Markup('<span class="by-hand">✎ {}</span>').format(page.say(BY_HAND))


def fields_off(names: tuple[str, ...], page: Page, view: View) -> Markup:
    """Above the fields of some cells: that they do not change their code any more."""
    edited = [name for name in names if view.cells[name].is_edited]
    told = [page.say(FIELDS_OFF).format(page.say(titles_of(edited)))] if edited else []
    told += [page.say(BY_FORM[name]) for name in edited if name in BY_FORM]
    if "sweep" in names:
        others = [n for n in ("adapter", "train") if view.cells[n].is_edited]
        titles = page.say(titles_of(others))
        told += [page.say(NOT_IN_TRIALS).format(titles)] if others else []
    if not told:
        return Markup("")
    return Markup('<p class="by-hand-note by-hand-told" role="status">✎ {}</p>').format(
        " ".join(told)
    )


def mark(name: str, page: Page, view: View) -> Markup:
    """That a cell is edited by hand, what is wrong with its code, how it differs."""
    cell = view.cells[name]
    if not cell.is_edited:
        return Markup("")
    head = page.say(OF_CELL).format(page.say(titles_of([name])))
    parts = [Markup("<b>✎ {}</b>").format(head)]
    edit, problem = view.edits.get(name), problem_of(name, cell.code)
    moved = edit is not None and bool(edit.form) and edit.form != cell.form
    if moved:
        parts.append(Markup("<div>{}</div>").format(page.say(MOVED)))
    if problem:
        parts.append(Markup(problem_card(page.say(problem))))
    lines = [*changed_lines(cell.form, cell.code)]
    more, less = (sum(line[0] == sign for line in lines) for sign in "+-")
    parts.append(folded(page.say(DIFFERS).format(more, less), lines))
    if edit is not None and moved:
        since = [*changed_lines(edit.form, cell.form)]
        parts.append(folded(page.say(FORM_MOVED), since))
    return Markup(
        '<div class="by-hand-note by-hand-card" role="status">{}</div>'
    ).format(Markup("").join(parts))


def changed_lines(before: str, after: str) -> Iterator[str]:
    """The lines that differ, with those around them, each behind its sign."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=2
    )
    for number, line in enumerate(lines):
        if number > 1:  # behind the names of two files
            yield "⋯" if line.startswith("@@") else line or " "


KINDS = {"+": "more", "-": "less", "⋯": "gap"}


def folded(title: str, lines: list[str]) -> Markup:
    """Lines that differ, folded."""
    shown = Markup("\n").join(
        Markup('<span class="{}">{}</span>').format(KINDS.get(line[0], "same"), line)
        for line in lines
    )
    return Markup(
        '<details class="by-hand-diff"><summary>{}</summary><pre>{}</pre></details>'
    ).format(title, shown)
