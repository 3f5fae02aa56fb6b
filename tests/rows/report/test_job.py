"""The report's process: it tells how far it is, can be ended, and leaves nothing."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from webui.errors import PlannerError
from webui.files import new_scratch
from webui.notebook.chat_templates import TEMPLATES
from webui.notebook.render import render_cells
from webui.planner.job import Job
from webui.recipe import Recipe
from webui.recipe.sections import Data, Model, Split, Training
from webui.recipe.store import with_values
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import place_rows
from webui.rows.reading.sources import ROW, Record
from webui.rows.report import job as report_job
from webui.rows.report.cache import (
    KEPT,
    rejected_path,
    report_key,
    report_path,
    reports_folder,
    tidy_reports,
)
from webui.rows.report.job import start_report
from webui.rows.report.measured import Part, Position, measure_files
from webui.rows.report.report import Report
from webui.text import Text

ROOT = Path(__file__).parents[3]
Build = Callable[..., Recipe]
ROWS = [{"instruction": f"Say {n}.", "output": f"{n} it is"} for n in range(30)]
LINE = Text("line", "行")


@pytest.fixture(autouse=True)
def fresh(tunebook_home: Path) -> Iterator[None]:
    """A home of its own, and no file known from another test."""
    report_job._measured.clear()
    yield
    report_job._measured.clear()


def many(build: Build, count: int) -> Recipe:
    """A recipe with so many rows that a report of them takes a while."""
    text = "some words to count " * 20
    rows = [{"instruction": f"{n}", "output": f"{n} {text}"} for n in range(count)]
    return build(rows)


def left_behind() -> list[str]:
    return sorted(path.name for path in reports_folder().iterdir())


def until(ready: Callable[[], Any], seconds: float = 60) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def process_of(job: Job) -> psutil.Process:
    assert job._process is not None and job._process.pid is not None
    return psutil.Process(job._process.pid)


def test_server_side_imports_nothing_heavy() -> None:
    code = (
        "import sys, webui.rows.report.job\n"
        "heavy = {'torch', 'transformers', 'datasets', 'numpy', 'rensa', 'pyarrow'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_measured_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": 2}\n')
    read: list[int] = []
    measured = measure_files(path, read.append)
    assert measured.parts == (Part("a.jsonl", 18, 3, in_lines=True),)
    assert sum(read) == 18
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert measure_files(packed, read.append).parts == (
        Part("b.jsonl", 18, 3, in_lines=True),
    )
    assert measure_files(packed, read.append).digest != measured.digest
    array = tmp_path / "c.json"
    array.write_text(json.dumps([{"a": "x" * 1000}] * 500))
    assert measure_files(array, read.append).parts[0].units is None
    with pytest.raises(PlannerError, match="no-such"):
        measure_files(tmp_path / "no-such.jsonl", read.append)


def test_position_in_several_files() -> None:
    position = Position([Part("a", 100, 10), Part("b", 200, None), Part("a", 100, 10)])
    shares = [
        position.share(Record(file, number, LINE, {}))
        for file, number in [("a", 5), ("b", 1), ("a", 5), ("unknown", 1)]
    ]
    assert shares == [0.125, None, 0.875, None]


def test_rows_do_not_tell_how_far_one_is_in_lines() -> None:
    """A .json file is measured in lines, and its records are counted in rows."""
    position = Position([Part("a.json", 100, 10, in_lines=True), Part("b", 100, 10)])
    records = [Record(file, 5, unit, {}) for file in ("a.json", "b") for unit in UNITS]
    assert [position.share(record) for record in records] == [0.25, None, 0.75, 0.75]


UNITS = (LINE, ROW)


def test_key_is_told_by_content_and_recipe(tmp_path: Path) -> None:
    def key(text: str, folder: str = "", recipe: Recipe | None = None) -> str:
        path = tmp_path / folder / "rows.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        data = (recipe or Recipe()).data.model_copy(
            update={"train_files": (str(path),)}
        )
        asked = (recipe or Recipe()).model_copy(update={"data": data})
        return report_key(asked, [measure_files(path, lambda count: None)])

    first = key("{}")
    assert key("{}", "elsewhere") == first
    assert key("{} ") != first
    warned = Recipe(data=Data(accept_warnings=True))
    assert key("{}", recipe=warned) == first
    others = [
        Recipe(data=Data(system_prompt="Be short.")),
        Recipe(model=Model(max_seq_length=64)),
        Recipe(split=Split(by="column")),
        Recipe(split=Split(stratify_by="label")),
        Recipe(training=Training(seed=1)),
    ]
    assert len({first, *(key("{}", recipe=other) for other in others)}) == 6


def test_old_reports_and_what_died_are_removed() -> None:
    keys = [f"report{age:02}" for age in range(KEPT + 1)]
    for age, key in enumerate(keys):
        for path in (report_path(key), rejected_path(key)):
            path.write_text("{}")
            os.utime(path, (1e9 - age, 1e9 - age))
    rejected_path("alone").write_text("{}")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (reports_folder() / f".{dead.pid}-x").mkdir()
    tidy_reports()
    mine = new_scratch(reports_folder())
    new_scratch(reports_folder()).rmdir()
    kept = [f"{key}.{end}" for key in keys[:KEPT] for end in ("json", "rejected.jsonl")]
    assert left_behind() == [mine.name, *kept]


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    job = start_report(Recipe(data=Data(train_files=(str(tmp_path / "gone.jsonl"),))))
    result = job.wait(60)
    assert isinstance(result, PlannerError)
    assert "gone.jsonl" in result.text.en
    assert left_behind() == []


@pytest.mark.train
def test_report_is_made_once(starter_recipe: Build) -> None:
    recipe = starter_recipe([*ROWS, ROWS[0], {"instruction": "no answer"}])
    job = start_report(recipe)
    report = job.wait(120)
    assert isinstance(report, Report), report
    # A tenth of the 31 usable rows is held out.
    assert (report.train.read, report.train.kept) == (29, 28)
    assert (report.heldout.read, report.heldout.kept) == (3, 3)
    twins = report.duplicates
    assert twins.exact.count + twins.leaked.count == 1
    assert report.lengths.longest[0].beginning.startswith("<|im_start|>")
    assert 0 < report.lengths.trained < report.lengths.tokens
    lines = Path(report.rejected_file).read_text("utf-8").splitlines()
    assert [json.loads(line)["line"] for line in lines] == [32]
    assert not psutil.pid_exists(job._process.pid)  # type: ignore[union-attr]
    assert len(left_behind()) == 2

    # This process knows the file: no other process is needed.
    again = start_report(recipe)
    assert again.result == report
    assert again._process is None
    # Another one would hash it first, and find the report then.
    written = report_path(Path(report.rejected_file).name.partition(".")[0])
    before = written.stat().st_mtime_ns
    report_job._measured.clear()
    assert start_report(recipe).wait(120) == report
    assert written.stat().st_mtime_ns == before

    # A changed file is another report.
    Path(recipe.data.train_files[0]).write_text(json.dumps(ROWS[0]))
    changed = start_report(recipe).wait(120)
    assert isinstance(changed, Report)
    assert (changed.train.read, changed.heldout.read) == (0, 1)
    assert changed.rejected_file == ""


@pytest.mark.train
def test_held_out_rows_told_by_a_column(starter_recipe: Build) -> None:
    rows = [row | {"part": "train"} for row in ROWS]
    leaked = ROWS[3] | {"part": "test"}
    recipe = starter_recipe([*rows, leaked]).model_copy(
        update={"split": Split(by="column", column="part", value="test")}
    )
    report = start_report(recipe).wait(120)
    assert isinstance(report, Report), report
    assert (report.train.kept, report.heldout.kept) == (30, 1)
    assert report.duplicates.exact.count == 0
    assert report.duplicates.leaked.examples[0].earlier.number == 4


@pytest.mark.train
@pytest.mark.parametrize("by", ["column", "file"])
def test_held_out_rows_that_cannot_be_used_are_counted_once(
    starter_recipe: Build, tmp_path: Path, by: str
) -> None:
    """Such that the chat template refuses, too, as a start will leave them out."""
    refuses = "{% for m in messages if m.content == 'no' %}{{ raise_exception('no') }}"
    template = refuses + "{% endfor %}" + TEMPLATES["chatml"]
    rows = [row | {"part": "train"} for row in [*ROWS, {"output": "no"}]]
    odd = {"instruction": "a", "output": "no"}
    held = [row | {"part": "test"} for row in (ROWS[3], odd, {"output": "no"})]
    mine = rows if by == "file" else [*rows, *held]
    chosen = {"template": "custom", "custom_template": template}
    recipe = starter_recipe(mine, **chosen)
    split = Split(by="column", column="part", value="test")
    if by == "file":
        path = tmp_path / "held.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in held))
        split = Split(by="file", files=(str(path),))
    recipe = recipe.model_copy(update={"split": split})
    report = start_report(recipe).wait(120)
    assert isinstance(report, Report), report
    assert (report.train.read, report.train.kept) == (31, 30)
    assert (report.heldout.read, report.heldout.kept) == (3, 1)
    assert {reason.text.en: reason.rows for reason in report.reasons} == {
        "lacks instruction": 2,
        "the chat template refuses it (no)": 1,
    }
    assert len(Path(report.rejected_file).read_text("utf-8").splitlines()) == 3
    prepared = prepare(recipe)
    assert (prepared.train, prepared.heldout, prepared.left_out) == (30, 1, 3)


SPLITS = {
    "fraction": {"fraction": 0.3},
    "count": {"by": "count", "count": 7},
    "evenly": {"by": "count", "count": 8, "stratify_by": "kind"},
    "groups": {"fraction": 0.4, "group_by": "kind"},
    "nowhere": {"by": "count", "count": 5, "stratify_by": "no such column"},
}


@pytest.mark.train
@pytest.mark.parametrize("chosen", SPLITS)
def test_drawn_rows_are_those_that_the_cell_loads(
    starter_recipe: Build, chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pair of twins that the split parts is a leak, and no other is."""
    twins = [row | {"kind": "abcde"[n % 5]} for n, row in enumerate(ROWS)] * 2
    recipe = starter_recipe([{"output": 3}, *twins, {"output": "?"}])
    settings = {f"split.{name}": value for name, value in SPLITS[chosen].items()}
    recipe = with_values(recipe, {**settings, "training.seed": 5})
    monkeypatch.chdir(tmp_path)
    held, others = parts_of_the_cell(recipe)
    report = start_report(recipe).wait(120)
    assert isinstance(report, Report), report
    assert (report.train.read, report.train.kept) == (len(others) + 2, len(others))
    assert report.heldout.kept == len(held) > 0
    leaks = [question for question in held if question in set(others)]
    assert report.duplicates.leaked.count == len(leaks)
    assert bool(leaks) == (chosen != "groups")
    lines = {twin.row.number for twin in report.duplicates.leaked.examples}
    assert {twins[line - 2]["instruction"] for line in lines} <= set(leaks)


