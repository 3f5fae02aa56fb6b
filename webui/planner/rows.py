"""Read rows of training data; everything wrong is told with its file and line.

Only the standard library: this runs in the server too. Values stay as the file has
them, a CSV's all text.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.notebook.rows import COLUMNS
from webui.planner.readers import LINE, cannot_open, place, reader_of, shown, wrong
from webui.recipe.field import Text

OPTIONAL = {"alpaca": ("input",)}
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class Rows:
    """The rows of a file, or its first ones.

    ``numbers`` says where each row begins, counted from 1 in ``unit``s: the line, or
    in a JSON array the row. ``format`` is the one that the columns fit, if any.
    ``total`` is how many rows the file has; None where it was not read to its end.
    """

    path: Path
    rows: tuple[dict[str, Any], ...]
    numbers: tuple[int, ...]
    columns: tuple[str, ...]
    format: str | None
    total: int | None
    unit: Text = LINE

    def place(self, row: int) -> Text:
        """Where a row, counted from 0, stands in its file, in words."""
        return place(self.path, self.numbers[row], self.unit)


def read_rows(path: Path, limit: int | None = None) -> Rows:
    """Read a JSON, JSONL or CSV file of rows, at most ``limit`` of them.

    Of JSONL and CSV no more is read than the limit asks for. The rows are not yet
    checked against a format: see ``check_rows``.

    Raises:
        PlannerError: if the file is missing, empty, cut off or not of its kind.
    """
    try:
        reader, unit = reader_of(path)
        # One more than asked for tells whether the file ends here.
        stop = None if limit is None else limit + 1
        found = list(itertools.islice(reader(path), stop))
    except OSError as error:
        raise cannot_open(path, error) from None
    if not found:
        raise wrong(Text(path.name, path.name), "holds no rows", "没有任何数据行")
    total = len(found) if limit is None or len(found) <= limit else None
    numbers = tuple(number for number, _ in found[:limit])
    rows = tuple(row for _, row in found[:limit])
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Rows(path, rows, numbers, columns, detect(columns), total, unit)


def detect(columns: Iterable[str]) -> str | None:
    """The first format whose columns are all there."""
    have = set(columns)
    return next((name for name, need in COLUMNS.items() if have.issuperset(need)), None)


def check_rows(rows: Rows, format: str) -> None:
    """Refuse the first row that the format's mapper could not read.

    Raises:
        PlannerError: with the file, the line, and what is wrong there.
    """
    for number, row in enumerate(rows.rows):
        missing = [name for name in COLUMNS[format] if name not in row]
        if missing:
            names, has = ", ".join(missing), ", ".join(row) or "-"
            raise wrong(
                rows.place(number),
                f"lacks {names}, which the format {format} needs; it has {has}",
                f"缺少 {format} 格式所需的 {names};现有列:{has}",
            )
        if format == "messages":
            check_messages(row["messages"], rows.place(number))
            continue
        needed = COLUMNS[format]
        given = [n for n in OPTIONAL.get(format, ()) if row.get(n) is not None]
        for name in (*needed, *given):
            check_text(row[name], name, rows.place(number))


def check_messages(messages: Any, where: Text) -> None:
    """Messages are a list of objects with a known role and a text, one an answer."""
    if not isinstance(messages, list) or not messages:
        raise wrong(
            where,
            f"messages is {shown(messages)}, not a list of messages",
            f"messages 应为消息列表,而不是 {shown(messages)}",
        )
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or not {"role", "content"} <= set(message):
            raise wrong(
                where,
                f"message {number} is not an object with role and content",
                f"第 {number} 条消息不是含 role 和 content 的对象",
            )
        if message["role"] not in ROLES:
            raise wrong(
                where,
                f"message {number} has the role {shown(message['role'])}; known are "
                + ", ".join(ROLES),
                f"第 {number} 条消息的 role 为 {shown(message['role'])};"
                f"可用:{'、'.join(ROLES)}",
            )
        check_text(message["content"], f"messages[{number - 1}].content", where)
    if messages[-1]["role"] != "assistant":
        raise wrong(
            where,
            "the last message is not the assistant's, so there is no answer to learn",
            "最后一条消息不是 assistant 的,因此没有可学习的回答",
        )


def check_text(value: Any, name: str, where: Text) -> None:
    """Refuse a value that is not text, or text that is not Unicode."""
    try:
        if isinstance(value, str):
            value.encode()
            return
    except UnicodeEncodeError:
        pass  # half of a surrogate pair, which no tokenizer takes
    raise wrong(
        where,
        f"{name} is {shown(value)}, not text",
        f"{name} 应为文本,而不是 {shown(value)}",
    )
