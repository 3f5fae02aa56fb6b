"""What a person does with a cell's code by hand: save it, give it back to the form."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from webui.kernel import edited
from webui.notebook.edits import Edit, as_edited, titles_of
from webui.page.draft import EDITS, Draft, DraftError
from webui.page.edit import files as edit_files
from webui.text import Text, filled, same_in_both

if TYPE_CHECKING:
    from webui.page.frame import Seen

MEANWHILE = Text(
    "Another tab changed the code of {} meanwhile. Press again to put yours in its "
    "place; the other is kept: {}",
    "另一个标签页刚刚修改了“{}”的代码。再按一次将以你的代码替换；另一份已保存：{}",
)
GIVEN_BACK = Text(
    "Another tab gave {} back to the form meanwhile. Press again to use your code.",
    "另一个标签页刚刚将“{}”恢复为表单的代码。再按一次将使用你的代码。",
)


def save(
    draft: Draft, name: str, text: str, began: Edit | None, form: str
) -> Edit | None:
    """Make what was typed a cell's code; None where that is the form's.

    Args:
        draft: what it stands beside.
        name: the cell.
        text: what was typed.
        began: the edit that the typing began from; None for the form's code.
        form: the form's code at that time.

    Raises:
        DraftError: when another tab changed the cell's code meanwhile.
    """
    with draft.lock:
        now, edit = draft.edits.get(name), as_edited(text, form)
        if now == edit or (now and edit and now.code == edit.code):
            return now
        if now != began:
            raise DraftError(told_meanwhile(draft, name, now))
        hold(draft, name, edit)
        return edit


def hold(draft: Draft, name: str, edit: Edit | None) -> None:
    """Put an edit in a cell's place, or give the cell back to its form."""
    if edit and draft.home:
        edited.keep(draft.home, {name: edit})  # before it counts: there may be no room
    others = {n: e for n, e in draft.edits.items() if n != name}
    draft.hold(others | ({name: edit} if edit else {}))


def told_meanwhile(draft: Draft, name: str, now: Edit | None) -> Text:
    """That another tab changed a cell, and where its code is."""
    kept = edited.file_of(draft.home, name, now.code) if now and draft.home else ""
    text = MEANWHILE if now else GIVEN_BACK
    return filled(text, titles_of([name]), same_in_both(str(kept)))


def save_open(draft: Draft, seen: "Seen", texts: Mapping[str, str | None]) -> None:
    """Save what stands in a tab's open editors, as a start does with every field.

    Raises:
        DraftError: when another tab changed one of the cells meanwhile.
    """
    for name in [*seen.opened]:
        save_one(draft, seen, name, texts.get(name) or "")


def save_one(draft: Draft, seen: "Seen", name: str, text: str) -> None:
    """Save what a tab's editor of one cell holds; a second press wins over another tab.

    Raises:
        DraftError: when another tab changed the cell meanwhile.
    """
    began, form = seen.opened[name]
    with draft.lock:
        version = draft.version
        try:
            edit = save(draft, name, text, began, form)
        except DraftError:
            seen.opened[name] = draft.edits.get(name), form
            raise
        seen.opened[name] = edit, form
        if draft.version != version:
            seen.own[EDITS] = draft.version


def give_back(draft: Draft, seen: "Seen", name: str, typed: Edit | None) -> None:
    """Let the form make a cell's code again. Its own code is kept, and what stood in
    the editor; that is to be told."""
    with draft.lock:
        edit = draft.edits.get(name)
        if edit:
            hold(draft, name, None)
            seen.own[EDITS] = draft.version
        last = typed or edit
        if last and draft.home:
            edited.keep(draft.home, {name: last})
            draft.to_tell.append(edit_files.told_kept(draft.home, {name: last}))
