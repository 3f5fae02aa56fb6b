"""What an installation keeps, what it asks for, and by which installer."""

import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from webui import install
from webui.install import InstallError

ROOT = Path(__file__).resolve().parents[1]
DECLARED = [
    "gradio==6.31.0",
    "torch<2.15,>=2.9; extra == 'unsloth'",
    "trl<=1.15.0,>=1.10; (python_version >= '3.11') and extra == 'unsloth'",
    "pytest>=8; extra == 'dev'",
    "wandb>=0.19 ; extra == 'wandb'",
]


def test_the_extra_is_asked_for_and_no_tool_of_developers() -> None:
    assert install.requirements(DECLARED) == [
        "gradio==6.31.0",
        "torch<2.15,>=2.9",
        "trl<=1.15.0,>=1.10; (python_version >= '3.11')",
    ]


def test_what_this_copy_asks_for_can_be_read_by_pip() -> None:
    asked = [Requirement(text) for text in install.requirements()]
    names = {each.name for each in asked}
    assert {"gradio", "torch", "transformers", "trl", "peft"} <= names
    assert "tunebook" not in names and "pytest" not in names
    assert all(each.marker is None or "extra" not in str(each.marker) for each in asked)


@pytest.mark.parametrize("fits", ["2.9.0", "2.9.1+cu128", "2.14.1", "2.13.0+cpu"])
def test_a_torch_that_fits_is_kept(fits: str) -> None:
    install.check_torch(fits, DECLARED[:2])


@pytest.mark.parametrize("other", ["2.6.0+cu124", "2.8.0", "2.15.0", "2.16.0.dev2026"])
def test_another_torch_is_left_and_told(other: str) -> None:
    with pytest.raises(InstallError, match="nothing was changed") as told:
        install.check_torch(other, install.requirements(DECLARED))
    assert other in str(told.value) and "--replace-torch" in str(told.value)
    assert other in told.value.text.zh


def test_pip_comes_first_for_uv_sees_no_torch_of_the_machine() -> None:
    pip = install.installer(has=lambda name: name, which=lambda name: name)
    assert pip == [sys.executable, "-m", "pip", "install"]
    uv = install.installer(has=lambda name: None, which=lambda name: name)
    assert uv == ["uv", "pip", "install", "--python", sys.executable]
    with pytest.raises(InstallError, match="ensurepip"):
        install.installer(has=lambda name: None, which=lambda name: None)


def test_the_set_says_whose_torch_it_keeps(tmp_path: Path) -> None:
    if not install.installed(["torch"]):
        pytest.skip("there is no torch here")
    assert "this machine's own" in install.explain({"torch": "2.9"}, str(tmp_path))
    assert "as long as it fits" in install.explain({"torch": "2.9"})
    assert "no torch yet" in install.explain({})


def test_the_exact_set_is_in_every_range() -> None:
    """requirements.txt is one of the sets that pyproject.toml allows."""
    exact = {}
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if "==" in line and not line.startswith("#"):
            name, _, rest = line.partition("==")
            exact.setdefault(name.replace("_", "-").lower(), []).append(rest.split()[0])
    for text in install.requirements():
        wanted = Requirement(text)
        found = exact[wanted.name.replace("_", "-").lower()]
        assert any(wanted.specifier.contains(version) for version in found), text
