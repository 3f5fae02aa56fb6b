"""What axe-core finds on the page, and what a keyboard and a narrow window reach."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from webui.kernel.kernel import this_kernel

from .walking import SECOND, go, open_page, set_field, wait_for

pytestmark = pytest.mark.browser
# The rules of WCAG 2.2, A and AA, and axe's own of good practice.
RULES = {"resultTypes": ["violations"]}
TABS = ("Model", "Data", "Parameters", "Train", "Sweep", "Compare", "Runs")
CHINESE = ("模型", "数据", "参数", "训练", "搜索", "对比", "运行记录")
RECORDED = Path(__file__).parents[1] / "data" / "runs" / "whole"
FOLDS = ".cell .label-wrap:not(.open), .cell details:not([open]) > summary"
OPENED = f"""document.querySelectorAll('{FOLDS}')
    .forEach((part) => part.checkVisibility() && part.click())"""
BOX = "input:not([type=radio]), label.selected"
DARK = "(dark) => document.body.classList.toggle('dark', dark)"


def found_by_axe(page: Any) -> list[str]:
    """Each violation of the shown tab: its rule, where it is, and why."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


# Between them, each width with each colour, in each language, before and after.
@pytest.mark.parametrize(
    ("path", "tabs", "before", "after"),
    [
        ("", TABS, (1400, False), (390, True)),
        ("zh", CHINESE, (1400, True), (390, False)),
    ],
)
def test_axe_finds_nothing_before_and_after_a_training(
    browser: Any,
    server: Any,
    path: str,
    tabs: tuple[str, ...],
    before: tuple[int, bool],
    after: tuple[int, bool],
) -> None:
    page = open_page(browser, server, path)
    problems = []
    for width, dark in (before, after):
        if (width, dark) == after:
            shutil.copytree(RECORDED, this_kernel().runs / "20260101-000000-whole")
            wait_for(lambda: "000000-whole" in page.inner_html("body"))
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(DARK, dark)
        for tab in tabs:
            go(page, tab)
            page.wait_for_timeout(SECOND)
            page.evaluate(OPENED)
            page.wait_for_timeout(SECOND / 2)
            look = f"{tab}, {width} px, {'dark' if dark else 'light'}"
            problems += [f"{look}: {each}" for each in found_by_axe(page)]
    assert problems == [], "\n".join(problems)


def test_a_refused_value_is_seen_and_said_at_its_field(
    browser: Any, server: Any
) -> None:
    page = open_page(browser, server)
    go(page, "Train")
    set_field(page, "training.learning_rate", "7")
    box = page.locator("#training-learning_rate input")
    wait_for(lambda: box.get_attribute("aria-invalid") == "true")
    described = page.locator(f"[id='{box.get_attribute('aria-describedby')}']")
    told = described.locator("strong")
    assert "✗" in told.inner_text() and "at most 1" in told.inner_text()
    assert int(told.evaluate("part => getComputedStyle(part).fontWeight")) >= 600
    set_field(page, "training.learning_rate", "0.5")
    wait_for(lambda: box.get_attribute("aria-invalid") is None)


def test_the_rest_of_a_help_opens_by_click_and_by_keyboard(
    browser: Any, server: Any
) -> None:
    page = open_page(browser, server)
    go(page, "Train")
    field = page.locator("#training-gradient_accumulation")
    rest = field.locator("details em")
    assert not rest.is_visible()
    field.locator("summary").click()
    assert rest.is_visible() and "same memory" in rest.inner_text()
    field.locator("summary").focus()
    page.keyboard.press("Enter")
    assert not rest.is_visible()


def test_fields_of_a_row_stand_on_one_line(browser: Any, server: Any) -> None:
    """Titles on one and boxes on one, though one help has a line more."""
    page = open_page(browser, server, viewport={"width": 1280, "height": 900})
    go(page, "Train")
    page.wait_for_selector("#training-schedule input")
    for pair in (
        ("training-duration", "training-steps"),
        ("training-batch_size", "training-gradient_accumulation"),
        ("training-learning_rate", "training-schedule"),
    ):
        titles, boxes = [], []
        for name in pair:
            field = page.locator(f"#{name}")
            titles.append(field.locator("[data-testid=block-info]").bounding_box())
            boxes.append(field.locator(BOX).last.bounding_box())
        assert abs(titles[0]["y"] - titles[1]["y"]) < 1, pair
        bottoms = [box["y"] + box["height"] for box in boxes]
        assert abs(bottoms[0] - bottoms[1]) < 2, pair


def test_a_phone_reaches_every_tab_and_nothing_is_cut_off(
    browser: Any, server: Any
) -> None:
    page = open_page(browser, server, viewport={"width": 390, "height": 800})
    for tab in TABS:
        go(page, tab)
        page.wait_for_timeout(SECOND / 4)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, tab


def test_gradios_own_words_are_chinese_on_the_chinese_page(
    browser: Any, server: Any
) -> None:
    page = open_page(browser, server, "zh", locale="en-US")
    assert page.evaluate("document.documentElement.lang").startswith("zh")
    go(page, "数据")
    wait_for(lambda: "拖放" in page.inner_text("#upload"))
    assert "Drop" not in page.inner_text("#upload")


def test_the_first_tab_stop_leads_to_the_open_cell(browser: Any, server: Any) -> None:
    page = open_page(browser, server)
    go(page, "Train")
    page.wait_for_selector("#cell-train", state="visible")
    page.evaluate("document.activeElement.blur()")
    page.locator(".skip").focus()
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "cell-train"
    page.keyboard.press("Tab")
    inside = "document.activeElement.closest('#cell-train') !== null"
    assert page.evaluate(inside)
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
