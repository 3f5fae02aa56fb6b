"""Write the notebooks, and the badges that open them, for the repository's address.

`make docs` does it.
One notebook a language, from the same cells. A test fails when a file is no longer what
this writes.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from texts import BADGE, CELLS, NAMES, NO_BADGE, ORIGIN, Cell

from webui import origin

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
BRANCH = "main"
GITHUB = re.compile(r"https://github\.com/([^/]+/[^/]+)$")
MARKED = re.compile(r"<!-- colab -->\n.*?<!-- /colab -->", re.DOTALL)
IMAGE = "https://colab.research.google.com/assets/colab-badge.svg"
METADATA = {
    "accelerator": "GPU",
    "colab": {"provenance": [], "gpuType": "T4"},
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
}


def notebook(language: int, address: str | None) -> str:
    """A language's notebook: its JSON text, as Colab and Jupyter write it."""
    cells = [as_json(cell, language, address) for cell in CELLS]
    whole = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def as_json(cell: Cell, language: int, address: str | None) -> dict[str, Any]:
    """A cell with its texts in one language, and the address where it belongs."""
    source = filled(cell, language, address).strip("\n").splitlines(keepends=True)
    found: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.name,
        "metadata": {},
        "source": source,
    }
    if cell.kind == "code":
        found |= {"outputs": [], "execution_count": None}
    return found


def filled(cell: Cell, language: int, address: str | None) -> str:
    """The text of a cell: its comments in the language, its address as it is today."""
    text = cell.text
    for name, said in cell.said.items():
        text = text.replace(f"<{name}>", said[language])
    text = text.replace("<address>", f"git+{address}" if address else "")
    return text.replace("<origin>", address or ORIGIN[language])


def badge(language: int, address: str | None) -> str:
    """What a README says of the notebook: a badge, if Colab can open it from there."""
    name = NAMES[language]
    path = address and GITHUB.match(address)
    if path:
        opens = (
            f"https://colab.research.google.com/github/{path[1]}/blob/{BRANCH}/colab"
        )
        return f"[![{BADGE[language]}]({IMAGE})]({opens}/{name})"
    return NO_BADGE[language].format(name=f"[colab/{name}](colab/{name})")


def with_badge(text: str, language: int, address: str | None) -> str:
    """A README with its badge made anew."""
    return MARKED.sub(
        lambda _: f"<!-- colab -->\n{badge(language, address)}\n<!-- /colab -->", text
    )


def readmes() -> Iterator[tuple[Path, int]]:
    """The READMEs that are here, with their language."""
    for path, language in ((ROOT / "README.md", 0), (ROOT / "README.zh.md", 1)):
        if path.is_file():
            yield path, language


def files(address: str | None) -> dict[Path, str]:
    """Every file that names the address, and what it then says."""
    made = {
        FOLDER / name: notebook(language, address)
        for language, name in enumerate(NAMES)
    }
    for path, language in readmes():
        made[path] = with_badge(path.read_text(encoding="utf-8"), language, address)
    return made


def main() -> None:
    """Write them all."""
    address = origin.set_address(origin.read_address(ROOT / "pyproject.toml"))
    for path, text in files(address).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
