"""What moved is told in words, and what moved too little is said to teach nothing."""

from typing import Any

import pytest

from webui.diagnosis.observations import observations
from webui.recipe.store import loads
from webui.runs import events
from webui.runs.moving import FAINT, is_faint, moved_parts

ALL = {"moved": 84, "of": 84, "changed": 0.5, "rounded": None}


def told(**more: Any) -> list[str]:
    return [part.en for part in moved_parts(ALL | more)]


def test_a_training_that_learns_says_how_many_tensors_moved() -> None:
    assert told() == told(furthest=0.01) == ["84 of 84 tensors"]
    (words,) = moved_parts(ALL)
    assert words.zh == "84 / 84 个张量"


def test_what_was_rounded_away_is_said_of_the_weights_that_it_is_of() -> None:
    # Beside an adapter in fp32: all of the norm's updates, none of the adapter's.
    assert told(rounded=1.0)[1:] == [
        "100.0% of the updates of 16-bit weights rounded away"
    ]


@pytest.mark.parametrize(
    ("furthest", "faint"),
    [(0.0, True), (1e-20, True), (9e-8, True), (FAINT, False), (2e-5, False)],
)
def test_weights_that_hardly_moved_taught_nothing(furthest: float, faint: bool) -> None:
    assert is_faint({"furthest": furthest}) is faint
    assert any("nothing was learned" in part for part in told(furthest=furthest)) is (
        faint
    )
    history = [
        events.Begun(max_steps=3),
        events.Step(step=3, logs={"loss": 2.0}),
        events.Moved(step=3, **ALL, furthest=furthest),
    ]
    recipe = loads("", settings=["training.learning_rate=1e-20"])
    found = [each for each in observations(history, recipe) if each.kind == "faint"]
    assert bool(found) is faint
    if faint:
        assert found[0].change and found[0].change.values == {
            "training.learning_rate": 2e-4
        }
        assert found[0].text.zh != found[0].text.en


def test_older_runs_do_not_tell() -> None:
    assert not is_faint(ALL) and not is_faint({"furthest": None})
