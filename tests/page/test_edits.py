"""Editing a cell by hand: saved beside the draft, and never lost or silent."""

from pathlib import Path

import gradio as gr
import pytest

from webui.app import open_studio
from webui.kernel.edited import FOLDER
from webui.kernel.kernel import this_kernel
from webui.notebook.edits import Edit
from webui.page.draft import Draft, DraftError, titled
from webui.page.edit import build, files, held, marks
from webui.page.frame import Page, Seen
from webui.page.no_code import no_code
from webui.page.studio import Studio
from webui.recipe import Recipe
from webui.recipe.store import dumps

from .walking import HOSTILE

MINE = "trainer.train()  # mine"


@pytest.fixture
def home(tunebook_home: Path) -> Path:
    return tunebook_home


@pytest.fixture
def page(home: Path) -> Page:
    """A page with a draft that is kept, and the editor of one cell."""
    studio = Studio(this_kernel(), Draft(Recipe(), home / "draft.yaml"))
    with gr.Blocks():
        page = Page(studio, "en", gr.State(None), gr.Textbox())
        build.build(page, "train")
        return page


def opened(page: Page, seen: Seen | None = None) -> Seen:
    """A tab in which the editor is open."""
    seen = seen or Seen(page.studio.draft.version)
    build.open_editor(page, "train", seen, "")
    return seen


def form_of(page: Page) -> str:
    cell = page.view().cells["train"]
    return cell.form or cell.code


def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda text, **_: told.append(text))
    monkeypatch.setattr(gr, "Info", lambda text, **_: told.append(text))
    return told


def test_what_is_saved_is_the_cell_and_not_of_the_recipe(
    page: Page, home: Path
) -> None:
    form, seen = form_of(page), opened(page)
    assert page.view().state("train") == "new"
    build.save_editor(page, "train", seen, MINE)
    assert page.edits == {"train": Edit(MINE, form)}
    assert page.view().cells["train"].code == MINE
    assert seen.opened == {}
    assert "mine" not in dumps(page.studio.draft.recipe)
    assert "mine" not in (home / "draft.yaml").read_text()
    assert files.read(home / "draft.yaml") == page.edits


