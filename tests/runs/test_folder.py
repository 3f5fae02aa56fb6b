"""Run folders: never two of one name, found by what one remembers, deleted whole."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webui.files import read_json, write_json
from webui.kernel.kernel import this_kernel
from webui.notebook.render import Cell, render_cells
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.runs import events, folder
from webui.runs.folder import RunError

CELLS = (Cell("setup", "x = 1", "k1"), Cell("train", "y = 2", "k2"))

pytestmark = pytest.mark.usefixtures("tunebook_home")


def new_run(name: str = "mine", *, status: str | None = None) -> Path:
    """A run of this name, ended with this status."""
    made = folder.create(this_kernel().runs, check({"name": name}), CELLS, "run")
    if status:
        events.append(made, events.Finished(status=status))
    return made


def test_a_new_run_holds_its_recipe_and_its_plan(tunebook_home: Path) -> None:
    recipe = check({"name": "mine", "adapter": {"rank": 8}})
    cells = render_cells(recipe)
    made = folder.create(this_kernel().runs, recipe, cells, "sweep")
    assert made.parent == tunebook_home / "runs" and made.name.endswith("-mine")
    run = folder.read_run(made)
    assert folder.recipe_of_run(run) == recipe
    assert (run.kind, run.status, run.summary) == ("sweep", "running", {})
    plan = read_json(made / folder.PLAN)
    assert [Cell(**cell) for cell in plan["cells"]] == [*cells]
    (started,) = events.of_kind(events.read(made)[0], events.Started)
    assert started.cells == [cell.name for cell in cells]


def test_runs_of_one_second_are_never_one() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [*pool.map(lambda _: new_run(), range(24))]
    assert len({*made}) == 24
    assert {*folder.folders(this_kernel().runs)} == {*made}
    assert all(len(events.read(run)[0]) == 1 for run in made)


@pytest.mark.parametrize("name", [".", "..", "-", "a b.c", "名字", "𠀀" * 60, "x" * 60])
def test_every_name_makes_a_folder_in_its_place(name: str, tunebook_home: Path) -> None:
    made = new_run(name, status="finished")
    assert made.parent == tunebook_home / "runs"
    assert folder.recipe_of_run(folder.read_run(made)).name == name
    folder.delete(folder.read_run(made))
    assert [*made.parent.iterdir()] == []


def test_a_home_that_cannot_be_written_is_an_error_and_no_loop(
    tunebook_home: Path,
) -> None:
    (tunebook_home / "runs").symlink_to(tunebook_home / "nowhere")
    with pytest.raises(OSError):
        new_run()


def test_a_run_is_found_by_its_id_its_begin_its_end_or_its_path() -> None:
    made, other = new_run("one"), new_run("two")
    for known in (made.name, "one", made.name[:-1], str(made), f"{made}/"):
        assert folder.find(this_kernel().runs, known).folder == made
    assert folder.find(this_kernel().runs, other.name).id == other.name


def test_an_id_that_begins_another_is_still_itself() -> None:
    first, second = new_run(), new_run()
    shorter = min(first, second, key=lambda run: len(run.name))
    assert folder.find(this_kernel().runs, shorter.name).folder == shorter


@pytest.mark.parametrize("asked", ["", "nothing", "..", ".", "/", "a\x00b", "*"])
def test_a_run_that_is_not_there_is_told(asked: str) -> None:
    new_run()
    with pytest.raises(RunError, match="no run is called"):
        folder.find(this_kernel().runs, asked)


def test_several_runs_of_one_begin_are_told() -> None:
    made = [new_run("a"), new_run("b")]
    with pytest.raises(RunError, match="several runs are"):
        folder.find(this_kernel().runs, made[0].name[:4])


def test_the_newest_run_comes_first_and_strangers_are_not_runs(
    tunebook_home: Path,
) -> None:
    assert folder.folders(this_kernel().runs) == []
    newer = new_run("newer")
    older = newer.with_name("20200101-000000-older")
    shutil.copytree(newer, older)
    (tunebook_home / "runs" / "notes").mkdir()
    (tunebook_home / "runs" / "file.txt").touch()
    assert folder.folders(this_kernel().runs) == [newer, older]


def test_a_run_can_be_copied_from_another_machine() -> None:
    made = new_run(status="finished")
    copied = made.with_name("20200101-000000-copied")
    shutil.copytree(made, copied)
    run = folder.find(this_kernel().runs, "copied")
    assert run.status == "finished" and folder.recipe_of_run(run).name == "mine"


@pytest.mark.parametrize("status", ["finished", "stopped", "failed"])
def test_a_run_has_the_status_of_its_last_event(status: str) -> None:
    made = new_run()
    assert folder.read_run(made).status == "running"
    events.append(made, events.Finished(status=status))
    assert folder.read_run(made).status == status


def test_a_comparison_that_fails_later_leaves_a_finished_run_finished() -> None:
    made = new_run(status="finished")
    write_json(made / folder.SUMMARY, {"status": "finished"})
    events.append(made, events.Failed(cell="compare", error="ValueError"))
    assert folder.read_run(made).status == "finished"


def test_only_a_saved_adapter_counts() -> None:
    made = new_run()
    assert folder.saved_adapter(made) is None
    (made / folder.ADAPTER).mkdir()
    assert folder.saved_adapter(made) is None
    (made / folder.ADAPTER / "adapter_config.json").write_text("{}")
    assert folder.saved_adapter(made) == made / folder.ADAPTER


def test_a_run_that_goes_on_is_not_deleted() -> None:
    made = new_run()
    with pytest.raises(RunError, match="still running"):
        folder.delete(folder.read_run(made))
    assert folder.folders(this_kernel().runs) == [made]


def test_a_deleted_run_is_gone_whole_and_alone(tunebook_home: Path) -> None:
    kept, made = new_run("kept"), new_run(status="stopped")
    (made / "checkpoints" / "checkpoint-1").mkdir(parents=True)
    folder.delete(folder.read_run(made))
    assert [*(tunebook_home / "runs").iterdir()] == [kept]


def test_a_deletion_follows_no_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "rows.jsonl").touch()
    made = new_run(status="finished")
    (made / "data").symlink_to(elsewhere, target_is_directory=True)
    folder.delete(folder.read_run(made))
    assert (elsewhere / "rows.jsonl").exists()


def test_a_run_with_broken_files_is_still_listed() -> None:
    made = new_run()
    (made / folder.SUMMARY).write_text("{half")
    (made / folder.PLAN).unlink()
    (made / events.FILE).unlink()
    run = folder.read_run(made)
    assert (run.kind, run.status) == ("run", "running")


def test_the_default_recipe_makes_a_run() -> None:
    assert folder.create(this_kernel().runs, Recipe(), CELLS, "run").name.endswith(
        "-untitled"
    )
