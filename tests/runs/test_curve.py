"""Curves come in small pieces, lose no spike, and hear of a resume."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replayed import BEGIN, begun, replayed_run, resumed, training, write

from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs.curve import VALUES, Curve
from webui.runs.events import Evaluated, of_kind
from webui.runs.followed import Followed
from webui.runs.pace import Expected, Pace, expected

LOGGED = ("loss", "learning_rate", "grad_norm", "tokens_per_second", "memory")
NAMES = ("step", "epoch", "seconds", *LOGGED)


def names_of(curve: Curve) -> list[str]:
    """What the values of a row of several steps are."""
    names, ends = curve.described["names"], curve.described["ends"]
    return [*names, "count", *(f"{names[n]}.{end}" for end in ends for n in ends[end])]


def all_rows(curve: Curve, **part: float) -> list[dict[str, Any]]:
    """Every piece of a curve, as a browser that opens asks for them, by names."""
    found, known, more = [], 0, True
    while more:
        rows, known, more = curve.piece(known, **part)
        assert len(json.dumps(rows)) < 3500
        found += [dict(zip(names_of(curve), row, strict=False)) for row in rows]
    return found


def filled(steps: int) -> Curve:
    """A curve of so many steps with one spike."""
    curve = Curve()
    for step in range(1, steps + 1):
        values = {name: 0.123456789 * step for name in NAMES} | {"step": step}
        values["loss"] = 50.0 if step == steps // 3 else 1.0
        values["grad_norm"] = 90.0 if step == steps // 2 else 1.0
        curve.add_step(values)
    return curve


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9000))
def test_pieces_hold_every_step_once_and_every_spike(steps: int) -> None:
    rows = all_rows(filled(steps))
    assert sum(row.get("count", 1) for row in rows) == steps
    assert rows[-1]["step"] == steps
    assert [row["step"] for row in rows] == sorted({row["step"] for row in rows})
    for name, spike in (("loss", 50.0 if steps >= 3 else 1.0), ("grad_norm", 90.0)):
        highest = max(row.get(f"{name}.high", row[name]) for row in rows)
        assert highest == (spike if steps >= 2 else 1.0)


def test_a_hundred_thousand_steps_are_a_dozen_pieces() -> None:
    curve = filled(100_000)
    rows = all_rows(curve)
    assert len(rows) < 14 * VALUES // len(names_of(curve))
    (row,) = curve.piece(99_999)[0]
    assert row[0] == 100_000 and len(row) == len(NAMES)


def test_a_part_comes_in_detail() -> None:
    curve = filled(100_000)
    rows = all_rows(curve, first=33_300, last=33_400)
    assert [row["step"] for row in rows] == list(range(33_300, 33_401))
    assert rows[33]["loss"] == 50.0


def test_what_is_no_number_is_none() -> None:
    curve = Curve()
    for step in range(1, 1000):
        curve.add_step({"step": step, "loss": math.inf if step % 2 else 1.0})
    for row in all_rows(curve):
        assert row["epoch"] is None
    assert json.loads(json.dumps(all_rows(curve), allow_nan=False))


def test_a_resume_takes_back_what_comes_again(tunebook_home: Path) -> None:
    run = replayed_run(100, every=10)
    followed = Followed(run).look()
    generation = followed.curve.generation
    assert followed.curve.last_step == 100
    spent = followed.curve.steps["seconds"][59]
    write(run, [resumed(60, BEGIN + 5000)])
    assert followed.look().curve.last_step == 60
    assert followed.curve.generation > generation
    assert list(followed.curve.evaluations["step"]) == [10, 20, 30, 40, 50, 60]
    assert [e.step for e in of_kind(followed.history, Evaluated)][-1] == 60
    again = [e | {"time": e["time"] + 5000} for e in training(61, 100, 100, every=10)]
    write(run, again)
    assert followed.look().curve.last_step == 100
    assert list(followed.curve.steps["step"]) == list(range(1, 101))
    # The hour and a half in which nothing trained is not training time.
    assert followed.training and followed.training.seconds == pytest.approx(
        spent + 30 + 20, abs=2
    )
    assert followed.curve.steps["seconds"][60] > spent
    everything = Followed(run).look()
    assert everything.curve.generation == followed.curve.generation
    assert all_rows(everything.curve) == all_rows(followed.curve)


def test_odd_events_cost_only_themselves(tunebook_home: Path) -> None:
    run = replayed_run(5)
    odd = [
        {"event": "step", "time": "noon", "step": 6, "logs": {}},
        {"event": "step", "time": 1.0, "step": None, "logs": {}},
        {"event": "evaluated", "time": 1.0},
        {"event": ["step"], "time": 1.0},
        {"event": "step", "time": BEGIN + 9, "step": 6, "logs": {"loss": "low"}},
    ]
    write(run, odd)
    followed = Followed(run).look()
    assert followed.curve.last_step == 6
    assert math.isnan(followed.curve.steps["loss"][-1])


def test_a_replaced_log_is_read_anew(tunebook_home: Path) -> None:
    run = replayed_run(50)
    followed = Followed(run).look()
    (run / "events.jsonl").write_text("")
    write(run, [begun(10), *training(1, 3, 10)])
    assert followed.look().curve.last_step == 3
    assert followed.curve.generation > 0


@settings(max_examples=60, deadline=None)
@given(
    each=st.floats(0.02, 20),
    noise=st.floats(0, 0.2),
    total=st.integers(200, 1200),
    evaluations=st.integers(0, 40),
    cost=st.floats(0, 12),
    asleep=st.booleans(),
    resume=st.booleans(),
    seed=st.integers(0, 99),
)
def test_time_left_is_right_within_a_fifth_after_a_tenth(
    each: float,
    noise: float,
    total: int,
    evaluations: int,
    cost: float,
    asleep: bool,
    resume: bool,
    seed: int,
) -> None:
    """Steps with noise, evaluations, a night's sleep, a resume: at every tenth."""
    import random

    drawn = random.Random(seed)
    every = total // evaluations if evaluations else 0
    # What a step takes, and what comes after it before the next one.
    steps = [
        each * math.exp(drawn.gauss(0, noise) - noise**2 / 2) for _ in range(total)
    ]
    pauses = [
        each * cost * drawn.uniform(0.9, 1.1) if every and n % every == 0 else 0.0
        for n in range(1, total + 1)
    ]
    hopes = Expected(every, cost) if every else Expected()
    pace, time = Pace(), 0.0
    pace.begin(0, 0.0)
    slept = total // 20 if asleep else -1
    back = total // 15 if resume else -1
    for n in range(1, total + 1):
        time += steps[n - 1] + (5 if n == 1 else 0) * each
        time += 9 * 3600 if n == slept else 0
        pace.step(n, time)
        if pauses[n - 1]:
            time += pauses[n - 1]
            pace.paused("evaluated", time)
        if n == back:
            time += 5000
            pace.begin(n, time)
        if n % (total // 10) == 0 and total // 10 <= n <= 0.9 * total:
            truth = sum(steps[n:]) + sum(pauses[n:])
            told = pace.left(total, hopes)
            assert told is not None and abs(told - truth) <= 0.2 * truth + 2 * each


def test_a_recipe_lets_expect_its_evaluations() -> None:
    recipe = Recipe()
    assert expected(recipe, 300) == Expected()
    evaluation = recipe.evaluation.model_copy(update={"every": "steps", "steps": 30})
    hopes = expected(recipe.model_copy(update={"evaluation": evaluation}), 300)
    assert hopes.every == 30 and hopes.cost > 0


def test_a_maximum_time_is_an_end() -> None:
    recipe = loads("", settings=("training.max_minutes=2",))
    hopes, pace = expected(recipe, 300), Pace()
    pace.begin(0, 1000.0)
    for step in range(1, 11):
        pace.step(step, 1000.0 + 10 * step)
    assert pace.left(300) == pytest.approx(2900)
    assert pace.left(300, hopes) == pytest.approx(20)
    assert pace.left(11, hopes) == pytest.approx(10)
    pace.step(13, 1130.0)
    assert pace.left(300, hopes) == 0
