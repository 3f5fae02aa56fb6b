"""A home folder of its own for each test that asks for one."""

from pathlib import Path

import pytest
from homes import make_home
from shapes import helper, shape, starter_recipe  # noqa: F401 - fixtures

from webui.settings import starter_folder


@pytest.fixture
def tunebook_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Redirect the home and Jupyter's runtime folder; share the starter model."""
    home = make_home(tmp_path / "home")
    monkeypatch.setenv("TUNEBOOK_HOME", str(home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return home


@pytest.fixture
def starter_home(tunebook_home: Path) -> Path:
    """The same, for tests that cannot do without the starter model."""
    if not (starter_folder() / "tokenizer.json").is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    return tunebook_home
