"""What the page opens with."""

from pathlib import Path

import pytest

from webui.app import open_studio
from webui.kernel.kernel import this_kernel
from webui.settings import shipped_recipes


def test_the_first_start_opens_the_starter(tunebook_home: Path) -> None:
    assert open_studio(this_kernel(), None).draft.recipe.name == "starter-extract"


def test_a_later_start_opens_the_draft_of_last_time(tunebook_home: Path) -> None:
    open_studio(this_kernel(), None).draft.commit("adapter.rank", 5)
    assert open_studio(this_kernel(), None).draft.recipe.adapter.rank == 5


def test_a_named_recipe_wins(tunebook_home: Path) -> None:
    open_studio(this_kernel(), None).draft.commit("adapter.rank", 5)
    named = open_studio(this_kernel(), shipped_recipes() / "starter-extract.yaml")
    assert named.draft.recipe.adapter.rank == 8


def test_a_draft_that_cannot_be_read_is_told_and_passed_over(
    tunebook_home: Path, capsys: pytest.CaptureFixture
) -> None:
    (tunebook_home / "draft.yaml").write_text("adapter: [")
    assert open_studio(this_kernel(), None).draft.recipe.name == "starter-extract"
    assert "draft" in capsys.readouterr().out
