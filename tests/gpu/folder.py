"""Write the folder that a machine with a GPU and no network needs: `make gpu-folder`.

    python tests/gpu/folder.py [FOLDER] [--wheels] [--python 3.12] [--have FILE]
                               [--cuda 130]

It holds the sources, a home with the starter's tokenizer and configuration (its weights
are not needed: all models are random), wheels.txt with the wheels to bring, and with
--wheels these themselves. FILE names what that machine has already, one package a line,
with its version (`pip list --format freeze`) or without. There: `make test-gpu`.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from wheels import ROOT, environment_of, needed

from webui import settings
from webui.doctor import UNSLOTH

TOPS = ("Makefile", "LICENSE", "pyproject.toml", "requirements*.txt")
TREES = ("webui", "recipes", "benchmarks/*.py", "tests")
STARTER = ("config.json", "tokenizer.json", "tokenizer_config.json")
STARTER_FILES = (*STARTER, "generation_config.json", "chat_template.jinja")
GLIBC = (17, 24, 26, 27, 28, 31, 34, 35)
PLATFORMS = ("manylinux2014_x86_64", *(f"manylinux_2_{n}_x86_64" for n in GLIBC))


def main() -> None:
    """Write the folder anew and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "gpu")
    parser.add_argument("--wheels", action="store_true")
    parser.add_argument("--python", default="3.12")
    parser.add_argument("--have", type=Path)
    parser.add_argument("--cuda", default="", help="keep bitsandbytes for this alone")
    asked = parser.parse_args()
    given = asked.have.read_text("utf-8").splitlines() if asked.have else []
    wanted = to_bring(needed(asked.python), given, asked.python)
    shutil.rmtree(asked.folder, ignore_errors=True)
    copy_sources(asked.folder)
    copy_starter(asked.folder)
    write_wheels(asked.folder, wanted, asked.python)
    if asked.wheels:
        download(asked.folder, asked.python, asked.cuda)
    size = sum(f.stat().st_size for f in asked.folder.rglob("*") if f.is_file())
    print(f"{asked.folder}: {size / 1e6:.1f} MB, {len(wanted)} wheels in wheels.txt")


def to_bring(
    wanted: dict[str, str], have: Iterable[str], python: str
) -> dict[str, str]:
    """What a machine lacks: not there, or not as our own code asks for it."""
    there = dict(read_line(line) for line in have if line.strip())
    ranges = our_ranges(python)

    def fits(name: str) -> bool:
        if not (version := there.get(name)):
            return name in there
        return name not in ranges or ranges[name].contains(version, prereleases=True)

    return {name: version for name, version in wanted.items() if not fits(name)}


def read_line(line: str) -> tuple[str, str]:
    """A package and its version, which may be missing."""
    name, _, version = line.partition("==")
    return canonicalize_name(name.strip()), version.strip()


def our_ranges(python: str) -> dict[str, SpecifierSet]:
    """The versions that our own code asks for, by package."""
    environment = environment_of(python) | {"extra": "unsloth"}
    every = [Requirement(text) for text in (*(requires("tunebook") or ()), *UNSLOTH)]
    return {
        canonicalize_name(each.name): each.specifier
        for each in every
        if each.marker is None or each.marker.evaluate(environment)
    }


def copy_sources(folder: Path) -> None:
    """The tracked files, without tests that need no GPU."""
    command = ["git", "ls-files", "--cached", "--", *TOPS, *TREES]
    listed = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in listed.stdout.splitlines():
        if (source := ROOT / name).is_file() and is_wanted(source):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)


def is_wanted(file: Path) -> bool:
    """Whether it is anything but a module of tests that all run without a GPU."""
    is_test = file.name.startswith("test_") and file.suffix == ".py"
    return not is_test or "mark.gpu" in file.read_text("utf-8")


def copy_starter(folder: Path) -> None:
    """The starter's tokenizer and configuration, in a home of the folder's own."""
    starter = settings.starter_folder()
    target = folder / "home" / "models" / starter.name
    target.mkdir(parents=True)
    for name in STARTER_FILES:
        shutil.copy(starter / name, target)


def write_wheels(folder: Path, wanted: dict[str, str], python: str) -> None:
    """Name them as pip reads them."""
    head = (
        f"# Wheels for Python {python} on Linux, to be put into wheels/ beside this,",
        "# from which `make test-gpu` installs them. PyTorch with CUDA must be there.",
    )
    lines = (*head, *(f"{name}=={version}" for name, version in wanted.items()))
    (folder / "wheels.txt").write_text("\n".join(lines) + "\n", "utf-8")


def download(folder: Path, python: str, cuda: str) -> None:
    """Bring the wheels that wheels.txt names into wheels/."""
    platforms = [word for name in PLATFORMS for word in ("--platform", name)]
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps"]
    options = ["--only-binary=:all:", "--implementation=cp", "--python-version", python]
    places = ["-d", str(folder / "wheels"), "-r", str(folder / "wheels.txt")]
    subprocess.run([*command, *options, *platforms, *places], check=True)
    for wheel in (folder / "wheels").iterdir():
        if wheel.name.startswith("unsloth-"):
            lighten(wheel, lambda name: name.startswith("studio/"))
        elif wheel.name.startswith("bitsandbytes-") and cuda:
            lighten(wheel, lambda name: is_of_another(name, cuda))


def is_of_another(name: str, cuda: str) -> bool:
    """Whether it is a library for another CUDA, or for none: each is megabytes."""
    return name.endswith(".so") and not name.endswith((f"_cuda{cuda}.so", "_cpu.so"))


def lighten(wheel: Path, is_left_out: Callable[[str], bool]) -> None:
    """Write a wheel again without files that nothing here uses."""
    with tempfile.NamedTemporaryFile(suffix=".whl") as light:
        with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(light, "w", 8) as less:
            for item in whole.infolist():
                content = whole.read(item)
                if item.filename.endswith(".dist-info/RECORD"):
                    rows = content.decode().splitlines(keepends=True)
                    kept = [r for r in rows if not is_left_out(r.partition(",")[0])]
                    content = "".join(kept).encode()
                if not is_left_out(item.filename):
                    less.writestr(item, content)
        shutil.copy(light.name, wheel)


if __name__ == "__main__":
    main()