def parts_of_the_cell(recipe: Recipe) -> tuple[list[str], list[str]]:
    """What is asked in the rows that the data cell holds out, and in the others."""
    rows = prepare(recipe)
    place_rows(rows, Path())
    names: dict[str, Any] = {}
    [cell] = render_cells(recipe, ("data",), rows=rows)
    exec(cell.code, names)
    parts = names["heldout_data"], names["train_data"]
    held, others = ([row["prompt"][-1]["content"] for row in part] for part in parts)
    return held, others


@pytest.mark.train
def test_progress_grows_and_cancel_leaves_nothing(
    starter_recipe: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEBOOK_FRESH", "1")  # who works is then whom we see
    job = start_report(many(starter_recipe, 40_000))
    process = process_of(job)
    seen = []

    def reading() -> bool:
        progress = job.progress
        seen.append(progress)
        return progress.rows >= 4000

    until(reading)
    shares = [progress.share for progress in seen if progress.share is not None]
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 0.9
    assert [p.rows for p in seen] == sorted(p.rows for p in seen)
    left = seen[-1].seconds_left
    assert left is not None and 0 < left < 600
    assert process.nice() >= 10
    assert job.result is None

    job.cancel()
    assert not process.is_running()
    assert isinstance(job.result, PlannerError)
    assert "cancelled" in job.result.text.en
    assert left_behind() == []
    job.cancel()  # once more does nothing


@pytest.mark.train
def test_file_that_changes_meanwhile(starter_recipe: Build) -> None:
    recipe = many(starter_recipe, 4000)
    job = start_report(recipe)
    until(lambda: job.progress.rows > 0)
    with open(recipe.data.train_files[0], "a") as file:
        file.write("\n")
    result = job.wait(120)
    assert isinstance(result, PlannerError)
    assert "changed while it was read" in result.text.en
    assert left_behind() == []


@pytest.mark.train
def test_killed_process_is_told(starter_recipe: Build) -> None:
    job = start_report(many(starter_recipe, 40_000))
    until(lambda: job.progress.rows > 0)
    process_of(job).send_signal(signal.SIGKILL)
    result = job.wait(20)
    assert isinstance(result, PlannerError)
    assert "want of memory" in result.text.en
    assert left_behind() == []


PARENT = """
import sys, time
from webui.rows.report.job import start_report
from webui.recipe import Recipe
from webui.recipe.sections import Data
if __name__ == "__main__":
    job = start_report(Recipe(data=Data(train_files=(sys.argv[1],))))
    while not job.progress.rows:
        time.sleep(0.05)
    print(job._process.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.train
def test_process_ends_with_its_parent(starter_recipe: Build, tmp_path: Path) -> None:
    recipe = many(starter_recipe, 40_000)
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    command = [sys.executable, str(script), recipe.data.train_files[0]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert parent.stdout is not None
    process = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not process.is_running() or process.status() == "zombie", 10)
    new_scratch(reports_folder()).rmdir()  # as the next report does it
    assert left_behind() == []
