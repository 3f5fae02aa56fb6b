"""`tunebook queue`: what waits, and working through it without a page."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from webui.cli import main
from webui.kernel import jobs, process, queue
from webui.kernel.kernel import this_kernel
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import folder

SHORT = [
    *("--set", "training.duration=steps", "--set", "training.steps=2"),
    *("--set", "training.batch_size=2", "--set", "compare.scored_rows=2"),
    *("--set", "compare.max_new_tokens=4"),
]


@pytest.fixture(autouse=True)
def home(tunebook_home: Path) -> Iterator[Path]:
    """A home for each test, whose kernel is ended after it."""
    yield tunebook_home
    process.end(this_kernel())


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    """A command's exit code and the lines of its stdout."""
    code = main(["queue", *words])
    return code, capsys.readouterr().out.splitlines()


def test_what_waits_is_listed_moved_and_removed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert shown(capsys) == (0, [])
    first = queue.add(this_kernel(), Recipe(name="first"), "run", "train")
    queue.add(this_kernel(), Recipe(name="second"), "sweep")
    code, lines = shown(capsys, "list")
    assert code == 0 and [line.split("\t")[2:4] for line in lines] == [
        ["first", "run up to train"],
        ["second", "sweep"],
    ]
    code, lines = shown(capsys, "move", first.id, "down")
    assert [line.split("\t")[2] for line in lines] == ["second", "first"]
    for words in (["--json"], ["--json", "list"], ["list", "--json"]):
        code, lines = shown(capsys, *words)
        told = json.loads("\n".join(lines))
        assert [each["name"] for each in told] == ["second", "first"]
        assert [each["place"] for each in told] == [1, 2]
    assert shown(capsys, "remove", first.id)[0] == 0
    assert [entry.recipe.name for entry in queue.waiting(this_kernel())] == ["second"]


def test_a_problem_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "move", "nope", "up"]) == 1
    assert main(["queue", "add", "no-such-recipe"]) == 1
    this_kernel().queue.mkdir()
    (this_kernel().queue / "0001-x.yaml").write_text("recipe: [")
    assert main(["queue"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert "nope" in told[0] and "no-such-recipe" in told[1] and "0001-x" in told[-1]
    assert not any("Traceback" in line for line in told)
    with pytest.raises(SystemExit):
        main(["queue", "move", "nope", "sideways"])


@pytest.mark.train
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("small_home")
def test_run_waits_when_busy_and_the_queue_is_worked_through(
    capsys: pytest.CaptureFixture[str],
) -> None:
    short = ["starter-extract", *SHORT]
    with jobs.lock(this_kernel()):  # as another start would hold it
        assert main(["run", *short]) == 1
        assert "Another start is under way" in capsys.readouterr().err
        assert queue.waiting(this_kernel()) == []
        assert main(["run", *short, "--queue"]) == 0
        assert "waits as number 1" in capsys.readouterr().out
    gone = "data.train_files=/nowhere.jsonl"
    assert main(["queue", "add", "starter-extract", "--set", gone]) == 1
    assert len(queue.waiting(this_kernel())) == 1  # refused at once
    # What is broken later is told at the end, and the rest is trained.
    queue.move_entry(
        this_kernel(),
        queue.add(this_kernel(), loads("", name="broken", settings=[gone])).id,
        "first",
    )

    capsys.readouterr()
    assert main(["queue", "run", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [run["status"] for run in told["runs"]] == ["finished"]
    (broken,) = told["waiting"]
    assert broken["name"] == "broken" and "/nowhere.jsonl" in broken["reason"]
    (run,) = folder.folders(this_kernel().runs)
    assert folder.read_run(run).summary["steps"] == 2
    assert jobs.status(this_kernel()).word == "none"  # it was started for this
