"""A cell of the page: its form and its code, side by side or one below the other."""

from typing import Any

import pytest

from webui.figures import duration
from webui.page.cell import took

from .walking import go, open_page

SIDE = """name => [...document.querySelectorAll(`#cell-${name} .${'SIDE'}-side`)]
  .map(e => e.getBoundingClientRect().toJSON())[0]"""


def place(page: Any, side: str, name: str = "data") -> dict[str, float]:
    """Where the form or the code of a cell stands on the screen."""
    return page.evaluate(SIDE.replace("SIDE", side), name)


def test_a_cell_tells_how_long_it_ran_and_nothing_where_that_is_not_known() -> None:
    ran = {"started": 100.0, "ended": 112.0}
    assert str(took("fresh", ran)) == f" · {duration(12)}"
    assert str(took("fresh", {})) == ""
    assert str(took("stale", ran)) == ""
    assert "data-elapsed" in took("running", {"started": 100.0})


@pytest.mark.browser
def test_code_stands_beside_its_form_and_stays_in_view(
    browser: Any, server: Any
) -> None:
    page = open_page(browser, server, viewport={"width": 1400, "height": 700})
    go(page, "Data")
    page.wait_for_selector("#cell-data .code-side")
    form, code = place(page, "form"), place(page, "code")
    assert code["left"] > form["right"] and abs(code["top"] - form["top"]) < 20
    page.mouse.move(400, 500)
    page.mouse.wheel(0, form["top"] + 300)
    page.wait_for_timeout(500)
    assert place(page, "form")["top"] < 0 <= place(page, "code")["top"] < 100


@pytest.mark.browser
def test_code_stands_below_on_a_phone_and_its_title_folds_it(
    browser: Any, server: Any
) -> None:
    page = open_page(browser, server, viewport={"width": 390, "height": 800})
    page.wait_for_selector("#cell-model .code-side")
    form, code = place(page, "form", "model"), place(page, "code", "model")
    assert code["top"] >= form["bottom"]
    title = page.locator("#cell-model .code-title button")
    heights = [code["height"]]
    for _ in range(2):
        title.click()
        page.wait_for_timeout(200)
        heights.append(place(page, "code", "model")["height"])
    assert heights[1] != heights[0] and heights[2] == heights[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
