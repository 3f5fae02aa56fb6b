"""What a run has learned is never held out by one that trains on from it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui.commands import progress
from webui.kernel.jobs import note_learned
from webui.kernel.kernel import this_kernel
from webui.preflight.ready import learned_problems
from webui.recipe import Recipe
from webui.recipe.store import with_values
from webui.rows.prepare.learned import LEARNED, Overlap, overlap
from webui.rows.prepare.prepare import prepare
from webui.runs import events, folder
from webui.runs.folder import Run
from webui.runs.parent import child, parent_problems

pytestmark = pytest.mark.usefixtures("starter_home")

Files = Callable[..., list[str]]
EVALUATED = {"evaluation.every": "steps"}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A file of questions from one number to another, for each pair."""

    def written(*pairs: tuple[int, int]) -> list[str]:
        paths = []
        for first, last in pairs:
            rows = [{"question": f"q{n}", "answer": "a"} for n in range(first, last)]
            path = tmp_path / f"{first}-{last}.jsonl"
            path.write_text("\n".join(map(json.dumps, rows)))
            paths.append(str(path))
        return paths

    return written


def recipe_of(files: list[str]) -> Recipe:
    values = {"data.train_files": files, "data.format": "question_answer"}
    return with_values(Recipe(), values)


def run_of(recipe: Recipe) -> Run:
    """A run that has learned its rows and saved an adapter."""
    rows = prepare(recipe)
    run = folder.create(this_kernel().runs, recipe, (), "run", "score", rows)
    note_learned(recipe, rows.key, this_kernel().runs, run)
    (run / "adapter").mkdir()
    (run / "adapter" / "adapter_config.json").write_text("{}")
    events.append(run, events.Finished())
    return folder.read_run(run)


def found(recipe: Recipe) -> tuple[Overlap | None, list[str]]:
    """What was learned of a recipe's parts, and what is refused for that."""
    assert parent_problems(recipe, this_kernel().runs) == []
    key = prepare(recipe).key
    return overlap(recipe, this_kernel().runs, key), [
        p.path for p in learned_problems(recipe, this_kernel().runs, key)
    ]


def test_held_out_rows_that_were_learned_are_refused(files: Files) -> None:
    further = child(run_of(recipe_of(files((0, 40)))), {})
    for values in ({}, {"split.by": "count", "split.count": 1}, {"data.packing": True}):
        assert found(with_values(further, values))[1] == []
    for others in ({"training.seed": 5}, {"split.fraction": 0.3}):
        assert found(with_values(further, others))[1] == ["split.by"]
    for more in (files((0, 40), (100, 140)), files((0, 60))):
        assert found(with_values(further, {"data.train_files": more}))[1]
    alone = {"data.train_files": files((100, 140)), "training.seed": 5}
    assert found(with_values(further, alone)) == (Overlap(0, 0, 0, 4), [])


def test_what_was_learned_is_known_over_generations(files: Files) -> None:
    first = run_of(recipe_of(files((0, 40))))
    other = {"data.train_files": files((100, 140))}
    second = run_of(child(first, other))
    back = {"data.train_files": files((0, 40)), "training.seed": 5}
    assert found(child(second, back))[1] == ["split.by"]
    (first.folder / LEARNED).unlink()  # a run from before this was kept
    third = run_of(child(first, other))
    assert (
        overlap(child(third, back), this_kernel().runs, prepare(child(third, back)).key)
        is None
    )


def test_rows_that_stand_twice_are_no_reason(files: Files, tmp_path: Path) -> None:
    [path] = files((0, 20))
    Path(path).write_text(Path(path).read_text() + "\n" + Path(path).read_text())
    further = child(run_of(recipe_of([path])), {})
    assert found(further)[1] == []


def test_watched_rows_that_were_learned_are_told(files: Files) -> None:
    plain = run_of(recipe_of(files((0, 40))))
    watched = run_of(with_values(recipe_of(files((0, 40))), EVALUATED))
    told: dict[str, Any] = {}
    for name, parent in (("new", plain), ("as before", watched)):
        run = run_of(child(parent, EVALUATED))
        told[name] = events.of(run.folder, events.LearnedBefore)
    assert told["as before"] == []
    [event] = told["new"]
    assert (event.watched, event.of, event.parent) == (3, 3, plain.id)
    assert "Of the 3 rows that are watched" in progress.event_line(event)
