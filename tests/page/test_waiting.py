"""The queue on the page: what is drawn, and what a press does."""

from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest

from webui import settings
from webui.kernel import jobs, queue
from webui.kernel.kernel import this_kernel
from webui.kernel.process import BusyError
from webui.page import waiting
from webui.page.build import build_app
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.studio import Studio
from webui.page.tabs import train
from webui.recipe import Recipe
from webui.recipe.store import load
from webui.text import Text

from .walking import HOSTILE

pytestmark = pytest.mark.usefixtures("tunebook_home")


@pytest.fixture
def page() -> Page:
    """An English page on the default recipe."""
    with gr.Blocks():
        return Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )


def names(page: Page) -> list[str]:
    """The lines of the list."""
    return [label for label, _ in waiting.waiting_to_choose(page)["choices"]]


def test_nothing_is_shown_while_nothing_waits(page: Page) -> None:
    assert not waiting.anything(page, page.view())
    assert waiting.waiting_to_choose(page)["visible"] is False
    before = page.look()
    queue.add(this_kernel(), Recipe(name="first"), "run", "train")
    assert (
        waiting.anything(page, page.view())
        and waiting.waiting_to_choose(page)["visible"] is True
    )
    assert page.look() != before


def test_the_list_says_what_waits_and_follows_the_order(page: Page) -> None:
    queue.add(this_kernel(), Recipe(name="first"), "run", "train")
    second = queue.add(this_kernel(), Recipe(name="second"), "sweep")
    lines = names(page)
    assert lines[0].startswith("1. first · training · since ")
    assert lines[1].startswith("2. second · sweep · since ")
    # Nothing says which one is chosen: the tab keeps what it has.
    assert "value" not in waiting.waiting_to_choose(page)
    before = page.look()
    waiting.move_chosen(page, "up", second.id)
    assert names(page)[0].startswith("1. second")
    assert page.look() != before
    waiting.remove_chosen(page, second.id)
    waiting.remove_chosen(page, None)  # the only one is meant
    assert queue.waiting(this_kernel()) == []


def test_of_several_one_must_be_chosen(page: Page) -> None:
    for name in ("first", "second"):
        queue.add(this_kernel(), Recipe(name=name))
    for unknown in (None, "", "gone"):
        with pytest.raises(queue.QueueError, match="choose"):
            waiting.remove_chosen(page, unknown)
    assert len(queue.waiting(this_kernel())) == 2


def test_what_could_not_start_says_why_and_escaped(page: Page) -> None:
    entry = queue.add(this_kernel(), Recipe(name="first"))
    told = Text(f"no file {HOSTILE}", f"没有 {HOSTILE}")
    waiting.queue.queue_files.write_entry(
        waiting.queue.replace(entry, reason=told, tried=1.0), entry.file
    )
    (this_kernel().queue / "0000-x.yaml").write_text("recipe: [")
    drawn = str(waiting.troubles(page, page.view()))
    assert "first could not start" in drawn and "0000-x.yaml" in drawn
    assert "<img" not in drawn and "&lt;img" in drawn


def test_a_press_while_busy_waits_and_says_where(
    page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here; `make starter` fetches it")
    starter = load(settings.shipped_recipes() / "starter-extract.yaml")
    with jobs.lock(this_kernel()):  # as another start holds it
        for name in ("first", "second"):
            train.train(page, starter.model_copy(update={"name": name}))
    # What Gradio would tell a browser, it prints where there is none.
    assert capsys.readouterr().out.splitlines() == [
        "The kernel is busy: this waits as number 1.",
        "The kernel is busy: this waits as number 2.",
    ]
    first, _ = queue.waiting(this_kernel())
    assert (first.kind, first.upto) == ("run", "train")
    assert page.studio.again is None

    def refused() -> None:
        raise jobs.KernelError(Text("no", "no"))

    with pytest.raises(jobs.KernelError):
        waiting.start_or_wait(page, refused, Recipe())
    assert len(queue.waiting(this_kernel())) == 2


def test_the_same_waits_twice_only_when_it_is_asked_to(
    page: Page,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A double press, or one in two tabs, is one entry; a word adds another."""

    def busy() -> None:
        raise BusyError(Text("busy", "正忙"))

    warned: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda text, **_: warned.append(text))
    recipe, other = Recipe(name="first"), Recipe(name="other")
    before = page.look()
    with ThreadPoolExecutor(4) as tabs:
        for _ in range(4):
            tabs.submit(waiting.start_or_wait, page, busy, recipe, "run", "train")
    assert len(queue.waiting(this_kernel())) == 1
    assert capsys.readouterr().out.count("waits as number 1") == 1
    told = page.say(waiting.WAITS_ALREADY).format(1)
    assert warned == [told] * 3
    assert page.look() != before and waiting.is_asked_again(page.view())
    waiting.add_again(page)
    waiting.add_again(page)
    assert len(queue.waiting(this_kernel())) == 2
    assert not waiting.is_asked_again(page.view())
    # Another recipe, kind or cell is another training.
    waiting.start_or_wait(page, busy, other, "run", "train")
    waiting.start_or_wait(page, busy, recipe, "sweep")
    waiting.start_or_wait(page, busy, recipe, "run", "score")
    assert len(queue.waiting(this_kernel())) == 5


def test_the_whole_page_holds_the_list_once_in_each_language() -> None:
    config = build_app(Studio(this_kernel(), Draft(Recipe()))).get_config_file()
    ids = [part["props"].get("elem_id") for part in config["components"]]
    assert ids.count("waiting") == ids.count("waiting-chosen") == 2
