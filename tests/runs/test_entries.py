"""What the table of runs shows: found, sorted, and read again only when it changed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from webui.files import write_json
from webui.kernel.kernel import this_kernel
from webui.notebook.render import Cell
from webui.recipe.checks import check
from webui.runs import entries, events, folder, notes
from webui.runs.entries import chosen
from webui.runs.settings import summarized
from webui.runs.summary import write_summary

pytestmark = pytest.mark.usefixtures("tunebook_home")


def new_run(name: str, status: str = "finished", **summary: Any) -> Path:
    """A run that ended, with these figures."""
    recipe = check({"name": name, "model": {"name": "org/Some-Model"}})
    made = folder.create(
        this_kernel().runs, recipe, [Cell("train", "x = 1", "k")], "run"
    )
    write_json(made / folder.SUMMARY, {"status": status, **summary})
    events.append(made, events.Finished(status=status))
    return made.rename(made.with_name(f"2020010{'abcd'.index(name)}-000000-{name}"))


def names(found: list[entries.Entry]) -> list[str]:
    return [entry.id.split("-", 2)[2] for entry in found]


def test_a_run_has_its_figures_and_what_it_is() -> None:
    run = new_run("a", last_loss=1.5, steps=3, score={"base": 0, "tuned": 0.5})
    (entry,) = entries.list_entries(this_kernel().runs)
    assert entry.id == run.name == entry.title
    assert (entry.model, entry.method) == ("org/Some-Model", "lora")
    asked = {"rank": 16, "learning_rate": 2e-4}
    assert entry.figures == {"last_loss": 1.5, "steps": 3, **asked}
    found = [(each.who, each.value, each.metric) for each in entry.scores]
    assert found == [("base", 0, "exact_match"), ("tuned", 0.5, "exact_match")]


def test_the_summary_says_model_and_method_first() -> None:
    new_run("a", model="from/summary", method="ia3")
    (entry,) = entries.list_entries(this_kernel().runs)
    assert (entry.model, entry.method) == ("from/summary", "ia3")


def test_only_what_changed_is_read_again() -> None:
    first, second = new_run("a"), new_run("b")
    before = {entry.id: entry for entry in entries.list_entries(this_kernel().runs)}
    assert all(
        entry is before[entry.id] for entry in entries.list_entries(this_kernel().runs)
    )
    notes.change(first, this_kernel().notes, star=True)
    write_json(second / folder.SUMMARY, {"status": "finished", "last_loss": 0.25})
    after = {entry.id: entry for entry in entries.list_entries(this_kernel().runs)}
    assert after[first.name].about.star and not before[first.name].about.star
    assert after[second.name].figures["last_loss"] == 0.25
    events.append(first, events.Resumed(step=3, checkpoint="c", automatic=False))
    (first / folder.SUMMARY).unlink()
    assert entries.entry(first).run.status == "running"


def test_a_deleted_run_is_gone_and_forgotten() -> None:
    kept, doomed = new_run("a"), new_run("b")
    assert len(entries.list_entries(this_kernel().runs)) == 2
    folder.delete(folder.read_run(doomed))
    assert [entry.id for entry in entries.list_entries(this_kernel().runs)] == [
        kept.name
    ]
    assert doomed not in entries.KNOWN


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["c", "b", "a"]),
        ("-A", ["a"]),
        ("failed", ["b"]),
        ("some-model lora", ["c", "b", "a"]),
        ("the best", ["c"]),
        ("夜间", ["c"]),
        ("best stopped", []),
        ("<b>", ["c"]),
    ],
)
def test_words_find_runs(words: str, found: list[str]) -> None:
    new_run("a", "stopped")
    new_run("b", "failed")
    notes.change(
        new_run("c"), this_kernel().notes, name="The BEST <b>", note="夜间训练"
    )
    assert names(chosen(entries.list_entries(this_kernel().runs), words=words)) == found


def test_only_those_with_a_star() -> None:
    new_run("a")
    notes.change(new_run("b"), this_kernel().notes, star=True)
    assert names(chosen(entries.list_entries(this_kernel().runs), starred=True)) == [
        "b"
    ]


def test_runs_are_sorted_and_those_without_a_figure_come_last() -> None:
    new_run("a", last_loss=2.0, score={"base": 0, "tuned": 0.9})
    new_run("b", last_loss=None, score={"base": 0, "tuned": 0.1})
    new_run("c", last_loss=0.5)
    new_run("d", last_loss=1e9)
    everything = entries.list_entries(this_kernel().runs)
    assert names(chosen(everything, order="last_loss")) == ["c", "a", "d", "b"]
    assert names(chosen(everything, order="-last_loss")) == ["d", "a", "c", "b"]
    assert names(chosen(everything, order="-score"))[:2] == ["a", "b"]
    assert chosen(everything, order="no such column") == everything


@pytest.mark.parametrize(
    "summary",
    [
        "{half",
        "[1]",
        '"text"',
        '{"last_loss": "low", "steps": [1], "score": 3, "model": 1}',
        '{"score": {"base": "x", "tuned": null}, "duration": {"a": 1}}',
        '{"last_loss": NaN, "peak_memory": Infinity, "steps": true}',
        json.dumps({"steps": 10**400}),
        '{"status": 7, "model": "\\ud800", "method": "a\\u0000b"}',
    ],
)
def test_a_run_with_an_odd_summary_is_listed_with_the_others(summary: str) -> None:
    run = new_run("a")
    other = new_run("b", last_loss=1.0)
    (run / folder.SUMMARY).write_text(summary)
    found = {entry.id: entry for entry in entries.list_entries(this_kernel().runs)}
    assert {*found} == {run.name, other.name}
    odd = found[run.name]
    assert {*odd.figures} <= {"rank", "learning_rate"} and odd.scores == ()
    found[run.name].text.encode()


@pytest.mark.parametrize("recipe", ["", "- 1", "model: 1", "a: &a [*a]", "{", "\x00"])
def test_a_run_whose_recipe_cannot_be_read_is_listed(recipe: str) -> None:
    run = new_run("a")
    (run / folder.RECIPE).write_text(recipe)
    (run / folder.PLAN).write_text("[1]")
    (entry,) = entries.list_entries(this_kernel().runs)
    assert entry.id == run.name and entry.run.kind == "run"


def test_a_folder_whose_name_is_no_text_is_no_run() -> None:
    run = new_run("a")
    odd = os.fsencode(run.parent) + b"/20990101-000000-\xff"
    os.rename(run, odd)
    assert entries.list_entries(this_kernel().runs) == []


def test_rank_rate_and_data_are_those_of_the_recipe_or_of_the_summary() -> None:
    files = ["/far/away/a.jsonl", "b.csv"]
    values = {
        "name": "b",
        "adapter": {"rank": 8},
        "training": {"learning_rate": 1e-3},
        "data": {"train_files": files},
    }
    recipe = check(values)
    run = folder.create(this_kernel().runs, recipe, [], "run")
    (before,) = entries.list_entries(this_kernel().runs)  # it has no summary yet
    write_summary(run, "finished")
    (after,) = entries.list_entries(this_kernel().runs)
    for entry in (before, after):
        assert (entry.figures["rank"], entry.figures["learning_rate"]) == (8, 1e-3)
        assert entry.settings.data == ("a.jsonl", "b.csv") and "b.csv" in entry.text
    assert before.settings == after.settings
    hub = check({"data": {"source": "hub", "hub_dataset": "org/set"}})
    assert summarized(hub)["data"] == ["org/set"]


def test_a_method_without_a_rank_has_none() -> None:
    recipe = check({"adapter": {"method": "ia3", "rank": 8}})
    folder.create(this_kernel().runs, recipe, [], "run")
    (entry,) = entries.list_entries(this_kernel().runs)
    assert "rank" not in entry.figures


def test_a_sweep_has_its_trials_and_no_figures_of_one_of_them() -> None:
    run = folder.create(this_kernel().runs, check({}), [], "sweep")
    write_json(run / folder.SUMMARY, {"steps": 4, "last_loss": 1, "duration": 9})
    for number in range(3):
        events.append(run, events.Trial(trial=number, value=1.0))
    (entry,) = entries.list_entries(this_kernel().runs)
    assert entry.trials == 3 and entry.figures == {"duration": 9}


def test_runs_are_sorted_by_their_data_and_their_stars() -> None:
    for name, file in (("a", "z.csv"), ("b", ""), ("c", "A.csv")):
        data = {"train_files": [file]} if file else {}
        run = folder.create(
            this_kernel().runs, check({"name": name, "data": data}), [], "run"
        )
        run = run.rename(run.with_name(f"2020010{name}-000000-{name}"))
        if name == "b":
            notes.change(run, this_kernel().notes, star=True)
    everything = entries.list_entries(this_kernel().runs)
    assert names(chosen(everything, order="data")) == ["c", "a", "b"]
    assert names(chosen(everything, order="-star"))[0] == "b"
