"""The Colab notebook, executed here against a package built from this checkout."""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "colab" / "tunebook.ipynb"


@pytest.mark.train
def test_the_notebook_installs_and_opens_the_page(
    tunebook_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own cells build the wheel, install it, and bring up a page that answers."""
    from nbclient import NotebookClient

    target = tmp_path / "installed"
    target.mkdir()
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", str(ROOT)]
    subprocess.run([*build, "-w", str(tmp_path)], check=True)
    wheel = next(tmp_path.glob("tunebook-*.whl"))
    # Into a folder of its own: the environment of the tests stays as it is.
    for name, value in {
        "TUNEBOOK_SOURCE": str(wheel),
        "PIP_TARGET": str(target),
        "PIP_NO_DEPS": "1",
        "PYTHONPATH": str(target),
    }.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    ask = "import webui; print(webui.__file__)"
    notebook.cells.append(nbformat.v4.new_code_cell(ask))
    client = NotebookClient(notebook, timeout=240, kernel_name="python3")
    with client.setup_kernel(cwd=str(tmp_path)):
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
        text = "".join(
            output.get("text", "")
            for cell in notebook.cells
            if cell.cell_type == "code"
            for output in cell.outputs
        )
        assert str(target) in text
        address = re.search(r"http://127\.0\.0\.1:\d+", text)
        assert address, text
        with urllib.request.urlopen(address.group(), timeout=20) as answer:
            assert b"Tunebook" in answer.read()


def test_sharing_is_off_unless_asked() -> None:
    """Nothing in the notebook opens the page to the world."""
    code = "".join(
        cell.source
        for cell in nbformat.read(NOTEBOOK, as_version=4).cells
        if cell.cell_type == "code"
    )
    assert "share" not in code


def test_the_address_of_the_repository_stands_in_one_place() -> None:
    """So that a fork, or a move, changes one line."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"colab\.research\.google\.com/github/([^/]+/[^/]+)/", text)
    assert found
    places = [
        path
        for pattern in ("*.md", "*.toml", "*.py", "*.ipynb", "*.yaml", "Makefile")
        for path in ROOT.rglob(pattern)
        if ".venv" not in path.parts
        and found.group(1) in path.read_text(encoding="utf-8")
    ]
    assert places == [ROOT / "README.md"]
