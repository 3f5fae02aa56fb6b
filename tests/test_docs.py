"""The reference pages say what the code declares."""

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
spec = importlib.util.spec_from_file_location("make_docs", DOCS / "make.py")
assert spec is not None and spec.loader is not None
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)


@pytest.mark.parametrize("name", make.PAGES)
def test_a_page_is_what_the_declarations_make(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == make.PAGES[name](), "run `make docs`"
