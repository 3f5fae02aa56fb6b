"""Read the file kinds that rows come in, line by line where the kind allows it."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from webui.planner.errors import PlannerError
from webui.recipe.field import Text

LINE, ROW = Text("line", "行"), Text("row", "条")
LONGEST_CELL = 2**31 - 1  # characters; the csv module's own limit is 131072

Numbered = Iterator[tuple[int, dict[str, Any]]]
Reader = Callable[[Path], Numbered]


def reader_of(path: Path) -> tuple[Reader, Text]:
    """The reader for a file, and the unit that its numbers count.

    Raises:
        PlannerError: for a suffix that is not known.
        OSError: if the file cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix == ".json" and not begins_with_object(path):
        return array_rows, ROW
    if suffix in (".json", ".jsonl"):
        return jsonl_rows, LINE
    if suffix == ".csv":
        return csv_rows, LINE
    raise wrong(
        Text(path.name, path.name),
        "is not a .json, .jsonl or .csv file",
        "不是 .json、.jsonl 或 .csv 文件",
    )


def begins_with_object(path: Path) -> bool:
    """Whether a .json file holds an object on each line instead of an array."""
    with path.open("rb") as file:
        return file.read(4096).lstrip()[:1] == b"{"


def array_rows(path: Path) -> Numbered:
    """Rows of a JSON array of objects, each with its number from 1."""
    rows = parsed_array(path)
    if not isinstance(rows, list):
        raise wrong(
            Text(path.name, path.name),
            "is not an array of objects",
            "不是由对象组成的数组",
        )
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise wrong(
                place(path, number, ROW),
                f"{shown(row)} is not an object",
                f"{shown(row)} 不是对象",
            )
        yield number, row


def parsed_array(path: Path) -> Any:
    """What a JSON file holds; None for an empty file."""
    data = path.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise not_utf8(place(path, data.count(b"\n", 0, error.start) + 1)) from None
    if text.startswith("\ufeff"):
        # The training's reader refuses it, so the preview must as well.
        raise wrong(
            place(path, 1),
            "starts with a byte order mark; save the file as UTF-8 without BOM",
            "以 BOM 开头;请保存为不带 BOM 的 UTF-8",
        )
    return parsed(text, path, line=1) if text.strip() else []


def jsonl_rows(path: Path) -> Numbered:
    """Rows of a file with a JSON object on each line, each with its line number."""
    for line, text in text_lines(path):
        if not text.strip():
            continue
        row = parsed(text, path, line)
        if not isinstance(row, dict):
            raise wrong(
                place(path, line),
                f"{shown(row)} is not an object; each line holds one row",
                f"{shown(row)} 不是对象;每行应为一条数据",
            )
        yield line, row


def csv_rows(path: Path) -> Numbered:
    """Rows of a CSV file, named by its first line, each with the line it begins at."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader((text for _, text in text_lines(path)), strict=True)
    line = 1
    try:
        names = next(reader, [])
        if len(set(names)) < len(names) or "" in names:
            raise wrong(
                place(path, 1),
                "a column has no name or the name of another",
                "列名为空或重复",
            )
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(names):
                raise wrong(
                    place(path, line),
                    f"has {len(cells)} values for {len(names)} columns",
                    f"有 {len(cells)} 个值,但共有 {len(names)} 列",
                )
            if cells:
                yield line, dict(zip(names, cells, strict=True))
            line = reader.line_num + 1
    except csv.Error as error:
        raise wrong(
            place(path, line), f"is not CSV ({error})", f"不是有效的 CSV({error})"
        ) from None


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file with their numbers, read as they are asked for."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise not_utf8(place(path, number)) from None


def parsed(text: str, path: Path, line: int) -> Any:
    """The value of a JSON text that begins at a line of a file."""
    try:
        # An error at the end belongs to the last line, not to an empty one after it.
        return json.loads(text.rstrip())
    except json.JSONDecodeError as error:
        where = place(path, line + error.lineno - 1)
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            raise wrong(where, "the JSON ends too early", "JSON 不完整") from None
        raise wrong(
            where, f"is not JSON ({error.msg})", f"不是有效的 JSON({error.msg})"
        ) from None
    except (RecursionError, ValueError):
        raise wrong(
            place(path, line),
            "is nested too deeply or holds too long a number",
            "嵌套过深或数字过长",
        ) from None


def shown(value: Any) -> str:
    """A value as the file has it, shortened."""
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."


def place(path: Path, number: int, unit: Text = LINE) -> Text:
    """A line of a file, or a row of a JSON array, in words."""
    return Text(
        f"{path.name}, {unit.en} {number}", f"{path.name} 第 {number} {unit.zh}"
    )


def wrong(where: Text, english: str, chinese: str) -> PlannerError:
    """The error for something wrong at a place."""
    return PlannerError(Text(f"{where.en}: {english}.", f"{where.zh}:{chinese}。"))


def not_utf8(where: Text) -> PlannerError:
    """The error for bytes that are no text."""
    return wrong(
        where,
        "is not UTF-8 text; save the file as UTF-8",
        "不是 UTF-8 文本;请将文件保存为 UTF-8",
    )


def cannot_open(path: Path, error: OSError) -> PlannerError:
    """The error for a file that is missing or cannot be read."""
    if isinstance(error, FileNotFoundError):
        return PlannerError(Text(f"There is no file {path}.", f"文件 {path} 不存在。"))
    return wrong(
        Text(path.name, path.name),
        f"cannot be read ({error.strerror})",
        f"无法读取({error.strerror})",
    )
