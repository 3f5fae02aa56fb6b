"""Why a model ran on when it was asked, as a sentence."""

from dataclasses import replace

import pytest

from webui.diagnosis.observations import observations
from webui.recipe import Recipe
from webui.runs.events import Stops
from webui.runs.stops import runs_on

RAN_ON = Stops(itself=False, tokens=30, expected=7, learned=True, chance=0.02)


@pytest.mark.parametrize("itself", [True, None])
def test_nothing_is_said_where_it_stopped_or_nobody_saw(
    itself: bool | None,
) -> None:
    assert runs_on(replace(RAN_ON, itself=itself)) is None
    assert runs_on(None) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, "a chance of 2%, so it was trained too briefly"),
        ({"learned": False}, "no end token is among what it learns there"),
        ({"chance": 0.9}, "it would stop (a chance of 90%)"),
        ({"chance": None}, "a chance of 0%"),
    ],
)
def test_the_reason_is_told(more: dict, why: str) -> None:
    told = runs_on(replace(RAN_ON, **more))
    assert told and why in told.en and "30 tokens" in told.en
    assert told.zh.endswith("。") and "30" in told.zh


def test_it_is_observed_in_the_run() -> None:
    [found] = observations([RAN_ON], Recipe())
    assert found.kind == "never_stops" and found.text == runs_on(RAN_ON)
    assert not observations([replace(RAN_ON, itself=True)], Recipe())
