"""A metric that nobody declared, and scores of any names, show without new code."""

import json
from pathlib import Path
from random import Random
from typing import Any

import gradio as gr
import pytest
from replayed import begun, evaluated, resumed, training, write

from webui.commands.listing import more, run_line
from webui.commands.progress import event_line
from webui.files import read_json, write_json
from webui.kernel.kernel import this_kernel
from webui.metrics import METRICS, metric
from webui.page.charts import judged_at_steps, trial_points
from webui.page.curves import Asked, curve_news, figures_of
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.runs.table import listing, turned
from webui.page.studio import Studio
from webui.page.tabs.compare import scores
from webui.page.tabs.runs import orders, pressed
from webui.recipe import Recipe
from webui.runs import entries, events, folder
from webui.runs.scores import Score, line
from webui.runs.summary import write_summary
from webui.runs.trials import best_trial, ranked

pytestmark = pytest.mark.usefixtures("tunebook_home")
TOY = "reward_margin"
KNOWN = ("generation", "shape", "known", "heard")


def toy_run(steps: int) -> Path:
    """A run whose trainer logs a metric of its own, from the third step on."""
    run = folder.create(this_kernel().runs, Recipe(), [], "run")
    told: list[dict[str, Any]] = [begun(steps)]
    for event in training(1, steps, steps):
        if event["step"] > 2:
            event["logs"][TOY] = 0.1 * event["step"]
        told.append(event)
    last = evaluated(steps, steps, 1.0)
    last["logs"] |= {f"eval_{TOY}": 0.5, "eval_runtime": 3.0}
    write(run, [*told, last])
    write_summary(run, "finished")
    events.append(run, events.Finished(status="finished"))
    return run


@pytest.mark.parametrize("steps", [9, 2000])
def test_its_curve_comes_with_the_others(steps: int) -> None:
    run = toy_run(steps)
    studio = Studio(this_kernel(), Draft(Recipe()))
    told, rows = curve_news(studio, run), []
    ends = told["ends"]
    extremes = [f"{told['names'][n]}.{end}" for end in ends for n in ends[end]]
    names, marked = [*told["names"], "count", *extremes], told["marked"]
    assert [names[place] for place in marked] == [*names[:4], TOY]
    while True:
        rows += [dict(zip(names, row, strict=False)) for row in told["rows"]]
        if not told["more"]:
            break
        told = curve_news(studio, run, Asked(**{name: told[name] for name in KNOWN}))
    assert TOY in rows[-1] and rows[-1][TOY] == pytest.approx(0.1 * steps, rel=0.01)
    assert rows[0][TOY] is None or "count" in rows[0]
    if steps > 1000:
        assert rows[0][f"{TOY}.low"] < rows[0][TOY] < rows[0][f"{TOY}.high"]
    assert metric(TOY).written(0.1 * steps) in told["measured"]
    assert "eval_runtime" not in told["figures"]


def test_answers_stay_small_with_dozens_of_metrics() -> None:
    run = folder.create(this_kernel().runs, Recipe(), [], "run")
    drawn, named = Random(0), [f"rewards/quality_of/{n:04}/mean" for n in range(60)]
    told: list[dict[str, Any]] = [begun(500)]
    for event in training(1, 500, 500, every=50):
        kind = "eval_" if event["event"] == "evaluated" else ""
        event["logs"] |= {f"{kind}{name}": drawn.gauss(0, 1e-4) for name in named}
        told.append(event)
    write(run, told)
    studio, known, steps = Studio(this_kernel(), Draft(Recipe())), {}, 0
    while True:
        answer = curve_news(studio, run, Asked(**known))
        assert len(json.dumps(answer, separators=(",", ":"))) <= 4096
        assert ("names" in answer) is not bool(known)
        known = {name: answer[name] for name in KNOWN}
        steps += len(answer["rows"])
        if not answer["more"]:
            break
    assert answer["known"] == steps == 500 and answer["heard"] == 10
    assert len(answer["measured"]) > 2 * len(named) and all(answer["measured"][-60:])


def test_who_drew_before_it_came_draws_anew() -> None:
    run = folder.create(this_kernel().runs, Recipe(), [], "run")
    write(run, [begun(9), *training(1, 2, 9)])
    followed = Studio(this_kernel(), Draft(Recipe())).follow(run)
    before = followed.curve.generation
    (third,) = training(3, 3, 9)
    third["logs"][TOY] = 1.0
    write(run, [third])
    assert followed.look().curve.generation > before


def test_it_stands_in_summary_and_tables() -> None:
    run = toy_run(9)
    summary = read_json(run / folder.SUMMARY)
    assert summary["metrics"][TOY] == {
        "first": pytest.approx(0.3),
        "last": pytest.approx(0.9),
    }
    assert summary["metrics"]["eval_loss"]["best_step"] == 9
    found = entries.list_entries(this_kernel().runs)
    assert entries.columns_of(found) == [f"last_{TOY}", f"last_eval_{TOY}"]
    html = listing(found, "en", order=f"-last_{TOY}", chosen=None)
    assert f"last {TOY}" in html and "0.9" in html
    assert more(found[0], entries.columns_of(found)) == ["0.9", "0.5"]
    assert entries.chosen(found, order=f"-last_{TOY}") == found


