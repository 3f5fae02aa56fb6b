"""`tunebook runs`: the listing, what is said about a run, two recipes compared."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from webui.files import write_json
from webui.kernel.kernel import this_kernel
from webui.kernel.status import lock
from webui.notebook.render import Cell
from webui.recipe.checks import check
from webui.runs import events, folder, notes
from webui.runs.notes import About


def new_run(name: str, rank: int = 8) -> Path:
    """A run that finished."""
    recipe = check({"name": name, "adapter": {"rank": rank}})
    run = folder.create(
        this_kernel().runs, recipe, [Cell("train", "x = 1", "k")], "run"
    )
    write_json(run / folder.SUMMARY, {"status": "finished", "steps": 3})
    events.append(run, events.Finished(status="finished"))
    return run


def test_star_name_and_note_are_said_and_listed(tunebook: Callable) -> None:
    run = new_run("one")
    assert tunebook("runs", "--star", "one") == (0, "", f"{run.name}: * (no name)\n")
    assert tunebook("runs", "--rename", "one", "the best")[0] == 0
    assert tunebook("runs", "--note", run.name, "keep\nit")[0] == 0
    assert notes.read_notes(run) == About("the best", "keep\nit", True)
    line = tunebook("runs")[1].rstrip("\n").split("\t")
    assert line[0] == run.name and line[-3:] == ["*", "the best", "keep it"]
    assert tunebook("runs", "--unstar", "one")[0] == 0
    code, out, _ = tunebook("runs", "--rename", "one", "", "--json")
    said = json.loads(out)
    assert code == 0 and said["id"] == run.name and said["steps"] == 3
    assert (said["name"], said["note"], said["star"]) == ("", "keep\nit", False)
    assert run.is_dir()


def cut_off(name: str) -> Path:
    """A run whose kernel died: it says that it runs, and nobody works on it."""
    recipe = check({"name": name})
    return folder.create(
        this_kernel().runs, recipe, [Cell("train", "x = 1", "k")], "run"
    )


def test_a_run_whose_kernel_died_is_none_that_runs(tunebook: Callable) -> None:
    run = cut_off("dead")
    before = (run / events.FILE).read_bytes()
    assert tunebook("runs")[1].split("\t")[2] == "failed"
    (told,) = json.loads(tunebook("runs", "--json")[1])
    assert (told["id"], told["status"]) == (run.name, "failed")
    assert json.loads(tunebook("runs", "--star", "dead", "--json")[1])["status"] == (
        "failed"
    )
    assert (run / events.FILE).read_bytes() == before  # to list is to look
    assert tunebook("runs", "--delete", "dead", "--yes")[0] == 0
    assert not run.exists()


def test_a_run_that_is_being_started_runs(tunebook: Callable) -> None:
    run = cut_off("starting")
    with lock(this_kernel()):
        assert tunebook("runs")[1].split("\t")[2] == "running"
        assert tunebook("runs", "--delete", "starting", "--yes")[0] == 1
    assert run.is_dir()


def test_two_recipes_are_compared(tunebook: Callable) -> None:
    left, right = new_run("left", rank=4), new_run("right", rank=16)
    code, out, _ = tunebook("runs", "--diff", "left", "right")
    assert code == 0
    assert out.splitlines() == ["name\tleft\tright", "adapter.rank\t4\t16"]
    told = json.loads(tunebook("runs", "--diff", "left", "right", "--json")[1])
    assert told["runs"] == [left.name, right.name]
    assert told["differences"][1] == {
        "field": "adapter.rank",
        "title": "Rank",
        "values": [4, 16],
    }
    code, out, err = tunebook("runs", "--diff", "left", left.name)
    assert (code, out) == (0, "") and "the same" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--star", "nowhere"), "No run is called 'nowhere'"),
        (("--diff", "one", "nowhere"), "No run is called 'nowhere'"),
        (("--rename", "one", "x" * 10_000), "10,000 characters; 80 are the most"),
        (("--note", "one", "x" * 10_001), "10,001 characters; 10,000 are the most"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    words: tuple[str, ...], said: str, tunebook: Callable
) -> None:
    run = new_run("one")
    code, out, err = tunebook("runs", *words)
    assert (code, out) == (1, "") and said in err and len(err.splitlines()) == 1
    assert notes.read_notes(run) == About()


def test_one_thing_at_a_time(tunebook: Callable) -> None:
    run = new_run("one")
    with pytest.raises(SystemExit):
        tunebook("runs", "--star", "one", "--delete", "one", "--yes")
    assert run.is_dir()


def test_a_broken_run_does_not_hide_the_others(tunebook: Callable) -> None:
    broken, whole = new_run("broken"), new_run("whole")
    (broken / folder.PLAN).write_text("[1]")
    (broken / folder.SUMMARY).write_text('{"score": [1], "duration": "long"}')
    (broken / folder.RECIPE).write_text("{")
    (broken / notes.FILE).write_text("{half")
    code, out, _ = tunebook("runs")
    assert code == 0 and {line.split("\t")[0] for line in out.splitlines()} == {
        broken.name,
        whole.name,
    }
    assert len(json.loads(tunebook("runs", "--json")[1])) == 2
    code, _, err = tunebook("runs", "--diff", "broken", "whole")
    assert code == 1 and "Traceback" not in err and broken.name in err
