"""What a demo shows: a run's adapter or an exported one, and none of their rows."""

import ast
import json
import shutil
from pathlib import Path

import pytest
from replayed import replayed_run

from webui.demo.limits import Question
from webui.demo.source import CELLS, find_source
from webui.errors import UserError
from webui.files import read_json, write_json
from webui.kernel.kernel import this_kernel
from webui.models.here import cells_here
from webui.notebook.cells import COMPARE
from webui.recorder.kept import give_recipe
from webui.runs.folder import PLAN, edits_of_run

HOSTILE = 'a"""\'\'\'\n{{ 7*7 }} {% raw %}\\\nimport os; os.system("x")'
TEMPLATE = "{% for m in messages %}<{{ m.content }}>{% endfor %}"


def saved(folder: Path, **config: object) -> Path:
    """A folder as PEFT saves an adapter."""
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def run(tunebook_home: Path) -> Path:
    """A run that saved an adapter."""
    folder = replayed_run(5)
    saved(folder / "adapter", base_model_name_or_path="starter")
    return folder


def test_a_run_by_its_id_its_path_or_its_adapter_s(run: Path) -> None:
    root = this_kernel().runs
    named = [run.name, run.name[:12], str(run), str(run / "adapter")]
    sources = [find_source(root, name) for name in named]
    assert {source.adapter for source in sources} == {run / "adapter"}
    assert {source.recipe.name for source in sources} == {"starter-extract"}


def test_an_exported_adapter_names_its_base_and_brings_its_template(
    tunebook_home: Path, tmp_path: Path
) -> None:
    folder = saved(tmp_path / "out", base_model_name_or_path="org/base-1B")
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    source = find_source(this_kernel().runs, str(folder))
    assert source.recipe.model.name == "org/base-1B"
    model = {cell.name: cell.code for cell in source.cells(Question("a", 5, 0))}[
        "model"
    ]
    last = ast.parse(model).body[-1]
    assert isinstance(last, ast.Assign) and ast.literal_eval(last.value) == TEMPLATE


def test_an_exported_adapter_is_asked_as_it_was_trained(
    run: Path, tmp_path: Path
) -> None:
    """Its recipe lies beside it, as a training leaves it there."""
    give_recipe(run)
    taken = tmp_path / "taken"
    shutil.copytree(run / "adapter", taken)
    root = this_kernel().runs
    shown = find_source(root, str(taken))
    recipe = find_source(root, run.name).recipe
    assert recipe.data.system_prompt and recipe.model.name == "starter"
    assert shown.recipe.data.system_prompt == recipe.data.system_prompt
    assert (shown.recipe.model, shown.adapter) == (recipe.model, taken)


def test_a_system_prompt_can_be_given(run: Path) -> None:
    found = find_source(this_kernel().runs, run.name)
    assert found.asked_with(None) is found
    for text in ("You are {{ 'X' }}.", ""):
        code = found.asked_with(text).cells(Question("a", 5, 0))[-1].code
        assert (repr("You are {{ 'X' }}.") in code) is bool(text)
        assert repr(found.recipe.data.system_prompt) not in code


def test_what_cannot_be_shown_is_refused(run: Path, tmp_path: Path) -> None:
    root = this_kernel().runs
    bare = saved(tmp_path / "bare", r=8)
    with pytest.raises(UserError, match="base_model_name_or_path"):
        find_source(root, str(bare))
    (run / "adapter" / "adapter_config.json").unlink()
    with pytest.raises(UserError, match="saved no adapter"):
        find_source(root, run.name)
    for name in ("nowhere", "", "../..", str(tmp_path)):
        with pytest.raises(UserError, match="called"):
            find_source(root, name)


def test_the_question_is_in_the_code_as_a_literal_and_no_row_is(run: Path) -> None:
    source = find_source(this_kernel().runs, run.name)
    cells = {cell.name: cell.code for cell in source.cells(Question(HOSTILE, 7, 0.5))}
    assert "data" not in cells and "data" in COMPARE.cells
    assert not any("rows/" in code or "heldout" in code for code in cells.values())
    body = ast.parse(cells["compare"]).body
    prompts = [
        ast.literal_eval(each.value)
        for each in body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "prompt"
    ]
    assert prompts == [HOSTILE]
    assert "max_new_tokens=7" in cells["compare"]
    assert "temperature=0.5" in cells["compare"]


def test_another_question_loads_nothing_again(run: Path) -> None:
    source = find_source(this_kernel().runs, run.name)
    keys = [
        {cell.name: cell.key for cell in source.cells(question)}
        for question in (Question("a", 5, 0), Question("b", 9, 1))
    ]
    assert {name for name in CELLS if keys[0][name] != keys[1][name]} == {"compare"}


def test_the_cells_are_those_of_the_owner_s_comparison(run: Path) -> None:
    source = find_source(this_kernel().runs, run.name)
    asked = source.recipe.compare.model_copy(
        update={"prompt": "a", "max_new_tokens": 5, "temperature": 0}
    )
    recipe = source.recipe.model_copy(update={"compare": asked})
    own = cells_here(
        recipe,
        COMPARE.upto("compare"),
        adapter_folder=str(source.adapter),
        rows=source.rows,
    )
    code = {cell.name: cell.code for cell in own}
    for cell in source.cells(Question("a", 5, 0)):
        assert cell.code == code[cell.name]


def test_code_by_hand_of_the_owner_never_answers(run: Path) -> None:
    shown = find_source(this_kernel().runs, run.name).cells(Question("a", 5, 0))
    plan = read_json(run / PLAN)
    for cell in plan["cells"]:
        cell |= {"form": cell["code"], "code": f"owned = 1\n{cell['code']}"}
    write_json(run / PLAN, plan)
    assert {*edits_of_run(run)} >= {"setup", "model", "compare"}
    edits = {name: {"code": "owned = 1"} for name in CELLS}
    write_json(this_kernel().home / "draft.edits.json", edits)
    source = find_source(this_kernel().runs, run.name)
    assert source.cells(Question("a", 5, 0)) == shown
