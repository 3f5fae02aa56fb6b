"""The commands: what they print, where, and with which exit code."""

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from printed import Printed

from webui import cli
from webui.commands.options import parser
from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.kernel.status import lock
from webui.notebook.render import render_cells
from webui.notebook.rows import expected
from webui.recipe.store import load
from webui.runs import events, folder, notes

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipes" / "starter-extract.yaml"
SHORT = [
    *("--set", "training.duration=steps", "--set", "training.steps=2"),
    *("--set", "training.batch_size=2", "--set", "compare.scored_rows=2"),
    *("--set", "compare.max_new_tokens=4"),
]
HEAVY = {"gradio", "torch", "transformers", "rich", "optuna", "pandas", "nbformat"}


def command(*words: str, **options: Any) -> "subprocess.Popen[str]":
    """A command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "webui", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


def finished_run(status: str = "finished", name: str = "one") -> Path:
    """A run folder as a kernel leaves it."""
    recipe = load(RECIPE).model_copy(update={"name": name})
    run = folder.create(this_kernel().runs, recipe, render_cells(recipe), "run")
    summary = {"status": status, "steps": 7, "last_loss": 0.25, "duration": 65.0}
    score = {"base": 0.0, "tuned": 0.75, "rows": 8}
    (run / folder.SUMMARY).write_text(json.dumps({**summary, "score": score}))
    events.append(run, events.Finished(status=status))
    return run


# ---- the parser and the start


def test_help_comes_at_once_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from webui.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(*sys.modules)"
    )
    begun = time.monotonic()
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert time.monotonic() - begun < 2  # 0.1 s on an idle machine
    assert all(name in printed for name in cli.COMMANDS)
    loaded = {name.partition(".")[0] for name in printed.splitlines()[-1].split()}
    assert not loaded & {*HEAVY, "yaml", "pydantic", "jupyter_client"}


@pytest.mark.parametrize("name", [name for name in cli.COMMANDS])
def test_commands_import_nothing_heavy(name: str) -> None:
    code = f"import sys; from webui.cli import command; command({name!r})"
    printed = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    loaded = {name.partition(".")[0] for name in printed.split()}
    allowed = {"nbformat"}  # 0.1 s, and the run folder needs it anyway
    assert not loaded & (HEAVY - allowed)


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in cli.COMMANDS:
        with pytest.raises(SystemExit) as ended:
            cli.main([name, "--help"])
        assert ended.value.code == 0
        assert f"usage: tunebook {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["run"],
        ["run", "x", "--nonsense"],
        ["page", "--auth", "nobody"],
        ["page", "--max-upload", "0"],
        ["page", "--port", "http"],
        ["page", "--port", "70000"],
        ["demo", "x", "--port", "0"],
        ["demo", "x", "--tokens", "9" * 20],
    ],
)
def test_wrong_usage_is_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_without_a_command_the_page_opens() -> None:
    """Its options may follow at once; all of them reach the page."""
    parse = parser().parse_args
    assert cli.with_command([]) == ["page"]
    assert cli.with_command(["--port", "80"]) == ["page", "--port", "80"]
    assert cli.with_command(["--help"]) == ["--help"]
    assert cli.with_command(["runs"]) == ["runs"]
    given = parse(cli.with_command(["--auth", "ada:s:e", "--share", "--no-browser"]))
    assert (given.command, given.recipe, given.host) == ("page", None, "127.0.0.1")
    assert given.auth == ("ada", "s:e") and given.share and given.no_browser


# ---- recipes, scripts, notebooks


def test_a_recipe_is_a_path_or_a_shipped_name(tunebook: Callable[..., Printed]) -> None:
    by_name = tunebook("script", "starter-extract")
    assert by_name == tunebook("script", str(RECIPE))
    assert by_name[0] == 0
    assert by_name[2] == "It reads the folder rows: -o FILE writes both\n"


def test_script_is_code_with_the_settings_in_it(
    tunebook: Callable[..., Printed],
) -> None:
    code, out, _ = tunebook(
        *("script", str(RECIPE), "--set", "adapter.rank=19", "--model", "some/model")
    )
    assert code == 0
    ast.parse(out)
    assert "r=19" in out and '"some/model"' in out and "webui" not in out


def test_rows_lie_beside_their_script_and_nothing_is_taken_away(
    tunebook: Callable[..., Printed], tmp_path: Path
) -> None:
    own = tmp_path / "tune-rows"
    own.mkdir()
    (own / "mine.txt").write_text("mine")
    file = tmp_path / "new" / ".." / "tune.py"
    (tmp_path / "new").mkdir()
    assert tunebook("script", str(RECIPE), "-o", str(file))[0] == 0
    assert (own / "mine.txt").read_text() == "mine"
    assert (own / "extract.train.jsonl").stat().st_nlink == 1
    assert "tune-rows/extract.train.jsonl" in file.read_text()
    # A source that lies where it would be copied to stays as it is.
    source = own / "extract.train.jsonl"
    before = source.read_bytes()
    named = f"data.train_files={source}"
    assert tunebook("script", str(RECIPE), "--set", named, "-o", str(file))[0] == 0
    assert source.read_bytes() == before
    deep = tmp_path / "a" / "b" / "other.py"
    assert tunebook("script", str(RECIPE), "-o", str(deep))[0] == 0
    assert (deep.parent / "other-rows" / "extract.heldout.jsonl").is_file()


def test_a_run_gives_its_own_recipe_and_rows(
    tunebook: Callable[..., Printed], tmp_path: Path
) -> None:
    recipe = load(RECIPE, ["adapter.rank=19"])
    rows = expected(recipe)
    run = folder.create(this_kernel().runs, recipe, [], "run", rows=rows)
    notes.change(run, this_kernel().notes, name="my best one")
    (run / "rows").mkdir()
    for name in ("extract.train.jsonl", "extract.heldout.jsonl"):
        (run / "rows" / name).write_text("its own")
    for command, named in (("script", "my best one"), ("notebook", run.name)):
        file = tmp_path / command
        assert tunebook(command, named, "-o", str(file))[0] == 0
        assert "r=19" in file.read_text()
        own = tmp_path / f"{command}-rows" / "extract.train.jsonl"
        assert own.read_text() == "its own"


def test_notebook_opens_in_jupyter(
    tunebook: Callable[..., Printed], tmp_path: Path
) -> None:
    file = tmp_path / "made.ipynb"
    code, out, err = tunebook("notebook", str(RECIPE), "-o", str(file))
    assert (code, out) == (0, "") and str(file) in err
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells][:3] == ["title", "setup", "model"]
    assert "```yaml\nname: starter-extract" in notebook.cells[0].source
    assert json.loads(tunebook("notebook", str(RECIPE))[1])["cells"]


def test_recipes_are_listed_with_what_they_are_for(
    tunebook: Callable[..., Printed],
) -> None:
    code, out, _ = tunebook("recipes", "--json")
    listed = {each["name"]: each for each in json.loads(out)}
    assert code == 0
    first = RECIPE.read_text("utf-8").splitlines()[0]
    assert listed["starter-extract"]["about"] == first.removeprefix("# ")
    assert Path(listed["starter-extract"]["path"]).samefile(RECIPE)
    assert "starter-extract\t" in tunebook("recipes")[1]


# ---- errors


def test_every_problem_of_a_recipe_is_a_line(tunebook: Callable[..., Printed]) -> None:
    code, out, err = tunebook(
        *(
            "script",
            str(RECIPE),
            "--set",
            "adapter.rnk=3",
            "--set",
            "training.epochs=-1",
        )
    )
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert any(line.startswith("adapter.rnk: ") for line in lines)
    assert any(line.startswith("training.epochs: ") for line in lines)
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["script", "nowhere"], "nowhere: is neither a recipe"),
        (["notebook", "nowhere"], "nor a run (its id, its name or its folder"),
        (["compare", "nowhere"], "No run is called 'nowhere'"),
        (["runs", "--delete", "nowhere"], "No run is called 'nowhere'"),
        (["script", str(RECIPE), "-o", "/dev/null/x.py"], "/dev/null"),
        (["script", str(RECIPE), "-o", "/"], "/ is a folder; -o wants"),
        (["notebook", str(RECIPE), "-o", ""], ". is a folder; -o wants"),
        (["page", str(RECIPE), "--host", "nowhere.invalid"], "at nowhere.invalid ("),
        (
            ["run", str(RECIPE), "--set", "data.train_files=/nowhere.jsonl"],
            "nowhere.jsonl",
        ),
        (["sweep", str(RECIPE)], "sweep.space: name at least one field"),
        (["sweep", str(RECIPE), "--set", "data.train_files="], "data.train_files: "),
    ],
)
def test_an_error_is_one_sentence(
    words: list[str], said: str, tunebook: Callable[..., Printed]
) -> None:
    code, out, err = tunebook(*words)
    assert (code, out) == (1, "")
    # Before it, at most what the recipe still says of its own rows.
    lines = [x for x in err.splitlines() if not x.startswith("The rows are others")]
    assert said in err and len(lines) == 1
    assert jobs.status(this_kernel()).word == "none"


def test_the_unexpected_goes_to_the_log(
    tunebook: Callable[..., Printed],
    tunebook_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def odd(path: Path) -> None:
        raise ZeroDivisionError("odd")

    run = finished_run()
    monkeypatch.setattr(shutil, "rmtree", odd)
    code, _, err = tunebook("runs", "--delete", run.name, "--yes")
    log = tunebook_home / "tunebook.log"
    assert code == 1 and str(log) in err and len(err.splitlines()) == 2
    assert "Traceback" not in err
    assert "Traceback" in log.read_text() and "ZeroDivisionError" in log.read_text()


@pytest.mark.parametrize("name", ["runs", "recipes"])
def test_a_reader_that_leaves_is_no_error(name: str, tunebook_home: Path) -> None:
    """Neither in the middle of a long listing, nor at the last flush of a short one."""
    for number in range(40):
        finished_run(name=f"{'long' * 14}-{number}")
    listing = command(name, "--json")
    assert listing.stdout and listing.stderr
    listing.stdout.close()
    assert listing.stderr.read() == ""
    assert listing.wait() == 1


# ---- runs


def test_runs_are_listed_newest_first(tunebook: Callable[..., Printed]) -> None:
    assert "tunebook run starter-extract" in tunebook("runs")[1]
    first = finished_run(name="first")
    second = first.rename(first.with_name("20990101-000000-second"))
    first = finished_run(name="first")
    code, out, _ = tunebook("runs", "--json")
    listed = json.loads(out)
    assert code == 0
    assert [each["id"] for each in listed] == [second.name, first.name]
    assert listed[0]["scores"][1]["value"] == 0.75 and listed[0]["status"] == "finished"
    line = tunebook("runs")[1].splitlines()[0].split("\t")
    assert line[0] == second.name and "0% -> 75%" in line and "1 min 5 s" in line


def test_a_run_is_deleted_only_when_sure(tunebook: Callable[..., Printed]) -> None:
    run = finished_run()
    code, _, err = tunebook("runs", "--delete", run.name)
    assert code == 1 and run.is_dir() and "--yes" in err
    assert tunebook("runs", "--delete", run.name, "--yes")[0] == 0
    assert not run.exists()


def test_a_running_run_is_not_deleted(tunebook: Callable[..., Printed]) -> None:
    recipe = load(RECIPE)
    with lock(this_kernel()):  # it is being started
        run = folder.create(this_kernel().runs, recipe, render_cells(recipe), "run")
        code, _, err = tunebook("runs", "--delete", run.name, "--yes")
    assert code == 1 and "still running" in err and run.is_dir()
