"""Code by hand in place of a form's: cells, keys, scripts, and going on with it."""

import ast

import pytest

from webui.notebook.cells import KINDS, RUN, SHOWN
from webui.notebook.cells.compare import pieces
from webui.notebook.edits import (
    NO_EDITS,
    Edit,
    EditError,
    Edits,
    as_edited,
    edits_from,
    problem_of,
    refuse_broken,
)
from webui.notebook.going_on import going_on_by_hand
from webui.notebook.ipynb import notebook_text
from webui.notebook.render import Cell, render_cells
from webui.notebook.rows import expected
from webui.notebook.script import recipe_script
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recorder.by_hand import bound_in

FORMS = {cell.name: cell for cell in render_cells(Recipe(), SHOWN)}
# A text that a formatter would break in two: it parts cells by such a line.
ODD = 'print("""\n# %% cell\n""")   # by hand,   as it is'
CHECKPOINT = "checkpoints/checkpoint-3"


def edit_of(name: str, code: str) -> Edits:
    """An edit of one cell."""
    return {name: Edit(code, FORMS[name].code)}


def by_name(recipe: Recipe | None = None, edits: Edits = NO_EDITS) -> dict[str, Cell]:
    cells = render_cells(recipe or Recipe(), SHOWN, edits=edits)
    return {cell.name: cell for cell in cells}


@pytest.mark.parametrize("name", SHOWN)
def test_an_edited_cell_has_its_code_and_makes_stale_what_stands_on_it(
    name: str,
) -> None:
    edits = edit_of(name, f"{FORMS[name].code}\n{ODD}")
    cells = by_name(edits=edits)
    assert cells[name].code.endswith(ODD)
    assert cells[name].form == FORMS[name].code
    moved = {n for n in SHOWN if cells[n].key != FORMS[n].key}
    # Of Compare, the score stands on the functions alone.
    standing = {n for n in SHOWN if name in KINDS[n].needs} - {"load"}
    assert name in moved and (standing <= moved or name == "compare")
    assert {n for n in SHOWN if cells[n].is_edited} == {name}
    others = [n for n in SHOWN if n != name]
    assert [cells[n].code for n in others] == [FORMS[n].code for n in others]


def test_what_says_the_same_as_the_form_is_no_edit() -> None:
    code = FORMS["train"].code
    assert as_edited(code.replace("\n", "\r\n") + "\n\n", code) is None
    assert by_name(edits={"train": Edit(code, "older")}) == FORMS


def test_blanks_within_a_text_stay() -> None:
    edit = as_edited('said = """a  \n  b  \n"""  \n\n', "x = 1")
    assert edit == Edit('said = """a  \n  b  \n"""', "x = 1")


def test_the_key_follows_from_the_code_by_hand_alone() -> None:
    edits = edit_of("train", "trainer.train()")
    other = check({"training": {"learning_rate": 0.5}})
    assert by_name(other, edits=edits)["train"].key == by_name(edits=edits)["train"].key
    assert by_name(other)["train"].key != FORMS["train"].key


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        ("x = 1\ny = (", 2, "was never closed"),
        ("!ls", 1, "is Jupyter's and not Python's"),
        ("x = 1\n%time x", 2, "is Jupyter's and not Python's"),
        ("await x", 1, "outside function"),
        ("from __future__ import annotations", 1, "beginning of the file"),
        ('x = "\x00"', 1, "null"),
        ('x = "\ud800"', 1, "surrogates"),
        ("  ", 0, "is empty"),
        ("x" * 60_000, 0, "characters"),
    ],
)
def test_what_is_no_python_is_told_with_its_line(
    code: str, line: int, said: str
) -> None:
    told = problem_of("train", code)
    assert told is not None and said in told.en
    assert not line or f"Train, line {line}" in told.en
    assert not line or f"第 {line} 行" in told.zh
    with pytest.raises(EditError):
        refuse_broken(edit_of("train", code), RUN.cells)
    refuse_broken(edit_of("train", code), ("setup",))


