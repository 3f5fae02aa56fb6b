"""The wheel holds all that is needed, and empty environments run it."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import wheel
from packaging.requirements import Requirement

from webui import origin
from webui.doctor import UNSLOTH
from webui.install import requirements

ROOT = Path(__file__).resolve().parents[1]
# The oldest of what pyproject.toml allows, and what it rests on where that would break.
SHORT = (
    *("training.duration=steps", "training.steps=3", "training.save_every=2"),
    *("compare.scored_rows=2", "compare.max_new_tokens=8"),
)


def tracked(*folders: str) -> Iterator[Path]:
    """The project's files in some of its folders, from its top."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", *folders]
    for name in subprocess.check_output(listed, text=True).splitlines():
        if (ROOT / name).is_file():
            yield Path(name)


def test_the_wheel_holds_every_file_of_the_package_and_the_recipes() -> None:
    with zipfile.ZipFile(wheel()) as archive:
        names = {*archive.namelist()}
    package = {path.as_posix() for path in tracked("webui")}
    shipped = {
        f"webui/shipped/{path.relative_to('recipes').as_posix()}"
        for path in tracked("recipes")
    }
    assert len(shipped) > 5 and len(package) > 300
    assert (package | shipped) - names == set()
    assert [name for name in names if name.startswith(("tests/", "colab/"))] == []


def metadata() -> str:
    """What the wheel says of itself."""
    with zipfile.ZipFile(wheel()) as archive:
        [name] = [n for n in archive.namelist() if n.endswith("/METADATA")]
        return archive.read(name).decode()


def asked() -> list[str]:
    """What the wheel asks for, its extra `unsloth` included."""
    return requirements(re.findall(r"^Requires-Dist: (.*)$", metadata(), re.MULTILINE))


def test_the_wheel_knows_its_repository() -> None:
    address = origin.read_address(ROOT / "pyproject.toml")
    assert f"Project-URL: Repository, {address}\n" in metadata()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """A folder that is emptied at the end: some of these are gigabytes."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def run(*words: str | Path, folder: Path, **variables: str) -> str:
    """What a command prints; it may not see this checkout."""
    kept = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    done = subprocess.run(
        [*map(str, words)],
        cwd=folder,
        env={**kept, "TUNEBOOK_HOME": str(folder / "home"), **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def environment(folder: Path) -> Path:
    """The Python of an empty environment."""
    run(sys.executable, "-m", "venv", folder / "env", folder=folder)
    return folder / "env" / "bin" / "python"


@pytest.mark.install
@pytest.mark.timeout(900)
def test_pip_in_an_empty_environment(room: Path) -> None:
    """The page's own packages come along; what trains is told, with what brings it."""
    python = environment(room)
    run(python, "-m", "pip", "install", "-q", wheel(), folder=room)
    told = doctor([python.parent / "tunebook"], room)
    assert told["gradio"]["ok"] and told["pydantic"]["ok"]
    assert not told["torch"]["ok"] and "-m webui.install" in told["set"]["fix"]
    listed = run(python.parent / "tunebook", "recipes", folder=room)
    assert "starter-extract" in listed


@pytest.mark.install
@pytest.mark.timeout(900)
@pytest.mark.parametrize("tool", ["uvx", "pipx"])
def test_uvx_and_pipx_run_the_wheel(tool: str, room: Path) -> None:
    python = environment(room)
    run(python, "-m", "pip", "install", "-q", "uv", "pipx", folder=room)
    words: list[str | Path] = {
        "uvx": ["uvx", "--python", sys.executable, "--from", wheel(), "tunebook"],
        "pipx": [
            "pipx",
            "run",
            "--python",
            sys.executable,
            "--spec",
            wheel(),
            "tunebook",
        ],
    }[tool]
    told = doctor([python.parent / words[0], *words[1:]], room)
    assert told["gradio"]["ok"] and not told["torch"]["ok"]


