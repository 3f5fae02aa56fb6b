"""The Train tab in Chromium: a replayed log of 100,000 steps, and an empty one."""

from pathlib import Path
from typing import Any

import pytest
from replayed import BEGIN, replayed_run, training, write

from .walking import HOSTILE, SECOND, go, open_page, wait_for

pytestmark = pytest.mark.browser

STEPS = 100_000


def chart(page: Any, name: str) -> str:
    """What a chart says of itself to who cannot see it."""
    return str(page.get_attribute(f"#chart-{name}", "aria-label") or "")


def drag(page: Any, name: str, begin: float, end: float) -> None:
    """Drag over a share of a chart's width."""
    page.locator(f"#chart-{name}").scroll_into_view_if_needed()
    box = page.locator(f"#chart-{name}").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=5)
    page.mouse.up()


def ticks(page: Any, name: str) -> list[str]:
    """What stands at a chart's axes."""
    return list(page.locator(f"#chart-{name} text").all_text_contents())


@pytest.fixture
def long_run(server: Any) -> Path:
    """A short run, and a later one of 100,000 steps with what a model said."""
    replayed_run(400, seed=2, every=50)
    run = replayed_run(STEPS, total=2 * STEPS, every=2000)
    for step, answer in ((0, "I live"), (STEPS, HOSTILE)):
        asked = [{"prompt": HOSTILE, "answer": answer}]
        write(
            run, [{"event": "sampled", "time": BEGIN, "step": step, "answers": asked}]
        )
    return run


def test_a_hundred_thousand_steps(long_run: Path, browser: Any, server: Any) -> None:
    page = browser.new_page()
    page.set_default_timeout(120 * SECOND)
    page.goto(server.address)
    page.wait_for_selector("#status .name")
    largest: list[int] = []

    def weigh(response: Any) -> None:
        if "/curves?" in response.url:
            largest.append(len(response.body()))

    page.on("response", weigh)
    go(page, "Train")
    wait_for(lambda: "steps 100,000" in chart(page, "loss"))
    assert "100,000 / 200,000" in page.inner_text("#progress")
    assert "evaluation" in chart(page, "loss")
    assert "mean of" in page.inner_text("#curves .controls")
    assert 5 < len(largest) < 30 and max(largest) <= 4096
    page.remove_listener("response", weigh)

    # An answer of the model is text, whatever it holds.
    assert "<script>" in page.inner_text("#samples")
    assert page.title() == "Tunebook"

    # Zoom shows the spike in detail, and stays while the training goes on.
    drag(page, "loss", 0.085, 0.095)
    wait_for(lambda: page.get_attribute("#curves", "data-zoom"))
    zoom = page.get_attribute("#curves", "data-zoom")
    write(long_run, list(training(STEPS + 1, STEPS + 40, 2 * STEPS)))
    wait_for(lambda: "100,040 / 200,000" in page.inner_text("#progress"))
    wait_for(lambda: "steps 100,040" in chart(page, "loss"))
    assert page.get_attribute("#curves", "data-zoom") == zoom
    page.reload()
    page.wait_for_selector("#status .name")
    go(page, "Train")
    wait_for(lambda: page.get_attribute("#curves", "data-zoom") == zoom)
    page.click("#curves-reset")
    wait_for(lambda: not page.get_attribute("#curves", "data-zoom"))

    # A logarithmic scale has other ticks, and stays too.
    wait_for(lambda: "steps 100,040" in chart(page, "loss"))
    before = ticks(page, "loss")
    page.check("#curves-log")
    wait_for(lambda: ticks(page, "loss") != before)

    # Another run over it, told by its name, colour and dashes.
    page.click("#curves summary")
    page.locator(".runs-over input").first.check()
    wait_for(lambda: page.locator("#curves .entry").count() == 2)
    wait_for(lambda: page.get_attribute("#curves", "data-rows").endswith(" 400"))
    dashes = page.locator("#chart-loss polyline.run-1").first
    assert dashes.get_attribute("stroke-dasharray")

    # The keyboard reads and zooms.
    page.focus("#chart-loss")
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: "Learning rate" in page.inner_text("#curves .readout"))
    page.keyboard.press("+")
    wait_for(lambda: page.get_attribute("#curves", "data-zoom"))
    page.keyboard.press("0")
    wait_for(lambda: not page.get_attribute("#curves", "data-zoom"))

    # The page still answers: another tab opens.
    go(page, "Compare")
    page.wait_for_selector("#ask")


def test_curves_begin_with_the_first_step(browser: Any, server: Any) -> None:
    page = open_page(browser, server)
    go(page, "Train")
    wait_for(lambda: "No run yet" in page.inner_text("#progress"))
    wait_for(lambda: page.locator("#curves figure:visible").count() == 0)
    replayed_run(30, total=60)
    wait_for(lambda: "steps 30" in chart(page, "loss"))
    assert page.locator("#curves figure:visible").count() == 5


def test_a_metric_that_nobody_declared_has_a_chart(browser: Any, server: Any) -> None:
    run = replayed_run(2, total=60)
    page = open_page(browser, server)
    go(page, "Train")
    wait_for(lambda: "steps 2" in chart(page, "loss"))
    told = list(training(3, 20, 60))
    for event in told:
        event["logs"]["reward_margin"] = event["step"] / 10
    write(run, told)
    wait_for(lambda: "reward_margin, 2 (steps 20)" in chart(page, "reward_margin"))
    assert page.locator("#curves figure:visible").count() == 6
    page.focus("#chart-reward_margin")
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: "reward_margin" in page.inner_text("#curves .readout"))
