"""The declarations of the cells: they agree with one another and with the templates."""

import ast
import re
import sys
from pathlib import Path
from pkgutil import resolve_name

import pytest

import webui.notebook
from webui.notebook import cells
from webui.notebook.cells import JOBS, KINDS, SHOWN, TRIES, declared, in_order
from webui.notebook.cells.kind import CellKind
from webui.text import Text

NOTEBOOK = Path(webui.notebook.__file__).parent
TOY = """
from webui.notebook.cells.kind import CellKind
from webui.text import Text

CELL = CellKind("toy", Text("Toy", "玩具"), jobs=("run",), needs=("train",))
"""
# What an impure function would ask of the machine.
ASKING = r"\b(is_dir|is_file|isdir|isfile|exists|expanduser|environ|getcwd|stat|cwd)\("


def test_each_cell_has_a_template_and_each_template_is_a_cell_or_a_part_of_one() -> (
    None
):
    # Those of the objectives lie in a folder of their own.
    files = [*(NOTEBOOK / "templates").glob("*.jinja")]
    templates = {file.name.partition(".")[0] for file in files}
    texts = [file.read_text() for file in (NOTEBOOK / "templates").rglob("*.jinja")]
    included = {
        name for text in texts for name in re.findall(r'"(\w+)\.py\.jinja', text)
    }
    assert {*KINDS} <= templates
    assert templates - {*KINDS} <= included


def test_the_notebook_is_in_the_order_in_which_the_page_counts() -> None:
    run = "setup model data adapter train compare score"
    assert JOBS["run"].cells == tuple(run.split())
    assert JOBS["sweep"].cells == ("setup", "model", "data", "sweep")
    assert JOBS["compare"].cells == tuple("setup model data load compare score".split())
    assert SHOWN == (*JOBS["run"].cells, "sweep")


def test_what_runs_undoes_what_stood_on_it() -> None:
    assert TRIES == ("adapter", "load", "train", "compare", "score")
    for name in ("adapter", "load", "sweep"):
        assert cells.undone_by(name) == TRIES
    assert cells.undone_by("model") == ("model", "data", *TRIES)
    assert cells.undone_by("setup") == ("setup", "model", "data", *TRIES)
    for name in ("data", "train", "compare", "score", "unknown"):
        assert cells.undone_by(name) == ()


@pytest.mark.parametrize("name", KINDS)
def test_what_the_kernel_does_around_a_cell_is_there(name: str) -> None:
    for hook in (KINDS[name].at_begin, KINDS[name].at_end):
        assert not hook or callable(resolve_name(hook))


@pytest.mark.parametrize("name", SHOWN)
def test_a_cell_of_the_page_says_what_it_does_in_both_languages(name: str) -> None:
    kind = KINDS[name]
    assert kind.title.en and kind.title.zh != kind.title.en
    assert bool(kind.sentence.en) == bool(kind.sentence.zh) == (name != "setup")


def test_a_file_that_is_added_is_a_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy.py").write_text(TOY, encoding="utf-8")
    monkeypatch.setattr(cells, "__path__", [*cells.__path__, str(tmp_path)])
    found = in_order(declared())
    del sys.modules["webui.notebook.cells.toy"]
    others = [name for name in found if name != "toy"]
    assert others == [*KINDS]
    assert [*found].index("toy") > others.index("train")


def test_cells_that_need_each_other_have_no_order() -> None:
    one = CellKind("one", Text("", ""), needs=("other",))
    other = CellKind("other", Text("", ""), needs=("one",))
    with pytest.raises(ValueError, match="one.*other"):
        in_order([one, other])


def test_an_unknown_cell_is_a_plain_one() -> None:
    plain = cells.kind_of("of_an_older_run")
    assert plain.in_pieces("x = 1") == {"of_an_older_run": "x = 1"}
    assert not plain.trainings and not cells.kind_of(None).trainings


@pytest.mark.parametrize(
    "file", sorted(NOTEBOOK.rglob("*.py")), ids=lambda f: str(f.relative_to(NOTEBOOK))
)
def test_the_notebook_asks_nothing_of_the_machine(file: Path) -> None:
    """Where something lies is found before: a cell's key is the same everywhere."""
    text = file.read_text(encoding="utf-8")
    assert not re.findall(ASKING, text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            names.add(node.module or "")
            assert not names & {"webui.settings", "webui.files"}
