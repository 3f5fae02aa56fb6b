"""The plain routes: small answers, runs only by their id, behind the login."""

from pathlib import Path
from typing import Any

import pytest
from gradio.routes import App
from replayed import begun, replayed_run, training, write
from starlette.testclient import TestClient

from webui.app import open_studio
from webui.kernel.kernel import this_kernel
from webui.page.build import build_app
from webui.page.routes import add_routes
from webui.page.turns import APART
from webui.runs import events
from webui.runs.events import BY_TOKEN

LARGEST = 4096


@pytest.fixture
def app(tunebook_home: Path) -> Any:
    """The page's app with the route, as `launch` puts them together."""
    studio = open_studio(this_kernel(), None)
    made = App.create_app(build_app(studio))
    add_routes(made, studio)
    made.studio = studio
    return made


def test_every_answer_is_small_and_an_update_holds_only_news(app: Any) -> None:
    run = replayed_run(20_000, total=40_000, every=100)
    client = TestClient(app)
    known = {"generation": -1, "known": 0, "heard": 0}
    steps, more = [], True
    while more:
        reply = client.get("/curves", params={"run": run.name, **known})
        assert reply.status_code == 200 and len(reply.content) <= LARGEST
        told = reply.json()
        known, more = {name: told[name] for name in known}, told["more"]
        steps += [row[0] for row in told["rows"]]
    assert known["known"] == 20_000 and known["heard"] == 200
    assert steps[-1] == 20_000 and steps == sorted(steps)
    assert told["figures"]["step"] == "20,000 / 40,000"
    write(run, list(training(20_001, 20_003, 40_000)))
    told = client.get("/curves", params={"run": run.name, **known}).json()
    assert [row[0] for row in told["rows"]] == [20_001, 20_002, 20_003]
    nothing = client.get(
        "/curves", params={"run": run.name, **known, "known": told["known"]}
    )
    assert nothing.json()["rows"] == []


def test_an_older_generation_gets_all_again(app: Any) -> None:
    run = replayed_run(20)
    asked = {"run": run.name, "generation": 7, "known": 20, "heard": 3}
    told = TestClient(app).get("/curves", params=asked).json()
    assert told["from"] == 0 and len(told["rows"]) == 20


def test_only_runs_are_answered(app: Any, tunebook_home: Path) -> None:
    replayed_run(3)
    (tunebook_home / "recipe.yaml").write_text("name: outside")
    client = TestClient(app)
    outside = ("", ".", "..", "../runs", "/etc", "a\0b", "%2e%2e", "gone", "a" * 5000)
    for name in outside:
        assert client.get("/curves", params={"run": name}).status_code == 404, name


def test_numbers_that_make_no_sense_do_no_harm(app: Any) -> None:
    run, client = replayed_run(50), TestClient(app)
    for words in (
        {"generation": 0, "known": -5, "heard": -5},
        {"generation": 0, "known": 10**12, "heard": 10**12},
        {"generation": 0, "first": 1e300, "last": -1e300},
        {"generation": 0, "first": "nan", "last": "inf"},
    ):
        assert client.get("/curves", params={"run": run.name, **words}).status_code == (
            200
        )
    assert client.get(
        "/curves", params={"run": run.name, "known": "x"}
    ).status_code == (422)


def test_a_tick_gets_a_short_stamp_that_changes_with_the_draft(app: Any) -> None:
    client = TestClient(app)
    before = client.get("/stamp").text
    assert client.get("/stamp").text == before and len(before) < 400
    app.studio.draft.commit("model.name", "some/other")
    assert client.get("/stamp").text != before


@pytest.mark.parametrize(("step", "again"), [(0.2, 2), (2.6, 2.6), (50, 6)])
def test_the_browser_asks_again_when_a_step_may_have_come(
    app: Any, step: float, again: float
) -> None:
    run = replayed_run(0)
    told = [{**e, "time": 100 + step * n} for n, e in enumerate(training(1, 5, 40))]
    write(run, told)
    asked = TestClient(app).get("/curves", params={"run": run.name})
    assert asked.json()["again"] == pytest.approx(again, abs=0.05)


def test_evaluations_of_an_old_run_say_how_they_were_made(app: Any) -> None:
    client, old = TestClient(app), replayed_run(20, every=10)
    new, bare = replayed_run(0), replayed_run(10)
    write(new, [{**begun(40), "losses": BY_TOKEN}, *training(1, 20, 40, every=10)])
    (new / events.FILE).write_text(
        "".join(
            line
            for line in (new / events.FILE).read_text().splitlines(keepends=True)
            if '"begun"' not in line or BY_TOKEN in line
        )
    )
    for run, told in ((old, True), (new, False), (bare, False)):
        answer = client.get("/curves", params={"run": run.name}).json()
        assert answer["old"] is told, run
    write(new, [begun(40)])  # one that was resumed before losses were so made
    assert client.get("/curves", params={"run": new.name}).json()["old"]


def test_an_answer_about_an_ended_run_takes_no_turn(app: Any) -> None:
    run, client = replayed_run(3), TestClient(app)
    for _ in range(3):
        told = client.get("/curves", params={"run": run.name}).json()
        assert not told["live"] and told["again"] == APART


def test_an_update_of_the_curves_brings_the_stamp_of_now(app: Any) -> None:
    run, client = replayed_run(3), TestClient(app)
    app.studio.draft.commit("model.name", "some/other")
    told = client.get("/curves", params={"run": run.name}).json()
    assert told["stamp"] == client.get("/stamp").text


def test_who_may_not_see_the_page_may_not_see_curves(app: Any) -> None:
    run = replayed_run(3)
    app.get_blocks().auth_message = None  # as `launch` sets it
    app.auth = {"someone": "secret"}
    client = TestClient(app)
    assert client.get("/config").status_code == 401
    assert client.get("/curves", params={"run": run.name}).status_code == 401
    assert client.get("/stamp").status_code == 401
    client.post("/login", data={"username": "someone", "password": "secret"})
    assert client.get("/stamp").status_code == 200
    assert client.get("/config").status_code == 200
    assert client.get("/curves", params={"run": run.name}).status_code == 200
