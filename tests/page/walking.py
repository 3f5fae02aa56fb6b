"""Steps that every walk through the page takes."""

import time
from collections.abc import Callable
from typing import Any

SECOND = 1000
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script>"


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> Any:
    """The first true answer of a condition; fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s")


def open_page(browser: Any, server: Any, path: str = "", **options: Any) -> Any:
    """A tab on the page, once its fields are there."""
    page = browser.new_page(**options)
    page.goto(f"{server.address}/{path}")
    page.wait_for_selector("#status .name")
    return page


def go(page: Any, tab: str) -> None:
    """Open a tab of the page."""
    page.get_by_role("tab", name=tab, exact=True).click()


def set_field(page: Any, path: str, value: str) -> None:
    """Type a value into a field and leave it."""
    box = page.locator(f"#{path.replace('.', '-')}").locator("input, textarea").first
    box.fill(value)
    box.press("Tab")
