"""Where things live follows the environment, at every call."""

from pathlib import Path

import pytest

from webui import settings
from webui.kernel.kernel import this_kernel


def test_home_is_a_hidden_folder_unless_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for unnamed in (None, ""):
        monkeypatch.delenv("TUNEBOOK_HOME", raising=False)
        if unnamed is not None:
            monkeypatch.setenv("TUNEBOOK_HOME", unnamed)
        assert settings.home() == tmp_path / ".tunebook"
    monkeypatch.setenv("TUNEBOOK_HOME", "~/elsewhere")
    assert settings.home() == tmp_path / "elsewhere"


def test_a_relative_home_is_made_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNEBOOK_HOME", "notes")
    assert settings.home() == tmp_path / "notes"


def test_folders_lie_in_the_home(tunebook_home: Path) -> None:
    assert this_kernel().runs == tunebook_home / "runs"
    assert settings.data_folder() == tunebook_home / "data"
    assert settings.models_folder() == tunebook_home / "models"
    starter = tunebook_home / "models" / "SmolLM2-135M-Instruct"
    assert settings.starter_folder() == starter


def test_the_kernel_folder_is_jupyters_and_not_the_home(
    tunebook_home: Path, tmp_path: Path
) -> None:
    assert settings.kernel_folder() == tmp_path / "runtime" / "tunebook"


def test_asking_makes_no_folder(tunebook_home: Path) -> None:
    asked = (this_kernel().runs, settings.data_folder(), settings.kernel_folder())
    assert not any(folder.exists() for folder in asked)


def test_recipes_are_shipped() -> None:
    assert (settings.shipped_recipes() / "starter-extract.yaml").is_file()