def test_its_title_sorts_in_its_direction_and_its_unit_is_written() -> None:
    made = toy_run(3)
    known = read_json(made / folder.SUMMARY)
    shares = {"first": 0.25, "last": 0.5, "best": 0.5, "best_step": 3}
    known["metrics"]["eval_exact_match"] = shares
    write_json(made / folder.SUMMARY, known)
    with gr.Blocks():
        page = Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )
    for column, first in (
        (f"last_{TOY}", f"last_{TOY}"),
        ("best_eval_exact_match", "-best_eval_exact_match"),
    ):
        assert pressed(page, "-id", "sort", column)[0] == first == turned(column, "-id")
        ways = [way for _, way in orders(page, page.view().entries)]
        assert {column, f"-{column}"} <= {*ways}
    assert pressed(page, "-id", "sort", "last_unheard_of")[0] != "last_unheard_of"
    (found,) = page.view().entries
    columns = entries.columns_of([found])
    assert "50.0%" in more(found, columns)
    assert "50.0%" in listing([found], "en", order="", chosen=None)


def test_three_names_and_two_metrics_are_scored() -> None:
    run = folder.create(this_kernel().runs, Recipe(), [], "run")
    asked = (
        (who, name) for who in ("base", "first", "second") for name in ("f1", "em")
    )
    given = [Score(w, n, 0.25, (0.2, 0.3) if n == "f1" else None, 40) for w, n in asked]
    events.append(run, events.Scored(scores=given))
    write_summary(run, "finished")
    with gr.Blocks():
        page = Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )
    html = scores(page, page.view())
    assert html.count("second") == 2 and "f1 on 40 held-out rows" in html
    assert "0.25 (0.2 – 0.3)" in html
    listed = folder.read_run(run).summary["scores"]
    assert len(listed) == 6 and listed[0]["interval"] == [0.2, 0.3]
    (entry,) = entries.list_entries(this_kernel().runs)
    assert entry.scores == tuple(given)
    cell = (
        "f1 base 0.25, first 0.25, second 0.25; em base 0.25, first 0.25, second 0.25"
    )
    assert cell in run_line(entry) and cell in listing(
        [entry], "en", order="", chosen=None
    )
    assert line(given[:1]) == "base 0.25 (0.2 – 0.3) (f1 on 40 held-out rows)"


@pytest.mark.parametrize(("direction", "best"), [("maximize", 1), ("minimize", 0)])
def test_a_sweep_by_another_metric_ranks_in_its_direction(
    direction: str, best: int
) -> None:
    told = {"metric": TOY, "direction": direction, "params": {}}
    trials = [events.Trial(trial=n, value=float(n + 1), **told) for n in (0, 1)]
    found = best_trial(trials)
    assert found and found["trial"] == best == ranked(trials)[0].trial


def test_the_terminal_tells_it_beside_the_loss() -> None:
    logs = {"loss": 0.5, "grad_norm": 2.0, "epoch": 1, TOY: 0.25, "eta": "?"}
    said = event_line(events.Step(step=1, max_steps=9, logs=logs))
    assert said == f"step 1/9  loss 0.5  {TOY} 0.25  eta –"


def test_the_chart_of_trials_shows_what_they_are_judged_by() -> None:
    trial = events.Trial(trial=0, value=1.0, metric=f"eval_{TOY}")
    step = events.Step(step=1, trial=0, logs={"loss": 1.0, TOY: 2.0})
    assert judged_at_steps([step, trial]) == TOY
    assert judged_at_steps([step]) == judged_at_steps([trial]) == "loss"
    begun = events.Begun(trial=0)
    assert trial_points([begun, step, trial], TOY) == {0: [[1, 2]]}


def test_directions_and_units() -> None:
    assert METRICS["loss"].better == "smaller" and metric("eval_f1").better == ""
    assert METRICS["exact_match"].written(0.5) == "50.0%"
    assert (
        metric(TOY).title.en == TOY and metric(f"eval_{TOY}").title.zh == f"eval_{TOY}"
    )
    assert not metric("eval_runtime").drawn and metric(TOY).drawn
    training = Studio(this_kernel(), Draft(Recipe())).follow(toy_run(3)).training
    assert training and TOY in figures_of(training, False, 1)


def test_a_metric_may_have_any_name_but_those_of_what_lies_across() -> None:
    run = folder.create(this_kernel().runs, Recipe(), [], "run")
    (step,) = training(1, 1, 9)
    step["logs"] |= {"step": 77, "seconds": 5, "count": 3, "exact_match": 0.5}
    write(run, [begun(9), step])
    followed = Studio(this_kernel(), Draft(Recipe())).follow(run)
    assert followed.curve.last_step == 1 and "count" not in followed.curve.steps
    shown = figures_of(followed.training, False, 1)
    assert shown["step"] == "1 / 9" and shown["exact_match"] == "50.0%"


def test_a_resumed_training_stands_where_it_goes_on() -> None:
    run = folder.create(this_kernel().runs, Recipe(), [], "run")
    write(run, [begun(9), *training(1, 8, 9), resumed(5, 1_790_000_100.0)])
    found = Studio(this_kernel(), Draft(Recipe())).follow(run).training
    assert found and (found.step, found.max_steps) == (5, 9)
