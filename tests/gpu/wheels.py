"""The packages that the tests for a GPU need, by name and version.

They are found in requirements.txt, whose comments say which package wants which: what
our code and the tests import, and all that these want in turn. The page's packages are
left out, and so is torch, which a machine with a GPU has in the build that fits it.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker, default_environment
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
# What recipe, notebook, planner, kernel, runs and these tests import, and what Unsloth
# imports itself. It is installed after the others, and says nothing of what it wants.
IMPORTED = frozenset(
    "accelerate bitsandbytes charset-normalizer datasets filelock huggingface-hub "
    "ipykernel jinja2 jupyter-client jupyter-core nbformat numpy packaging peft pillow "
    "protobuf psutil pydantic pytest pytest-timeout pyyaml ruff sentencepiece "
    "transformers trl unsloth unsloth-zoo".split()
)
# They come with the driver that is there.
OF_THE_MACHINE = ("torch", "triton")
LINE = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)"
    r"(?: *; *(?P<marker>[^#]+?))?(?: *# via (?P<wanted_by>.*))?$"
)


class Pin(NamedTuple):
    """One line of the requirements: a version, and the packages that want it."""

    name: str
    version: str
    wanted_by: frozenset[str]


def needed(python: str = "3.12") -> dict[str, str]:
    """Each package, for a Linux machine with this Python, and its version."""
    pins = {pin.name: pin for pin in pinned(python)}
    names = set(IMPORTED)
    while more := {
        pin.name
        for pin in pins.values()
        if pin.wanted_by & names and pin.name not in (*names, *OF_THE_MACHINE)
    }:
        names |= more
    return {name: pins[name].version for name in sorted(names)}


def pinned(python: str) -> Iterator[Pin]:
    """The lines of both requirement files that hold for a Python."""
    environment = environment_of(python)
    for file in ("requirements.txt", "requirements-unsloth.txt"):
        for line in (ROOT / file).read_text("utf-8").splitlines():
            if not (found := LINE.match(line)):
                continue
            marker = found["marker"]
            if marker is None or Marker(marker).evaluate(environment):
                wanted_by = (found["wanted_by"] or "").split(", ")
                name = canonicalize_name(found["name"])
                yield Pin(name, found["version"], frozenset(wanted_by))


def environment_of(python: str) -> dict[str, str]:
    """What markers look at, on Linux with this Python."""
    linux = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    cpython = {
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "x86_64",
    }
    versions = {"python_version": python, "python_full_version": f"{python}.0"}
    return {**default_environment(), **linux, **cpython, **versions}


def missing(wanted: Mapping[str, str]) -> list[str]:
    """Those that are not installed here, with their versions."""
    return [f"{name} {wanted[name]}" for name in wanted if not is_here(name)]


def is_here(name: str) -> bool:
    """Whether a package is installed, in whatever version."""
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def main() -> None:
    """Say in a sentence which packages are not here, and end with an error then."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if lacking := missing(needed(python) | {"torch": "with CUDA"}):
        raise SystemExit(
            f"this Python ({python}) lacks {', '.join(lacking)}; bring the wheels that "
            "`make gpu-folder` names, or install them."
        )


if __name__ == "__main__":
    main()
