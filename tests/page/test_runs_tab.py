"""The Runs tab: a table that finds, sorts and marks, and nothing that is said harms."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from webui.files import write_json
from webui.kernel.kernel import this_kernel
from webui.notebook.render import Cell
from webui.page.runs import table
from webui.page.runs.difference import draw_table
from webui.page.runs.table import listing, turned
from webui.recipe.checks import check
from webui.runs import entries, events, folder, notes
from webui.runs.difference import Difference
from webui.text import Text

from .test_parameter_parts import CHINESE, ENGLISH
from .walking import HOSTILE, SECOND, go, open_page, wait_for

CELLS = [Cell("train", "x = 1", "k")]

COLUMNS = tuple(table.TITLES)[2:]


def new_runs(count: int) -> list[Path]:
    """Finished runs with figures, the newest last."""
    chance, made = random.Random(0), []
    for number in range(count):
        recipe = check({"name": f"r{number}", "training": {"seed": number}})
        run = folder.create(this_kernel().runs, recipe, CELLS, "run")
        named = run.with_name(f"20200101-{number:06}-r{number}")
        made.append(run.rename(named))
        figures = {"last_loss": chance.random(), "steps": number + 1}
        summary = {"status": "finished", "model": "m", "method": "lora", **figures}
        write_json(named / folder.SUMMARY, summary)
        events.append(named, events.Finished(status="finished"))
    return made


# ---- without a browser


@pytest.mark.usefixtures("tunebook_home")
def test_nothing_that_a_run_says_becomes_html() -> None:
    (run,) = new_runs(1)
    notes.change(run, this_kernel().notes, name=HOSTILE[:80], note=HOSTILE)
    odd = {"status": HOSTILE, "model": HOSTILE, "method": HOSTILE}
    write_json(run / folder.SUMMARY, odd)
    (run / events.FILE).unlink()
    for language in ("en", "zh"):
        html = listing(
            entries.list_entries(this_kernel().runs),
            language,
            order=HOSTILE,
            chosen=HOSTILE,
        )
        assert "<img" not in html and "<script" not in html and "&lt;img" in html


def test_no_value_of_a_recipe_becomes_html() -> None:
    found = [Difference("x", Text("x", "x"), HOSTILE, (HOSTILE, "y" * 9999))]
    for page in (ENGLISH, CHINESE):
        html = draw_table(page, found, (HOSTILE, HOSTILE))
        assert "<img" not in html and "<script" not in html and len(html) < 3000


@pytest.mark.usefixtures("tunebook_home")
def test_a_row_is_written_again_only_when_its_run_changed() -> None:
    first, _ = new_runs(2)
    before = [
        table.run_row(entry, "en", False, COLUMNS)
        for entry in entries.list_entries(this_kernel().runs)
    ]
    notes.change(first, this_kernel().notes, star=True)
    after = [
        table.run_row(entry, "en", False, COLUMNS)
        for entry in entries.list_entries(this_kernel().runs)
    ]
    assert [a is b for a, b in zip(before, after, strict=True)] == [True, False]
    assert 'aria-pressed="true"' in after[1] and "★" in after[1]


def test_a_title_sorts_as_one_looks_and_then_the_other_way() -> None:
    assert turned("last_loss", "-id") == "last_loss"
    assert turned("last_loss", "last_loss") == "-last_loss"
    assert turned("score", "last_loss") == "-score"
    assert turned("score", "-score") == "score"


def test_the_sorted_title_says_so() -> None:
    html = listing([], "en", order="-last_loss", chosen=None)
    assert html.count('aria-sort="descending"') == 1
    # The star and every title but this one, as far as they are shown.
    shown = len(table.TITLES) - len(table.MORE) + 1
    assert html.count('aria-sort="none"') == shown - 1


# ---- in a browser


@pytest.fixture
def server(own_server: Any) -> Any:
    """A server of each test's own."""
    return own_server


def names(page: Any) -> list[str]:
    return page.locator("#runs-table tbody .name").all_inner_texts()


def chosen(page: Any) -> str:
    return page.locator("#runs-chosen input").input_value()


