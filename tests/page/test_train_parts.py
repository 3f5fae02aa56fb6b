"""What the Train tab says of a run that does not train: not yet, or no more."""

from pathlib import Path

import gradio as gr
import pytest
from cut_off import resume_and_die, save

from webui.kernel import closing
from webui.kernel.kernel import this_kernel
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.library_warnings import library_warnings
from webui.page.runs.one import warned_of
from webui.page.studio import Studio
from webui.page.tabs.train_figures import BEFORE, EMPTY, draw_progress, ended_kernel
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import events, folder

pytestmark = pytest.mark.usefixtures("tunebook_home")


@pytest.fixture
def page() -> Page:
    """A page without parts."""
    with gr.Blocks():
        return Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )


def started(*settings: str) -> Path:
    """A run that has only been started."""
    return folder.create(
        this_kernel().runs, loads("", name="cut-off", settings=settings), [], "run"
    )


def test_no_run_and_one_that_has_not_begun(page: Page) -> None:
    assert EMPTY.en in draw_progress(page, page.view())
    run = started()
    assert BEFORE.en in draw_progress(page, page.view())
    events.append(run, events.Begun(trial=None, max_steps=4, effective={}))
    assert "0 / 4" in draw_progress(page, page.view())


def test_a_run_that_resumed_too_often_says_that_it_waits(page: Page) -> None:
    run = started("training.auto_resume=true")
    save(run, 2)
    closing.close(run, "train", 137)
    for _ in range(3):
        assert "waits for you" not in ended_kernel(page, page.view())
        resume_and_die(run, 2)
    told = ended_kernel(page, page.view())
    assert "killed from outside" in told and "3 times from step 2" in told


def test_a_library_s_warning_is_shown_once_and_escaped(page: Page) -> None:
    run = started()
    assert not library_warnings(page, page.view().history)
    for library, message in (
        ("trl", "<script>alert(1)</script>"),
        ("trl", "<script>alert(1)</script>"),
        ("peft", "`x` is deprecated <i>"),
    ):
        events.append(run, events.Warned(library=library, message=message))
    shown = library_warnings(page, page.view().history)
    assert shown.count("&lt;script&gt;") == 1 and "<script>" not in shown
    assert "Harmless notices of the libraries (1)" in shown
    assert "deprecated &lt;i&gt;" in shown and "a later version" in shown
    assert warned_of(page, page.view(), run.name) == shown
    assert not warned_of(page, page.view(), "gone")