def test_only_the_first_cell_may_speak_of_the_future() -> None:
    assert problem_of("setup", "from __future__ import annotations") is None


def test_a_script_holds_code_by_hand_as_it_was_written() -> None:
    recipe, rows = Recipe(), expected(Recipe())
    edits = edit_of("data", f"{FORMS['data'].code}\n{ODD}")
    script = recipe_script(recipe, rows, edits=edits)
    ast.parse(script)
    assert ODD in script and "# %% data (edited by hand)" in script
    assert "# %% score\n" in script
    assert "by hand" not in recipe_script(recipe, rows)
    with pytest.raises(EditError):
        recipe_script(recipe, rows, edits=edit_of("data", "x = ("))


def test_a_notebook_says_which_cells_were_edited() -> None:
    cells = [vars(c) for c in render_cells(Recipe(), edits=edit_of("model", ODD))]
    assert "Edited by hand: `model`" in notebook_text(cells, title="t")
    cells = [vars(cell) for cell in render_cells(Recipe())]
    assert "by hand" not in notebook_text(cells, title="t")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"adapter": {"method": "adalora", "initial_rank": 24}},
        {"adapter": {"method": "p_tuning"}},
        {"evaluation": {"every": "steps"}},
        {"model": {"precision": "4bit"}},
    ],
    ids=str,
)
def test_code_by_hand_goes_on_as_the_form_does(values: dict) -> None:
    recipe = check(values)
    rows = expected(recipe)
    [whole] = render_cells(recipe, ("train",), rows=rows)
    [form] = render_cells(recipe, ("train",), rows=rows, checkpoint=CHECKPOINT)
    code = going_on_by_hand(whole.code, recipe, rows, CHECKPOINT)
    # Where an import stands is of no matter.
    ours, theirs = (sorted(map(ast.dump, ast.parse(c).body)) for c in (code, form.code))
    assert ours == theirs


@pytest.mark.parametrize(
    "code",
    [
        "x = 1",
        "trainer.train()\ntrainer.train()",
        "trainer.train(resume_from_checkpoint=True)",
        "if True: trainer.train()",
        "'''\ntrainer.train()\n'''",
        "x = 1; trainer.train()",
        "print(trainer.train())",
    ],
)
def test_what_does_not_say_once_that_it_trains_cannot_go_on(code: str) -> None:
    recipe = Recipe()
    with pytest.raises(EditError, match=r"trainer\.train\(\)"):
        going_on_by_hand(code, recipe, expected(recipe), CHECKPOINT)


def test_a_training_within_a_block_goes_on_there() -> None:
    recipe = check({"evaluation": {"every": "steps"}})
    code = "with x:\n    # 中文\n    got = trainer.train()\nprint(got)"
    found = going_on_by_hand(code, recipe, expected(recipe), CHECKPOINT)
    assert f'    got = trainer.train(resume_from_checkpoint="{CHECKPOINT}")' in found
    ast.parse(found)


def test_a_comparison_by_hand_that_ends_otherwise_is_one_piece() -> None:
    assert [*pieces(FORMS["compare"].code)] == ["compare", "base", "tuned"]
    for code in ("print(1)", "", "ask(1)\nask(2)", 'with x:\n    "a"\ny = 1'):
        assert pieces(code) == {"compare": code}


def test_what_a_form_leaves_for_others_is_known() -> None:
    for name in SHOWN:
        made, leaves = bound_in(FORMS[name].code), {*KINDS[name].leaves}
        assert leaves - made <= {"base_weights", "eval_data"}


def test_what_a_file_holds_that_is_no_edit_is_left_out() -> None:
    known = {
        "train": {"code": "x = 1"},
        "load": {"code": "x"},
        "../../x": {"code": "x"},
        "data": {"code": 3},
        "score": "x",
    }
    assert edits_from(known) == {"train": Edit("x = 1", "")}
    for odd in (None, [], "x", 3):
        assert edits_from(odd) == {}
