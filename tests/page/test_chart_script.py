"""What the browser draws of a run: the strong line is true at its end, steps whole."""

from pathlib import Path
from typing import Any

import pytest

from webui.page.theme import FOLDER

CHECKS = Path(__file__).with_name("chart_checks.js")


@pytest.fixture
def blank(browser: Any) -> Any:
    """A page with the chart's script alone."""
    page = browser.new_page()
    page.set_content("<body></body>")
    for file in (FOLDER / "chart.js", CHECKS):
        page.add_script_tag(content=file.read_text(encoding="utf-8"))
    return page


@pytest.mark.parametrize("count", [1, 2, 7, 60, 400, 3000])
def test_the_strong_line_ends_where_the_figure_stands(blank: Any, count: int) -> None:
    strong, losses = blank.evaluate("(count) => strongLine(count)", count)
    assert strong[-1] == pytest.approx(losses[-1]) and len(strong) == count
    if count >= 60:  # and it is calmer than the steps are
        jumps = [abs(b - a) for a, b in zip(losses[20:], losses[21:], strict=False)]
        calm = [abs(b - a) for a, b in zip(strong[20:], strong[21:], strict=False)]
        assert sum(calm) < 0.7 * sum(jumps)


def test_it_is_the_mean_of_the_steps_around(blank: Any) -> None:
    far, apart = blank.evaluate("() => awayFromTheMean()")
    assert far == 7 and apart < 1e-9


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 40])
def test_steps_are_whole_and_a_single_one_is_seen(blank: Any, steps: int) -> None:
    texts, dots = blank.evaluate("(steps) => underTheAxis(steps)", steps)
    assert texts and all(text.replace(",", "").isdecimal() for text in texts), texts
    assert dots == (1 if steps == 1 else 0)
