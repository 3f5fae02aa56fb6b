"""What the page opens with, and who may reach it."""

from pathlib import Path

import pytest

from webui.app import open_studio, trusted_hosts
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


def test_other_host_names_are_refused_unless_a_password_guards() -> None:
    names = trusted_hosts("127.0.0.1", False).kwargs["allowed_hosts"]
    assert "127.0.0.1" in names and not any("*" in name for name in names)
    shared = trusted_hosts("127.0.0.1", True).kwargs["allowed_hosts"]
    assert "*.gradio.live" in shared and "*" not in shared
    assert trusted_hosts("0.0.0.0", False).kwargs["allowed_hosts"] == ["*"]


def test_a_colab_asks_by_the_name_of_its_runtime(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without it every request through Colab's proxy would be refused."""
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab_20261120")
    names = trusted_hosts("127.0.0.1", False).kwargs["allowed_hosts"]
    assert "*.codatalab-user-runtimes.internal" in names and "*" not in names
