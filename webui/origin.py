"""Where this copy comes from: the repository's address, and what pip installs it from.

The address stands in pyproject.toml and nowhere else; what else names it is written
from there by `make docs`. Nothing is ever installed by the bare name ``tunebook``: no
package of ours has that name on an index, so anyone could put one there.
"""

import functools
import importlib.metadata
import re
from pathlib import Path

from webui.text import Text

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
OURS = re.compile(r'^name = "tunebook"', re.MULTILINE)
DECLARED = re.compile(r'^Repository = "([^"]+)"', re.MULTILINE)
NO_NAME = re.compile(
    r"^https?://[^/]*\.invalid(/|$)"
)  # no machine can have such a name
NOT_SET = Text(
    "The address of the repository is not set: its owner writes it into "
    "[project.urls] of pyproject.toml and runs `make docs`. Until then, "
    "TUNEBOOK_SOURCE names a wheel, a folder or a git address to install from.",
    "尚未设置仓库地址：由仓库所有者把它写进 pyproject.toml 的 [project.urls]，并运行 "
    "`make docs`。在此之前，用 TUNEBOOK_SOURCE 指定安装来源：wheel 文件、文件夹或 git "
    "地址。",
)


@functools.cache
def repository() -> str | None:
    """The address of the repository; None while its owner has not set it."""
    return set_address(declared())


def set_address(address: str) -> str | None:
    """An address as others write it, or None for the one that means "not set"."""
    found = address.strip().rstrip("/").removesuffix(".git")
    return None if not found or NO_NAME.match(found) else found


def declared() -> str:
    """What pyproject.toml says: a checkout's own, else that of the wheel."""
    if OURS.search(PYPROJECT.read_text("utf-8") if PYPROJECT.is_file() else ""):
        return read_address(PYPROJECT)
    try:
        urls = importlib.metadata.metadata("tunebook").get_all("Project-URL") or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    named = (line.removeprefix("Repository, ") for line in urls if "Repository" in line)
    return next(named, "")


def read_address(pyproject: Path) -> str:
    """The address in a pyproject.toml; Python 3.10 has no reader of TOML."""
    found = DECLARED.search(pyproject.read_text(encoding="utf-8"))
    return found[1] if found else ""


def link() -> str:
    """Tunebook's name in Markdown: a link to the repository, where there is one."""
    address = repository()
    return f"[Tunebook]({address})" if address else "Tunebook"
