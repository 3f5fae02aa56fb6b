"""What the Train tab says of a run that does not train: not yet, or no more."""

from html import unescape
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
from webui.page.tabs.compare import COMING, NO_RUN, NO_SCORE, last_answer, scores
from webui.page.tabs.train_figures import BEFORE, EMPTY, draw_progress, ended_kernel
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import events, folder
from webui.runs import scores as scoring
from webui.runs.summary import write_summary

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


def test_compare_and_score_say_what_will_stand_there(page: Page) -> None:
    """Nothing is trained; then something is; then the base has answered nothing."""
    boxes = [last_answer(page, pane, page.view())["value"] for pane in (0, 1)]
    assert all(NO_RUN.en in each for each in (*boxes, scores(page, page.view())))
    run = started()
    (run / "adapter").mkdir()
    (run / "adapter" / "adapter_config.json").write_text("{}")
    boxes = [last_answer(page, pane, page.view())["value"] for pane in (0, 1)]
    for words, box in zip(COMING, boxes, strict=True):
        assert words.en in unescape(box)
    assert NO_SCORE.en in scores(page, page.view())
    one = scoring.Score("tuned", "exact_match", 0.5, None, 10)
    events.append(run, events.Scored(scores=[one]))
    assert "50.0%" in scores(page, page.view())


@pytest.mark.parametrize("step", [1.0, 2.5])
def test_one_figure_for_tokens_per_second(page: Page, step: float) -> None:
    """That of the whole training, which the summary has as well."""
    run = started()
    events.append(run, events.Begun(max_steps=3, time=100.0))
    for number in (1, 2, 3):
        logs = {"loss": 1.0, "num_tokens": 100.0 * number}
        rate, at = 5000.0, 100.0 + step * number
        events.append(
            run, events.Step(step=number, logs=logs, tokens_per_second=rate, time=at)
        )
    told = draw_progress(page, page.view())
    write_summary(run, "finished")
    rate = folder.read_run(run).summary["tokens_per_second"]
    assert rate == 100 / step and f">{rate:.4g}<" in told and "5000" not in told
