"""A demo in Chromium: hostile models, a place in line, a proxy, a telephone."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from demo.conftest import demo_of

from webui.demo.limits import Limits, Question, Shown
from webui.demo.serve import Place, launch
from webui.text import Text

from .proxies import free_port, nginx

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script>"
LIMITS = Limits(at_once=5)


def hostile(
    question: Question, is_left: Callable[[], bool]
) -> Iterator[tuple[str, str]]:
    """A model that writes what would run."""
    yield "base", f"{HOSTILE}\n\ndata: {{}}\n\n"
    yield "tuned", HOSTILE + question.prompt
    yield "end", "done"


def wait_for(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def open_demo(browser: Any, address: str, **options: Any) -> Any:
    """A tab on a demo that fails at an error of its script or a request elsewhere."""
    page = browser.new_page(**options)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("request", lambda asked: note_elsewhere(page, asked.url))
    page.goto(address)
    page.wait_for_selector("#until:not(:empty)")
    return page


def note_elsewhere(page: Any, url: str) -> None:
    if not re.match(r"(data|blob):|http://127\.0\.0\.1:", url):
        page.troubles.append(url)


def ask(page: Any, prompt: str) -> None:
    page.fill("#compare-prompt textarea", prompt)
    page.click("#ask")


def test_what_a_model_writes_is_shown_and_never_run(browser: Any) -> None:
    with demo_of(hostile, LIMITS) as demo:
        page = open_demo(browser, demo.address)
        ask(page, HOSTILE)
        wait_for(lambda: HOSTILE in page.inner_text("#tuned-pane .answer"))
        assert HOSTILE in page.inner_text("#base-pane .answer")
        assert page.locator(".answer img, .answer script, #sentence b").count() == 0
        assert "<b>Ada</b>" in page.inner_text("#sentence")
        assert page.title() != "owned" and page.troubles == []
        wait_for(lambda: page.is_enabled("#ask"))
        ask(page, "")
        wait_for(lambda: "Write something" in page.inner_text("#told"))


def test_the_place_in_line_is_shown_and_stop_leaves_it(
    browser: Any,
) -> None:
    go = threading.Event()

    def slow(question: Question, is_left: Any) -> Iterator[tuple[str, str]]:
        yield "base", question.prompt
        while not go.wait(0.05) and not is_left():
            pass
        yield "end", "done"

    with demo_of(slow, LIMITS) as demo:
        pages = [
            open_demo(browser, f"{demo.address}{path}", locale=locale)
            for path, locale in (("/", "en"), ("/zh", "zh-CN"))
        ]
        ask(pages[0], "first")
        wait_for(lambda: "first" in pages[0].inner_text("#base-pane"))
        ask(pages[1], "second")
        wait_for(lambda: "前面还有 1 个提问" in pages[1].inner_text("#told"))
        assert pages[1].is_disabled("#ask")
        pages[0].click("#stop")
        wait_for(lambda: pages[0].inner_text("#told") == "Stopped.")
        wait_for(lambda: "second" in pages[1].inner_text("#base-pane"))
        go.set()
        wait_for(lambda: pages[1].is_enabled("#ask"))
        assert pages[0].troubles == pages[1].troubles == []


def test_below_a_path_of_a_proxy_on_a_telephone(
    browser: Any,
    tmp_path: Path,
) -> None:
    front = free_port()
    shown = Shown(Text("Hello.", "你好。"), LIMITS, time.time() + 3600)
    place = Place(root_path="/tools/demo")
    app, address = launch(hostile, place, LIMITS, shown)
    try:
        upstream = address.removesuffix("tools/demo/")
        with nginx(tmp_path / "nginx", front, "/tools/demo", upstream) as proxied:
            narrow = {"width": 390, "height": 844}
            page = open_demo(browser, proxied, viewport=narrow, locale="zh-CN")
            page.wait_for_url("**/tools/demo/zh")
            page.wait_for_selector("#until:not(:empty)")
            assert page.evaluate("document.documentElement.scrollWidth") == 390
            ask(page, "a")
            wait_for(lambda: "<script>" in page.inner_text("#tuned-pane"))
            base, tuned = (
                page.locator(f"#{name}-pane").bounding_box()
                for name in ("base", "tuned")
            )
            assert tuned["y"] >= base["y"] + base["height"]
            page.get_by_role("link", name="English").click()
            page.wait_for_url("**/tools/demo/")
            assert page.troubles == []
    finally:
        app.close(verbose=False)
