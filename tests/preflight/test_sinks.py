"""Sinks that are not here, or have no key, are told before a training starts."""

from pathlib import Path

import pytest

from webui.preflight.sinks import knows_key, sink_problems
from webui.recipe import Recipe
from webui.recipe.sections import Watch


def told(*names: str) -> list[str]:
    problems = list(sink_problems(Recipe(watch=Watch(report_to=names))))  # type: ignore
    assert {problem.path for problem in problems} <= {"watch.report_to"}
    assert all(p.message.zh != p.message.en for p in problems)
    return [problem.message.en for problem in problems]


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home without any login, and no word of Weights & Biases."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("WANDB_MODE", "WANDB_API_KEY", "WANDB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_nothing_is_said_where_none_is_chosen() -> None:
    assert told() == []


def install(folder: Path, *names: str) -> None:
    """Packages as pip leaves them, as far as one asks for their versions."""
    for name in names:
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder that packages are looked for in: nothing is installed there."""
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    return tmp_path


def test_what_is_not_installed_is_told_with_its_command(packages: Path) -> None:
    missing, also = told("tensorboard", "wandb")
    assert missing.startswith("has tensorboard, which is not installed: ")
    assert missing.endswith("-m pip install tensorboard")
    assert also.endswith("-m pip install wandb")


def test_weights_and_biases_wants_a_key(
    monkeypatch: pytest.MonkeyPatch, packages: Path
) -> None:
    install(packages, "tensorboard", "trackio", "wandb")
    (no_key,) = told("wandb")
    assert "WANDB_API_KEY" in no_key and "WANDB_MODE=offline" in no_key
    assert told("tensorboard", "trackio") == []
    monkeypatch.setenv("WANDB_API_KEY", "sly")
    assert told("wandb") == []


def test_a_login_or_offline_will_do(nobody: Path) -> None:
    assert not knows_key({}) and not knows_key({"WANDB_MODE": "online"})
    assert knows_key({"WANDB_MODE": "offline"})
    (nobody / ".netrc").write_text("machine api.wandb.ai login user password x\n")
    (nobody / ".netrc").chmod(0o600)
    assert knows_key({})
    assert not knows_key({"WANDB_BASE_URL": "https://wandb.example"})
    assert knows_key({"WANDB_BASE_URL": "https://api.wandb.ai/"})
    (nobody / ".netrc").write_text("nonsense")
    assert not knows_key({})
