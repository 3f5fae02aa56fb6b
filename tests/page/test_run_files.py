"""What of a run can be taken away: each part, behind the page's own guard."""

import ast
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from replayed import replayed_run
from starlette.testclient import TestClient

from webui.app import open_studio
from webui.kernel.kernel import this_kernel
from webui.notebook.cells import RUN
from webui.notebook.edits import Edit
from webui.notebook.render import render_cells
from webui.page.frame import Page
from webui.page.language import Language
from webui.page.routes import add_routes
from webui.page.runs import files
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.runs import events, folder
from webui.runs.kept import blocks, kept


@pytest.fixture
def app(tunebook_home: Path) -> Any:
    """An app of Gradio's with the page's plain routes."""
    studio = open_studio(this_kernel(), None)
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.Textbox()
    made = App.create_app(blocks)
    add_routes(made, studio)
    made.studio = studio
    return made


def ended_run(status: str = "finished") -> Path:
    """A run that has kept every part."""
    run = replayed_run(3)
    (run / "adapter" / "deeper").mkdir(parents=True)
    for name in ("adapter_config.json", "adapter_model.safetensors", "deeper/x.json"):
        (run / "adapter" / name).write_bytes(os.urandom(3000))
    (run / "rows").mkdir()
    (run / "rows" / "train.jsonl").write_text('{"a": 1}\n')
    for name in (folder.NOTEBOOK, folder.LOG, folder.SUMMARY):
        (run / name).write_text("{}")
    if status:
        events.append(run, events.Finished(status=status))
    return run


def asked(app: Any, run: str, what: str) -> Any:
    return TestClient(app).get("/run-file", params={"run": run, "what": what})


def page_of(app: Any, language: Language = "en") -> Page:
    """A page without parts."""
    with gr.Blocks():
        return Page(app.studio, language, gr.State(None), gr.Textbox())


def drawn(app: Any, run: str, language: Language = "en") -> str:
    """What the Runs tab says of the files of a run."""
    page = page_of(app, language)
    return str(files.run_files(page, page.view(), run))


def test_every_part_comes_as_it_lies_in_the_run(app: Any) -> None:
    run = ended_run()
    for what, name in (
        ("log", folder.LOG),
        ("events", events.FILE),
        ("recipe", folder.RECIPE),
    ):
        reply = asked(app, run.name, what)
        assert reply.content == (run / name).read_bytes()
        assert f"{run.name}-{name}" in reply.headers["content-disposition"]
        assert reply.headers["content-disposition"].startswith("attachment")
        assert reply.headers["x-content-type-options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(asked(app, run.name, "adapter").content)) as found:
        assert found.testzip() is None and len(found.namelist()) == 3
        for name in found.namelist():
            assert found.read(name) == (run / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(asked(app, run.name, "script").content)) as found:
        assert {*found.namelist()} == {f"{run.name}.py", "rows/train.jsonl"}
        assert ast.parse(found.read(f"{run.name}.py"))


def test_the_size_stands_beside_each_link(app: Any) -> None:
    told = drawn(app, ended_run().name)
    assert told.count("<a ") == len(files.TITLES) and "(ZIP, 9 KB)" in told


def test_nothing_else_of_the_machine_is_given_away(
    app: Any, tunebook_home: Path
) -> None:
    run, outside = ended_run(), tunebook_home / "secret"
    outside.write_text("secret")
    (run / folder.LOG).unlink()
    (run / folder.LOG).symlink_to(outside)
    (run / "adapter" / "link").symlink_to(outside)
    (run / "rows" / "train.jsonl").unlink()
    (run / "rows").rmdir()
    (run / "rows").symlink_to(tunebook_home)
    assert asked(app, run.name, "log").status_code == 404
    assert asked(app, run.name, "rows").status_code == 404
    assert b"secret" not in asked(app, run.name, "adapter").content
    for what in ("", "..", "plan.json", "../../secret", "parent", "checkpoints"):
        assert asked(app, run.name, what).status_code == 404, what
    for name in ("", "..", "../runs", "gone", "a\0b"):
        assert asked(app, name, "recipe").status_code == 404, name


def test_who_may_not_see_the_page_may_not_take_a_run(app: Any) -> None:
    run = ended_run()
    app.get_blocks().auth_message = None  # as `launch` sets it
    app.auth = {"someone": "secret"}
    assert asked(app, run.name, "recipe").status_code == 401


@pytest.mark.parametrize(
    ("status", "why"), [("", files.NOT_YET), ("stopped", files.CUT_OFF)]
)
def test_what_is_not_there_says_why(app: Any, status: str, why: Any) -> None:
    run = replayed_run(3)
    if status:
        events.append(run, events.Finished(status=status))
    assert why.zh in drawn(app, run.name, "zh")
    told = drawn(app, run.name)
    assert why.en in told and told.count("<a ") == 3  # recipe, script, events
    sweep = folder.create(this_kernel().runs, Recipe(), [], "sweep")
    assert files.NO_SWEEP_ADAPTER.en in drawn(app, sweep.name)


def test_rows_that_are_too_many_are_named_and_not_packed(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ended_run()
    monkeypatch.setattr(files, "LARGE", 5)
    assert "too much for a browser" in drawn(app, run.name)
    assert asked(app, run.name, "rows").status_code == 404
    assert ast.parse(asked(app, run.name, "script").text)


def test_the_script_has_what_was_edited_by_hand(app: Any) -> None:
    recipe = check({})
    edits = {"setup": Edit("import os  # by hand", "import os")}
    run = folder.create(
        this_kernel().runs, recipe, render_cells(recipe, RUN.cells, edits=edits), "run"
    )
    assert "import os  # by hand" in asked(app, run.name, "script").text


def test_a_run_with_a_name_of_any_letters(app: Any) -> None:
    run = ended_run()
    named = run.rename(run.with_name("20260101-000000-数据 'é;"))
    reply = asked(app, named.name, "adapter")
    assert "%E6%95%B0" in reply.headers["content-disposition"]
    assert "%E6%95%B0" in drawn(app, named.name) and reply.content[:2] == b"PK"


def test_a_log_that_grows_meanwhile_is_given_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"a" * 10)
    piece = blocks(file, 10)
    with file.open("ab") as more:
        more.write(b"b" * 10)
    assert b"".join(piece) == b"a" * 10


def test_a_run_whose_recipe_is_none_any_more(app: Any) -> None:
    run = ended_run()
    (run / folder.RECIPE).write_text("nonsense: [")
    assert asked(app, run.name, "script").status_code == 404
    assert asked(app, run.name, "log").status_code == 200
    assert kept(run, "adapter")


def test_after_a_training_one_line_says_where_all_is(app: Any) -> None:
    run = ended_run("stopped")
    page = page_of(app)
    told = files.kept_line(page, page.view())
    assert run.name in told and told.count("<a ") == len(files.SHORT)
    replayed_run(3)  # a newer one, that has not ended
    assert not files.kept_line(page, page.view())
