"""The commands and the cells of a run that were edited by hand."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from printed import Printed
from runs_by_hand import MINE, run_with

from webui.commands.demo import tell_by_hand
from webui.runs import folder
from webui.runs.parent import why_not_trainable


def test_a_run_gives_away_what_was_edited_in_it(
    tunebook: Callable[..., Printed], tmp_path: Path
) -> None:
    run = run_with("mine", train=MINE)
    code, script, _ = tunebook("script", run.name)
    assert code == 0 and MINE in script and "# %% train (edited by hand)" in script
    ast.parse(script)
    file = tmp_path / "mine.ipynb"
    assert tunebook("notebook", run.name, "-o", str(file))[0] == 0
    notebook = nbformat.read(file, as_version=4)
    assert next(c.source for c in notebook.cells if c.id == "train") == MINE
    assert "Edited by hand: `train`" in notebook.cells[0].source


def test_with_other_settings_it_is_left_out_with_a_word(
    tunebook: Callable[..., Printed],
) -> None:
    run = run_with("mine", train=MINE)
    code, script, told = tunebook("script", run.name, "--set", "training.steps=7")
    assert code == 0 and MINE not in script and "max_steps=7" in script
    assert "code by hand (train) is left out" in told


def test_code_by_hand_finds_its_rows_where_it_reads_them(
    tunebook: Callable[..., Printed], tmp_path: Path
) -> None:
    tunebook("script", run_with("a", train=MINE).name, "-o", str(tmp_path / "a.py"))
    assert (tmp_path / "a-rows" / "train.jsonl").is_file()
    data = 'train_data = heldout_data = open("rows/train.jsonl")'
    tunebook("script", run_with("b", data=data).name, "-o", str(tmp_path / "b.py"))
    assert (tmp_path / "rows" / "train.jsonl").is_file()
    assert data in (tmp_path / "b.py").read_text()


def test_two_runs_differ_in_their_code(tunebook: Callable[..., Printed]) -> None:
    left, right = run_with("x", train=MINE), run_with("x", data="x = 1", train=MINE)
    _, told, _ = tunebook("runs", "--diff", left.name, right.name)
    assert "code.data" in told and "code.train" not in told
    assert "as the form has it" in told and "edited by hand (" in told
    _, told, _ = tunebook("runs", "--diff", left.name, right.name, "--json")
    [found] = json.loads(told)["differences"]
    assert found["field"] == "code.data" and found["values"][0] == ""


@pytest.mark.usefixtures("tunebook_home")
def test_a_demo_says_which_code_it_leaves_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_by_hand(run_with("x", train=MINE, model="x = 1"))
    assert capsys.readouterr().err.rstrip().endswith("not in its demo: model")
    tell_by_hand(run_with("y", train=MINE))
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("tunebook_home")
def test_an_adapter_made_by_hand_cannot_be_trained_on() -> None:
    for name, told in (("adapter", "edited by hand"), ("train", None)):
        run = run_with(name, **{name: MINE})
        (run / "adapter").mkdir()
        (run / "adapter" / "adapter_config.json").write_text("{}")
        why = why_not_trainable(folder.read_run(run))
        assert (why is None) == (told is None)
        assert why is None or str(told) in why.en
