"""A home folder of its own for each test that asks for one."""

from pathlib import Path

import pytest

from webui import settings


@pytest.fixture
def tunebook_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Redirect the home and Jupyter's runtime folder; share the starter model."""
    starter = settings.starter_folder()
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    if starter.is_dir():
        # Converting the starter model again for each test would take half a minute.
        (home / "models" / starter.name).symlink_to(starter, target_is_directory=True)
    monkeypatch.setenv("TUNEBOOK_HOME", str(home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return home
