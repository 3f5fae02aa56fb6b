"""Rows out of plain text: its paragraphs, or the JSON that it is by mistake."""

import itertools
from collections.abc import Iterator
from typing import Any

from webui.rows.reading.json_lines import Row
from webui.rows.reading.json_rows import read_json_file, read_jsonl
from webui.rows.reading.json_values import after_space, json_value
from webui.rows.reading.text import open_text, text_lines

HEAD = 2**20  # characters that show whether a text is JSON


def read_text(file: Any) -> Iterator[Row]:
    """Rows {"text": ...} of plain text by their lines; of JSON its own rows."""
    text = open_text(file)
    head = text.read(HEAD)
    text.detach()
    file.seek(0)
    if not is_json(head):
        yield from read_paragraphs(file)
    elif head.lstrip("\ufeff \n").startswith("["):
        yield from read_json_file(file)
    else:
        yield from read_jsonl(file)


def is_json(head: str) -> bool:
    """Whether a text that begins so is objects, in an array or one after another.

    A text that only begins with one object, and goes on otherwise, is none.
    """
    head = head.replace("\ufeff", "")
    start = after_space(head, 0)
    if head.startswith("[", start):
        start = after_space(head, start + 1)
    if not head.startswith("{", start):
        return False
    try:
        value, end = json_value(head, start)
    except ValueError:
        return False
    end = after_space(head, end)
    follows = end == len(head) or head.startswith((",", "]", "{"), end)
    return isinstance(value, dict) and bool(value) and follows


def read_paragraphs(file: Any) -> Iterator[Row]:
    """Rows {"text": ...} of plain text by their lines: paragraphs between blank lines.

    Text that is all one paragraph gives its lines.
    """
    groups = itertools.groupby(text_lines(file), key=lambda line: line[1].strip() > "")
    paragraphs = (list(lines) for filled, lines in groups if filled)
    first, second = next(paragraphs, []), next(paragraphs, None)
    begin = [[line] for line in first] if second is None else [first, second]
    for lines in itertools.chain(begin, paragraphs):
        text = "\n".join(line.rstrip() for _, line in lines)
        yield lines[0][0], {"text": text}
