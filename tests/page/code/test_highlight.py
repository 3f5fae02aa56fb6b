"""The code as HTML: every character of it, escaped, line by line."""

import html
import re

import pytest

from webui.notebook.cells import SHOWN
from webui.notebook.render import render_cells
from webui.page.code.highlight import coloured, lines_of
from webui.recipe import Recipe

HOSTILE = [
    'x = "</span><script>alert(1)</script>"',
    "x = '😀 עברית \\u202e'",
    f"x = '{'a' * 10_000}'",
    "a = 1\r\nb = 2\rc = 3",
    '"""Two\nlines."""\n\n\n# end',
    "\n\nx",
    "x = 'never ended",
    "",
]


def text_of(line: str) -> str:
    return html.unescape(re.sub(r"</?span[^>]*>", "", line))


@pytest.mark.parametrize("code", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_is_lost_and_nothing_is_html(code: str) -> None:
    lines = coloured(code)
    assert [text_of(line) for line in lines] == lines_of(code)
    tags = re.findall(r"<[^>]*>", "".join(lines))
    assert {*tags} <= {"</span>", *(f'<span class="c-{k}">' for k in KINDS)}


KINDS = ("comment", "text", "number", "word", "named")


def test_every_cell_comes_back() -> None:
    for cell in render_cells(Recipe(), SHOWN):
        assert "\n".join(map(text_of, coloured(cell.code))) == cell.code


def test_a_long_line_is_few_elements() -> None:
    (line,) = coloured(HOSTILE[2])
    assert line.count("<span") == 1
