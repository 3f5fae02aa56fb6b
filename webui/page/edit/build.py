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
SAVE, SAVE_ONE = Text("Save", "保存"), Text("Save {}", "保存“{}”")
DISCARD, DISCARD_ONE = Text("Discard", "放弃"), Text("Discard {}", "放弃“{}”")
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
    place = "by-hand-place"
    for name in names:
        page.html(partial(mark, name), elem_id=f"edited-{name}", elem_classes=place)
    with gr.Row(elem_classes="edit-tools"):
        tools = [build_buttons(page, name, len(names) == 1) for name in names]
    for name, buttons in zip(names, tools, strict=True):
        build_editor(page, name, *buttons)


def build_buttons(page: Page, name: str, alone: bool) -> tuple[gr.Button, ...]:
    """What opens the editor, saves, leaves it, and gives the cell back to its form."""
    title, words = titles_of([name]), (EDIT, SAVE, DISCARD, BACK)
    if not alone:
        words = EDIT_ONE, SAVE_ONE, DISCARD_ONE, BACK_ONE
    edit, save, discard, back = (filled(word, title) for word in words)
    return (
        page.button(edit, f"edit-{name}"),
        page.button(save, f"save-{name}", visible=False, variant="primary"),
        page.button(discard, f"discard-{name}", visible=False),
        page.button(back, f"give-back-{name}", shown=partial(is_edited, name)),
    )


def build_editor(page: Page, name: str, *buttons: gr.Button) -> None:
    """The editor of a cell, in the page only while it is open; what its buttons do."""
    editor = page.editors[name] = gr.Code(
        value="",
        language="python",
        interactive=True,
        label=page.say(CODE).format(page.say(titles_of([name]))),
        visible=False,
        elem_id=f"editor-{name}",
        elem_classes="code-editor",
    )
    shown = [page.seen, editor, *buttons[:-1]]
    actions = open_editor, save_editor, discard_editor, give_back
    for button, action in zip(buttons, actions, strict=True):
        act = partial(action, page, name)
        button.click(act, [page.seen, editor], shown, **TELLING).then(
            *page.looks, **QUIET
        )


def is_edited(name: str, view: View) -> bool:
    """Whether a cell is edited by hand."""
    return view.cells[name].is_edited


# ---- what a press does: it returns what the tab has seen, the editor, three buttons


def open_editor(page: Page, name: str, seen: Seen | None, text: str | None) -> list:
    """Open the editor with the cell's code; one that is open stays as it is."""
    seen = seen or Seen()
    if name in seen.opened:
        return unchanged(seen)
    cell = page.view().cells[name]
    began = page.edits.get(name)
    seen.opened[name] = began, cell.form or cell.code
    return [seen, gr.update(value=cell.code, visible=True), *visible(False, True, True)]


def closed(seen: Seen, name: str) -> list:
    """The editor away, and empty."""
    seen.opened.pop(name, None)
    return [seen, gr.update(value="", visible=False), *visible(True, False, False)]


def unchanged(seen: Seen) -> list:
    """The editor as it is."""
    return [seen, *[gr.skip()] * 4]


def visible(*shown: bool) -> list:
    """Whether to edit, to save, to discard is offered."""
    return [gr.update(visible=each) for each in shown]


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
    return closed(seen, name) if saved else unchanged(seen)


def discard_editor(page: Page, name: str, seen: Seen | None, text: str | None) -> list:
    """Leave the cell's code as it was."""
    return closed(seen or Seen(), name)


def give_back(page: Page, name: str, seen: Seen | None, text: str | None) -> list:
    """Let the form make the cell's code again; what was typed is kept in a file."""
    seen, draft = seen or Seen(), page.studio.draft
    cell = page.view().cells[name]
    form = seen.opened[name][1] if name in seen.opened else cell.form or cell.code
    typed, given = (as_edited(text, form) if text else None), False
    with page.problems_told():
        with_room(lambda: held.give_back(draft, seen, name, typed))
        given = True
    return closed(seen, name) if given else unchanged(seen)


def with_room(action: Callable[[], Any]) -> None:
    """Do what writes a file; a full disk is told."""
    try:
        action()
    except OSError as error:
        why = same_in_both(str(error.strerror))
        raise held.DraftError(filled(NO_ROOM, why)) from None
