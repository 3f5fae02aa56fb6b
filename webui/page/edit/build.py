"""The button that opens a cell's code, the editor, and the way back to the form."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from webui.notebook.edits import as_edited, titles_of
from webui.page.edit import held
from webui.page.edit.marks import mark
from webui.page.frame import QUIET, Page, Seen
from webui.page.view import View
from webui.text import Text, filled, same_in_both

EDIT = Text("Edit this cell", "编辑此单元")
EDIT_ONE = Text("Edit {}", "编辑“{}”")
BACK = Text("Give it back to the form", "恢复为表单的代码")
BACK_ONE = Text("Give {} back to the form", "将“{}”恢复为表单的代码")
SAVE, DISCARD = Text("Save", "保存"), Text("Discard", "放弃修改")
CODE = Text("Code of {}", "“{}”的代码")
NO_ROOM = Text(
    "the code could not be kept ({}); free some space and press again.",
    "无法保存代码（{}）；请清理空间后再按一次。",
)

# Through the queue, which alone brings a sentence to the browser.
TELLING: dict[str, Any] = {
    "show_progress": "hidden",
    "trigger_mode": "once",
    "api_visibility": "private",
}


def build(page: Page, *names: str) -> None:
    """For each of these cells its mark, its buttons, an editor while it is open."""
    for name in names:
        page.html(partial(mark, name), elem_id=f"edited-{name}")
    with gr.Row(elem_classes="edit-tools"):
        tools = {name: build_buttons(page, name, len(names) == 1) for name in names}
    for name in names:
        build_editor(page, name, *tools[name])


def build_buttons(page: Page, name: str, alone: bool) -> tuple[gr.Button, gr.Button]:
    """What opens the editor, and what gives the cell back to its form."""
    title, words = titles_of([name]), (EDIT, BACK) if alone else (EDIT_ONE, BACK_ONE)
    edit, back = (filled(word, title) for word in words)
    opens = page.button(edit, f"edit-{name}")
    gives = page.button(back, f"give-back-{name}", shown=partial(is_edited, name))
    return opens, gives


def build_editor(page: Page, name: str, opens: gr.Button, gives: gr.Button) -> None:
    """The editor with its two buttons, in the page only while it is open."""
    label = page.say(CODE).format(page.say(titles_of([name])))
    with gr.Column(visible=False, elem_classes="edit-box") as box:
        editor = gr.Code(
            value="",
            language="python",
            interactive=True,
            label=label,
            elem_id=f"editor-{name}",
        )
        with gr.Row(elem_classes="edit-tools"):
            save = page.button(SAVE, f"save-{name}", variant="primary")
            discard = page.button(DISCARD, f"discard-{name}")
    page.editors[name] = editor
    for button, action in (
        (opens, partial(open_editor, page)),
        (gives, partial(give_back, page)),
        (save, partial(save_editor, page)),
        (discard, discard_editor),
    ):
        button.click(
            partial(action, name),
            [page.seen, editor],
            [page.seen, editor, box],
            **TELLING,
        ).then(*page.looks, **QUIET)


def is_edited(name: str, view: View) -> bool:
    """Whether a cell is edited by hand."""
    return view.cells[name].is_edited


# ---- what a press does: it returns what the tab has seen, the editor, its box


def open_editor(page: Page, name: str, seen: Seen | None, text: str | None) -> list:
    """Open the editor with the cell's code; one that is open stays as it is."""
    seen = seen or Seen()
    if name in seen.opened:
        return [seen, gr.skip(), gr.update(visible=True)]
    cell = page.view().cells[name]
    began = page.edits.get(name)
    seen.opened[name] = began, cell.form or cell.code
    return [seen, gr.update(value=cell.code), gr.update(visible=True)]


def closed(seen: Seen, name: str) -> list:
    """The editor away, and empty."""
    seen.opened.pop(name, None)
    return [seen, gr.update(value=""), gr.update(visible=False)]


def save_editor(page: Page, name: str, seen: Seen | None, text: str | None) -> list:
    """Make what was typed the cell's code. Where that cannot be, it stays open."""
    seen = seen or Seen()
    if name not in seen.opened:  # the server began anew meanwhile
        cell = page.view().cells[name]
        seen.opened[name] = page.edits.get(name), cell.form or cell.code
    saved = False
    with page.problems_told():
        with_room(lambda: held.save_one(page.studio.draft, seen, name, text or ""))
        saved = True
    return closed(seen, name) if saved else [seen, gr.skip(), gr.skip()]


def discard_editor(name: str, seen: Seen | None, text: str | None) -> list:
    """Leave the cell's code as it was."""
    return closed(seen or Seen(), name)


def give_back(page: Page, name: str, seen: Seen | None, text: str | None) -> list:
    """Let the form make the cell's code again; what was typed is kept in a file."""
    seen, draft = seen or Seen(), page.studio.draft
    typed = as_edited(text or "", seen.opened[name][1]) if name in seen.opened else None
    with page.problems_told():
        with_room(lambda: held.give_back(draft, seen, name, typed))
    return closed(seen, name)


def with_room(action: Callable[[], Any]) -> None:
    """Do what writes a file; a full disk is told."""
    try:
        action()
    except OSError as error:
        why = same_in_both(str(error.strerror))
        raise held.DraftError(filled(NO_ROOM, why)) from None
