"""What the page gives away runs elsewhere: code comes with the rows that it reads."""

import zipfile
from pathlib import Path

import pytest

from webui.kernel.kernel import this_kernel
from webui.page.draft import Draft
from webui.page.studio import Studio
from webui.page.take_away import (
    notebook_of,
    recipe_as_yaml,
    script_of,
    taken_away,
)
from webui.page.view import View, view_of
from webui.recipe.store import load
from webui.rows.prepare.prepare import prepare
from webui.settings import shipped_recipes


@pytest.fixture
def view(starter_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    """A view of the starter's recipe, whose rows are prepared."""
    recipe = load(shipped_recipes() / "starter-extract.yaml")
    prepare(recipe)
    return view_of(Studio(this_kernel(), Draft(recipe)))


@pytest.mark.parametrize(
    ("suffix", "text_of"), [(".py", script_of), (".ipynb", notebook_of)]
)
def test_code_comes_packed_with_its_rows(view: View, suffix: str, text_of) -> None:  # type: ignore
    with zipfile.ZipFile(taken_away(view, suffix, text_of)) as archive:
        assert sorted(archive.namelist()) == sorted(
            [
                f"starter-extract{suffix}",
                "rows/extract.train.jsonl",
                "rows/extract.heldout.jsonl",
            ]
        )
        code = archive.read(f"starter-extract{suffix}").decode()
        assert "rows/extract.train.jsonl" in code
        source = shipped_recipes() / "data" / "extract.train.jsonl"
        assert archive.read("rows/extract.train.jsonl") == source.read_bytes()


def test_a_recipe_is_one_file_and_is_written_once(view: View) -> None:
    file = taken_away(view, ".yaml", recipe_as_yaml)
    assert file.suffix == ".yaml" and "extract.train.jsonl" in file.read_text()
    before = file.stat().st_mtime_ns
    assert taken_away(view, ".yaml", recipe_as_yaml).stat().st_mtime_ns == before