def test_a_new_start_has_it_again_unless_another_recipe_is_named(
    page: Page, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build.save_editor(page, "train", opened(page), MINE)
    assert open_studio(this_kernel(), None).draft.edits == page.edits
    (home / "other.yaml").write_text(dumps(Recipe(name="other")))
    assert open_studio(this_kernel(), home / "other.yaml").draft.edits == {}
    assert str(home / FOLDER) in capsys.readouterr().out


def test_a_start_saves_what_stands_in_an_open_editor(page: Page) -> None:
    seen = opened(page)
    page.commit_form(seen, [MINE])
    assert page.edits["train"].code == MINE
    page.commit_form(seen, [MINE])  # and again, which is no news
    page.commit_form(Seen(page.studio.draft.version), [""])  # in another tab
    assert page.edits["train"].code == MINE


def test_an_editor_that_was_only_looked_at_changes_nothing(page: Page) -> None:
    seen, form = opened(page), form_of(page)
    page.studio.draft.commit("training.learning_rate", 0.5)
    page.commit_form(seen, [form])
    assert page.edits == {}


def test_of_two_tabs_the_second_is_told_and_then_wins(
    page: Page, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = warned(monkeypatch)
    here, there = opened(page), opened(page)
    build.save_editor(page, "train", there, "theirs = 1")
    shown = build.save_editor(page, "train", here, MINE)
    assert "Another tab changed the code of Train" in told[0]
    assert page.edits["train"].code == "theirs = 1"
    assert "train" in here.opened and "value" not in shown[1]  # it stays open
    build.save_editor(page, "train", here, MINE)
    assert page.edits["train"].code == MINE
    assert "theirs = 1\n" in [f.read_text() for f in (home / FOLDER).iterdir()]


def test_a_start_beside_which_another_tab_edited_is_refused(page: Page) -> None:
    here = Seen(page.studio.draft.version)
    build.save_editor(page, "train", opened(page), MINE)
    with pytest.raises(DraftError, match="Another tab changed the code"):
        page.commit_form(here, [""])
    here.version = page.studio.draft.version  # once it has been drawn anew
    page.commit_form(here, [""])


def test_the_tab_that_edited_may_start_at_once(page: Page) -> None:
    seen = opened(page)
    build.save_editor(page, "train", seen, MINE)
    assert page.commit_form(seen, [""]) == page.studio.draft.recipe
    assert page.edits["train"].code == MINE


def test_given_back_it_is_the_forms_and_the_code_is_kept(
    page: Page, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, form = warned(monkeypatch), form_of(page)
    build.save_editor(page, "train", opened(page), MINE)
    seen = opened(page)
    build.give_back(page, "train", seen, f"{MINE}\nand_more = 1")
    assert page.edits == {} and page.view().cells["train"].code == form
    assert seen.opened == {}
    kept = {f.read_text() for f in (home / FOLDER).iterdir()}
    assert kept == {f"{MINE}\n", f"{MINE}\nand_more = 1\n"}
    assert str(home / FOLDER) in told[-1]
    assert files.read(home / "draft.yaml") == {}


def test_another_recipe_drops_it_and_says_where_it_is(
    page: Page, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = warned(monkeypatch)
    build.save_editor(page, "train", opened(page), MINE)
    with page.problems_told():
        page.studio.draft.replace(Recipe(name="other"))
    assert page.edits == {} and str(home / FOLDER / "train-") in told[-1]
    with page.problems_told():
        page.studio.draft.replace(Recipe(name="third"))
    assert len(told) == 1


def test_what_is_wrong_with_it_stands_at_the_cell(page: Page) -> None:
    build.save_editor(page, "train", opened(page), f"x = 1\ny = ( # {HOSTILE}")
    shown = str(marks.mark("train", page, page.view()))
    assert "Train, line 2" in shown
    assert "&lt;img" in shown and "<img" not in shown


def test_no_code_is_given_away_that_is_no_python(page: Page) -> None:
    build.save_editor(page, "train", opened(page), "x = (")
    told = [titled(problem).en for problem in no_code(page.view())]
    assert told[0].startswith("Train, line 1")
    build.save_editor(page, "train", opened(page), "x = 1")
    assert not [each for each in no_code(page.view()) if "line" in titled(each).en]


def test_the_mark_says_what_differs_and_that_the_form_moved(page: Page) -> None:
    view = page.view()
    assert not marks.mark("train", page, view)
    assert not marks.head_mark(page, view, "train")
    form = form_of(page)
    mine = form.replace("learning_rate=", "learning_rate=2 * ")
    build.save_editor(page, "train", opened(page), mine)
    shown = str(marks.mark("train", page, page.view()))
    assert "form: +1 −1<" in shown and "has changed since" not in shown
    assert "edited by hand" in marks.head_mark(page, page.view(), "train")
    assert "do not change it" in marks.fields_off(("train",), page, page.view())
    assert "not in the trials" in marks.fields_off(("sweep",), page, page.view())
    page.studio.draft.commit("training.batch_size", 2)
    assert "has changed since" in marks.mark("train", page, page.view())
    assert page.view().cells["train"].code == mine


def test_nothing_is_lost_where_there_is_no_room(
    page: Page, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, seen = warned(monkeypatch), opened(page)
    (home / FOLDER).write_text("a file where the folder would be")
    shown = build.save_editor(page, "train", seen, MINE)
    assert "could not be kept" in told[0] and page.edits == {}
    assert "train" in seen.opened and "value" not in shown[1]


def test_an_editor_outlives_the_server(page: Page) -> None:
    build.save_editor(page, "train", None, MINE)
    assert page.edits["train"].code == MINE


def test_save_tells_nothing_of_a_cell_that_stays_the_forms(page: Page) -> None:
    version = page.studio.draft.version
    assert held.save(page.studio.draft, "train", "a = 1", None, "a = 1") is None
    assert page.studio.draft.version == version


def test_the_draft_of_before_comes_back_with_its_code(page: Page) -> None:
    build.save_editor(page, "train", opened(page), MINE)
    before = page.edits
    page.studio.draft.replace(Recipe(name="other"))
    assert page.edits == {}
    page.studio.draft.bring_back()
    assert page.edits == before
