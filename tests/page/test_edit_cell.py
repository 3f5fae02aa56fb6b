"""Edit this cell, in Chromium: typed, saved, run, told, and given back to the form."""

from typing import Any

import pytest
from runs_by_hand import MINE, run_with

from webui.kernel import jobs
from webui.kernel.kernel import this_kernel

from .walking import HOSTILE, SECOND, go, open_page, wait_for

pytestmark = pytest.mark.browser

EDITOR = "#editor-setup .cm-content"


def typed_first(page: Any, name: str, text: str) -> None:
    """Open a cell's editor and type before its first line."""
    page.click(f"#edit-{name}")
    page.locator(f"#editor-{name} .cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text(text)


def test_a_cell_is_edited_run_and_given_back(browser: Any, small_server: Any) -> None:
    problems: list[str] = []
    page = open_page(browser, small_server)
    page.set_default_timeout(120 * SECOND)
    page.on("pageerror", lambda error: problems.append(str(error)))
    assert page.locator(EDITOR).count() == 0  # there only while it is open
    typed_first(page, "setup", f"x = (  # {HOSTILE}\n")
    page.click("#run-model")  # what stands in the editor is what runs
    page.get_by_text("was never closed").first.wait_for()
    assert jobs.status(this_kernel()).word == "none"
    assert page.title() != "owned"

    page.locator(EDITOR).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("from unsloth import FastLanguageModel\n\nmine = 41 + 1")
    page.click("#save-setup")
    page.locator(EDITOR).wait_for(state="detached")
    wait_for(lambda: "never closed" not in page.inner_text("#edited-setup"))
    page.click("#run-model")
    wait_for(lambda: state_of("model") == "finished")
    assert "mine = 41 + 1" in jobs.status(this_kernel()).cells["setup"]["code"]

    page.reload()
    page.locator("#edited-setup .by-hand-card").wait_for()
    page.click("#give-back-setup")
    page.get_by_text("It is kept:").wait_for()
    page.locator("#edited-setup .by-hand-card").wait_for(state="detached")
    wait_for(lambda: "stale" in page.inner_text("#cell-model .cell-head"))
    kept = [file.read_text() for file in (small_server.home / "edits").iterdir()]
    assert any("mine = 41 + 1" in text for text in kept)
    assert problems == []


def state_of(name: str) -> str | None:
    """How a cell of the kernel stands."""
    return jobs.status(this_kernel()).cells.get(name, {}).get("status")


def test_discard_leaves_all_as_it_was(browser: Any, server: Any) -> None:
    page = open_page(browser, server)
    go(page, "Train")
    typed_first(page, "train", "x = 1\n")
    page.click("#discard-train")
    page.locator("#editor-train").wait_for(state="detached")
    assert page.locator("#edit-train").is_visible()
    typed_first(page, "train", "")
    assert "x = 1" not in page.inner_text("#editor-train")
    page.click("#save-train")  # nothing was changed: it is the form's still
    page.locator("#editor-train").wait_for(state="detached")
    assert page.locator(".by-hand-card").count() == 0


def test_a_run_with_code_by_hand_says_so_and_brings_it_back(
    browser: Any, server: Any
) -> None:
    run_with("mine", train=f"{MINE} {HOSTILE}")
    page = open_page(browser, server)
    go(page, "Runs")
    page.get_by_text("✎ edited by hand: Train").first.wait_for()
    page.click("#reopen")
    page.get_by_text("code edited by hand, which is now yours: Train").wait_for()
    go(page, "Train")
    page.locator("#edited-train .by-hand-card").wait_for()
    assert "edited by hand" in page.inner_text("#cell-train .cell-head")
    page.locator(".by-hand-diff summary").last.click()
    assert MINE in page.inner_text("#edited-train")
    assert page.title() != "owned"
