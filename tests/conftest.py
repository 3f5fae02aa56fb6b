"""A home folder of its own for each test that asks for one."""

from pathlib import Path

import pytest
from homes import make_home


@pytest.fixture
def tunebook_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Redirect the home and Jupyter's runtime folder; share the starter model."""
    home = make_home(tmp_path / "home")
    monkeypatch.setenv("TUNEBOOK_HOME", str(home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return home