def doctor(command: list[str | Path], folder: Path) -> dict[str, dict[str, object]]:
    """What the doctor finds, by name; it fails where no torch is."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    homes = {
        name: str(folder / name.lower()) for name in ("TUNEBOOK_HOME", "PIPX_HOME")
    }
    done = subprocess.run(
        [*map(str, command), "doctor", "--json"],
        cwd=folder,
        env={**kept, **homes, "UV_CACHE_DIR": str(folder / "uv")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    findings = json.loads(done.stdout)["findings"]
    return {finding["name"]: finding for finding in findings}


def put_torch(python: Path, version: str, folder: Path) -> Path:
    """A torch as a machine brings it: to pip a package like any, with nothing in it."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = Path(run(python, "-c", ask, folder=folder).strip())
    (place / "torch.py").write_text(f"__version__ = {version!r}\n")
    about = place / f"torch-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n"
    )
    (about / "RECORD").write_text("torch.py,,\n")
    (about / "INSTALLER").write_text("machine\n")
    return place / "torch.py"


@pytest.mark.install
@pytest.mark.timeout(900)
def test_the_torch_of_a_machine_is_kept(room: Path) -> None:
    """What fits it is chosen and installed, and it is as it was."""
    python = environment(room)
    torch = put_torch(python, "2.9.1+cu128", room)
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel(), folder=room)
    told = run(python, "-m", "webui.install", folder=room)
    assert "Keeping torch 2.9.1+cu128" in told
    assert torch.read_text() == "__version__ = '2.9.1+cu128'\n"
    found = {
        each["name"].lower().replace("-", "_"): each["version"]
        for each in json.loads(
            run(python, "-m", "pip", "list", "--format", "json", folder=room)
        )
    }
    assert found["torch"] == "2.9.1+cu128" and {"trl", "gradio", "unsloth"} <= {*found}
    for wanted in map(Requirement, asked()):
        if wanted.marker is None or wanted.marker.evaluate():
            assert wanted.specifier.contains(found[wanted.name.replace("-", "_")])


@pytest.mark.install
@pytest.mark.timeout(300)
def test_a_torch_that_does_not_fit_is_told_and_left(room: Path) -> None:
    python = environment(room)
    torch = put_torch(python, "2.6.0+cu124", room)
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel(), folder=room)
    done = subprocess.run(
        [python, "-m", "webui.install"], cwd=room, capture_output=True, text=True
    )
    assert done.returncode == 1 and "nothing was changed" in done.stderr
    assert torch.read_text() == "__version__ = '2.6.0+cu124'\n"


@pytest.mark.install
@pytest.mark.train
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("end", ["oldest", "newest"])
def test_both_ends_of_the_ranges_train(
    end: str, starter_home: Path, room: Path
) -> None:
    """The oldest set that pyproject.toml allows, and the newest, train the starter."""
    python = environment(room)
    run(python, "-m", "pip", "install", "-q", "uv", folder=room)
    uv = python.parent / "uv"
    how = "lowest-direct" if end == "oldest" else "highest"
    (room / "asked.txt").write_text("\n".join(asked()))
    variables = {"UV_CACHE_DIR": str(room / "uv"), "UV_PYTHON": str(python)}
    words = ["pip", "install", "--resolution", how, "-r", "asked.txt"]
    run(uv, *words, folder=room, **variables)
    run(
        uv,
        "pip",
        "install",
        "--no-deps",
        *UNSLOTH,
        wheel(),
        folder=room,
        **variables,
    )
    tunebook = python.parent / "tunebook"
    given = [word for setting in SHORT for word in ("--set", setting)]
    homes = {"TUNEBOOK_HOME": str(starter_home)}
    run(tunebook, "doctor", folder=room, **homes)
    try:
        told = run(
            tunebook,
            "run",
            "starter-extract",
            *given,
            "--json",
            folder=room,
            **homes,
        )
    finally:
        run(tunebook, "doctor", "--end-kernel", folder=room, **homes)
    assert json.loads(told)["status"] == "finished"
    written = next(starter_home.glob("runs/*/summary.json")).read_text("utf-8")
    found = json.loads(written)["versions"]
    for wanted in map(Requirement, asked()):
        if end == "oldest" and wanted.name in ("torch", "transformers", "peft"):
            [least] = [s.version for s in wanted.specifier if s.operator == ">="]
            assert found[wanted.name].startswith(least)
