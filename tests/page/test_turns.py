"""Tabs ask in turns: one as soon as it may, several apart from each other."""

import heapq
import itertools

import pytest

from webui.page.turns import APART, LATEST, Turns


def questions(tabs: int, soonest: float, seconds: float) -> list[float]:
    """When so many tabs ask that all begin within the first second."""
    now = 0.0
    turns = Turns(lambda: now)
    waiting = [number / tabs for number in range(tabs)]
    asked = []
    while waiting[0] < seconds:
        now = heapq.heappop(waiting)
        asked.append(now)
        heapq.heappush(waiting, now + turns.next(soonest))
    return asked


def test_one_tab_asks_as_soon_as_it_may() -> None:
    assert questions(1, 2, 20) == [float(second) for second in range(0, 20, 2)]


@pytest.mark.parametrize("tabs", [2, 3, 4])
def test_several_tabs_ask_apart(tabs: int) -> None:
    asked = questions(tabs, 2, 60)[2 * tabs :]
    gaps = [after - before for before, after in itertools.pairwise(asked)]
    assert gaps == pytest.approx([APART] * len(gaps))


def test_no_tab_waits_longer_than_the_longest_turn() -> None:
    assert len(questions(100, 2, 60)) >= 100 * 60 / LATEST
    assert Turns(lambda: 0.0).next(50) == LATEST