def shown_name(page: Any) -> str:
    box = page.locator("#run-name").locator("input, textarea").first
    return box.input_value() if box.is_visible() else ""


def type_into(page: Any, box: str, text: str) -> None:
    page.locator(f"#{box}").locator("input, textarea").first.fill(text)


def test_runs_are_found_sorted_marked_and_named(browser: Any, server: Any) -> None:
    made = new_runs(120)
    losses = {run.name: folder.read_run(run).summary["last_loss"] for run in made}
    page = open_page(browser, server)
    go(page, "Runs")
    wait_for(lambda: len(names(page)) == 50 and names(page)[0] == made[-1].name)
    for shown in (100, 120):  # the second press has no other redraw to come with
        page.click("#runs-more")
        wait_for(lambda shown=shown: len(names(page)) == shown)

    page.click("#runs-table [data-value='last_loss']")
    lowest = sorted(losses, key=lambda name: losses[name])
    wait_for(lambda: names(page) == lowest)
    # The keyboard stays where it was, though the table is new.
    page.keyboard.press("Enter")
    wait_for(lambda: names(page) == lowest[::-1])

    best = made[0].with_name(lowest[-2])
    page.click(f"#runs-table .star[data-value='{best.name}']")
    wait_for(lambda: notes.read_notes(best).star)
    notes.change(best, this_kernel().notes, name="before")
    page.click(f"#runs-table .name[data-value='{best.name}']")
    wait_for(lambda: best.name in page.inner_text("#run-facts"))
    page.click("#run-about button")
    wait_for(lambda: shown_name(page) == "before")  # the fields are this run's now
    type_into(page, "run-name", f"🚀 {HOSTILE}"[:80])
    type_into(page, "run-note", HOSTILE)
    page.click("#save-about")
    wait_for(lambda: notes.read_notes(best).note == HOSTILE)
    wait_for(lambda: "🚀 <img" in page.inner_text("#run-facts"))
    assert "🚀 <img" in page.inner_text("#runs-table")
    assert page.title() == "Tunebook" and page.locator("main img").count() == 0

    page.locator("#runs-starred input").check()
    wait_for(lambda: len(names(page)) == 1 and names(page)[0].startswith("🚀"))
    page.locator("#runs-starred input").uncheck()
    type_into(page, "runs-words", "r7 finished")
    wait_for(lambda: len(names(page)) == 11)
    # What is chosen stays, though the table does not show it.
    assert best.name in page.inner_text("#run-facts")


def test_two_tabs_and_a_run_that_goes_while_it_is_shown(
    browser: Any, server: Any
) -> None:
    first, second, third = new_runs(3)
    notes.change(first, this_kernel().notes, name="the first")
    one, two = (open_page(browser, server) for _ in range(2))
    for page in (one, two):
        go(page, "Runs")
        wait_for(lambda page=page: len(names(page)) == 3)
        page.click(f"#runs-table .name[data-value='{first.name}']")
        page.click("#run-about button")
        wait_for(lambda page=page: shown_name(page) == "the first")

    type_into(two, "run-note", "of the second tab")
    type_into(one, "run-note", "of the first tab")
    one.click("#save-about")
    wait_for(lambda: notes.read_notes(first).note == "of the first tab")
    wait_for(lambda: "of the first tab" in two.inner_text("#runs-table"))
    two.click("#save-about")
    two.get_by_text("another tab changed the note").wait_for(timeout=20 * SECOND)
    assert notes.read_notes(first).note == "of the first tab"
    two.click("#save-about")
    wait_for(lambda: notes.read_notes(first).note == "of the second tab")

    # It asks about one run, and the list changes before the answer.
    one.click("#delete")
    wait_for(lambda: "delete the first with" in one.inner_text("#really-delete"))
    shutil.rmtree(third)
    wait_for(lambda: len(names(one)) == 2)
    one.click("#really-delete")
    wait_for(lambda: not first.exists())
    assert second.exists()
    wait_for(lambda: chosen(two) == second.name and names(two) == [second.name])
    shutil.rmtree(second)
    wait_for(lambda: "No run yet" in two.inner_text("#runs-table"))
    two.click("#reopen")
    two.get_by_text("choose a run first").wait_for(timeout=20 * SECOND)
