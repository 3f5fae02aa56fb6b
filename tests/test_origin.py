"""One place holds the repository's address; what else names it is written from it."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from webui import origin

ROOT = Path(__file__).resolve().parents[1]
FORK = "https://github.com/somebody/tuned-book"
TEXTS = {".md", ".toml", ".py", ".ipynb", ".yaml", ".yml", ".txt", ".js", ".jinja", ""}


@pytest.fixture(scope="module")
def make() -> Iterator[ModuleType]:
    """What writes the notebooks; its texts lie beside it."""
    sys.path.insert(0, str(ROOT / "colab"))
    spec = importlib.util.spec_from_file_location("colab_make", ROOT / "colab/make.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    yield made
    sys.path.remove(str(ROOT / "colab"))


def tracked() -> Iterator[tuple[Path, str]]:
    """Every text of the project, but for data that came from elsewhere."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    for name in subprocess.check_output(listed, text=True).splitlines():
        path = ROOT / name
        if path.suffix in TEXTS and path.is_file():
            yield path, path.read_text(encoding="utf-8", errors="replace")


def test_no_other_file_names_the_address(make: ModuleType) -> None:
    address = origin.read_address(ROOT / "pyproject.toml")
    owner = re.escape(address.partition("//")[2].rstrip("/"))
    written = {*make.files(origin.set_address(address))}
    found = {path for path, text in tracked() if re.search(owner, text)}
    assert found - written == {ROOT / "pyproject.toml"}


def test_what_names_it_is_what_make_docs_writes(make: ModuleType) -> None:
    address = origin.set_address(origin.read_address(ROOT / "pyproject.toml"))
    made = make.files(address)
    assert len(made) >= 3
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: run `make docs`"


def test_an_owner_changes_one_line(make: ModuleType, tmp_path: Path) -> None:
    """Badge, notebooks and whatever a run says of its origin follow."""
    project = tmp_path / "pyproject.toml"
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert text.count("\nRepository = ") == 1
    ours = re.sub(r'\nRepository = ".*"', f'\nRepository = "{FORK}.git/"', text)
    project.write_text(ours, encoding="utf-8")
    address = origin.set_address(origin.read_address(project))
    assert address == FORK
    for path, text in make.files(address).items():
        opens = f"github/somebody/tuned-book/blob/main/colab/{make.NAMES[0]}"
        assert (FORK if path.suffix == ".ipynb" else opens) in text or "zh" in path.name
        if path.suffix == ".ipynb":
            code = nbformat.reads(text, as_version=4).cells[2].source
            assert f'or "git+{FORK}"' in code


def test_an_address_that_no_machine_can_have_is_none() -> None:
    assert origin.set_address("https://any.invalid/who/tunebook") is None
    assert origin.set_address("") is None
    assert origin.set_address("https://gitee.com/a/b.git") == "https://gitee.com/a/b"


def test_a_badge_is_for_what_colab_can_open(make: ModuleType) -> None:
    assert make.badge(0, FORK).startswith("[![Open in Colab]")
    assert "badge.svg" not in make.badge(0, "https://gitee.com/a/b")
    assert "[project.urls]" in make.badge(0, None)


def test_nothing_is_installed_by_its_bare_name() -> None:
    """Nobody of ours owns `tunebook` on an index, so anyone may."""
    bare = re.compile(
        r"(pip3? install|pipx install|pipx run|uvx|--from|uv tool install|uv tool run)"
        r"""\s+(-\S+\s+)*["']?tunebook(?![\w./-])"""
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in tracked()
        if path != Path(__file__)
        for match in bare.finditer(text)
    ]
    assert found == []
    for said in ('pip install -q "tunebook[unsloth]"', "`uvx --from tunebook`", "uvx"):
        assert bool(bare.search(said)) is ("tunebook" in said)
