"""Tabs ask in turns: one as soon as it may, several apart from each other."""

import heapq
import itertools

import pytest

from webui.page.turns import APART, LATEST, Turns


def questions(tabs: int, step: float, seconds: float) -> list[float]:
    """When so many tabs ask that all begin within the first second."""
    now = 0.0
    turns = Turns(lambda: now)
    waiting = [number / tabs for number in range(tabs)]
    asked = []
    while waiting[0] < seconds:
        now = heapq.heappop(waiting)
        asked.append(now)
        heapq.heappush(waiting, now + turns.next(step))
    return asked


def test_one_tab_asks_as_soon_as_it_may() -> None:
    assert questions(1, 0.1, 20) == [float(second) for second in range(0, 20, APART)]
    assert questions(1, 3.5, 14) == [0, 3.5, 7, 10.5]


@pytest.mark.parametrize("tabs", [2, 3])
def test_several_tabs_ask_apart(tabs: int) -> None:
    asked = questions(tabs, 0.1, 60)[2 * tabs :]
    gaps = [after - before for before, after in itertools.pairwise(asked)]
    assert gaps == pytest.approx([APART] * len(gaps))


def test_four_tabs_ask_each_at_the_latest_and_no_two_at_once() -> None:
    asked = questions(4, 0.1, 60)
    gaps = [after - before for before, after in itertools.pairwise(asked[8:])]
    assert min(gaps) > 0.5
    assert sum(gaps) / len(gaps) == pytest.approx(LATEST / 4, rel=0.05)


def test_no_tab_waits_longer_than_the_longest_turn() -> None:
    assert len(questions(100, 0.1, 60)) >= 100 * 60 / LATEST
    assert Turns(lambda: 0.0).next(50) == LATEST


def test_who_will_not_ask_again_takes_no_turn() -> None:
    turns = Turns(lambda: 100.0)
    for _ in range(5):
        assert turns.next(0.1, booked=False) == APART
    assert [turns.next(0.1) for _ in range(2)] == [APART, 2 * APART]
