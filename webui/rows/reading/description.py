"""What a file or folder was found to be, seen in its beginning."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.rows.reading.archives import checked
from webui.rows.reading.encodings import HEAD, encoding_of
from webui.rows.reading.files import damage, suffix_of
from webui.rows.reading.json_rows import left_out_of
from webui.rows.reading.known import first_names
from webui.rows.reading.layout import layout_of
from webui.rows.reading.opening import (
    chosen_in,
    explain_ended_reading,
    is_saved,
    opened,
    refuse,
)
from webui.rows.reading.paragraphs import is_json
from webui.text import Text

PROSE = (".txt", ".md")
TABLES = (".csv", ".tsv")
TEXTS = (".json", ".jsonl", ".ndjson", *TABLES, *PROSE)
NAMES = {
    ".ndjson": Text("JSONL", "JSONL"),
    ".parquet": Text("Parquet", "Parquet"),
    ".xlsx": Text("Excel", "Excel"),
    ".txt": Text("plain text", "纯文本"),
    ".md": Text("Markdown", "Markdown"),
}
SAVED = Text("saved data set", "已保存的数据集")
JSON_AS_TEXT = Text("JSON in a text file", "文本文件中的 JSON")


@dataclass(frozen=True)
class Description:
    """What a file was found to be, seen in its beginning.

    ``size`` is in bytes, as stored. Of a ZIP file or a folder, ``entries`` are read and
    ``skipped`` are not. ``encoding`` is "" where there is no text, ``delimiter`` where
    no table; ``certain`` says that the encoding is beyond doubt. ``parts_skipped`` are
    splits and arrays inside a JSON file that are not read.
    """

    kind: Text
    size: int
    encoding: str = ""
    delimiter: str = ""
    entries: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    certain: bool = True
    header: bool = True
    above: int = 0
    parts_skipped: tuple[str, ...] = ()
    in_folder: bool = False

    @property
    def line(self) -> Text:
        """All that in a few words: "CSV, GB18030 (likely), delimiter ;, no header"."""
        words = [self.kind, *self.words()]
        english = ", ".join(word.en for word in words)
        chinese = "，".join(word.zh for word in words)
        if left_out := (*self.parts_skipped, *self.skipped):
            names = first_names(left_out)
            verb = "is" if len(left_out) == 1 else "are"
            english += f"; {names.en} {verb} left out"
            chinese += f"；未读取：{names.zh}"
        return Text(english, chinese)

    def words(self) -> Iterator[Text]:
        """What there is to say beside the kind."""
        if self.encoding:
            likely = Text("", "") if self.certain else Text(" (likely)", "（推测）")
            yield Text(self.encoding + likely.en, self.encoding + likely.zh)
        if self.delimiter:
            tab = self.delimiter == "\t"
            yield Text(
                f"delimiter {'tab' if tab else self.delimiter}",
                f"分隔符 {'制表符' if tab else self.delimiter}",
            )
        if not self.header:
            yield Text("no header", "没有表头")
        if self.above:
            lines = "line" if self.above == 1 else "lines"
            yield Text(
                f"{self.above} {lines} above the header",
                f"表头上方有 {self.above} 行",
            )
        if self.entries:
            count = len(self.entries)
            files = "file" if count == 1 else "files"
            where = Text("folder", "文件夹") if self.in_folder else Text("ZIP", "ZIP ")
            yield Text(
                f"{count} {files} in a {where.en}", f"{where.zh}中 {count} 个文件"
            )


def describe_file(path: Path) -> Description:
    """What a file is; of a ZIP file or a folder, the first file that is read in it.

    Raises:
        PlannerError: if it cannot be read.
    """
    refuse(path)
    sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
    if is_saved(path):
        return Description(SAVED, sum(sizes))
    entries: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    if path.is_dir() or path.suffix.lower() == ".zip":
        chosen = chosen_in(path)
        entries, skipped = chosen.read, chosen.left_out
    size = sum(sizes) if path.is_dir() else path.stat().st_size
    return Description(
        **first_file(path, size),
        size=size,
        entries=entries,
        skipped=skipped,
        in_folder=path.is_dir(),
    )


def first_file(path: Path, packed: int) -> dict[str, Any]:
    """What there is to say about the first file behind a path."""
    for name, file in opened(path):
        suffix = suffix_of(name)
        kind = NAMES.get(suffix, Text(suffix[1:].upper(), suffix[1:].upper()))
        if suffix not in TEXTS:
            return {"kind": kind}
        try:
            return about_text(kind, suffix, checked(name, file, packed))
        except Exception as error:
            raise explain_ended_reading(path.name, damage(error)) from None
    raise AssertionError("a path that is not refused has a file")


def about_text(kind: Text, suffix: str, file: Any) -> dict[str, Any]:
    """What there is to say about a text."""
    head = file.read(HEAD)
    encoding = encoding_of(head)
    found = {"kind": kind, "encoding": encoding.name, "certain": encoding.certain}
    text = head.decode(encoding.codec, "replace")
    if suffix in PROSE and is_json(text):
        return found | {"kind": JSON_AS_TEXT}
    if suffix in TABLES:
        layout = layout_of(text.replace("\ufeff", "").splitlines(keepends=True))
        above = {"header": layout.header, "above": layout.above}
        return found | {"delimiter": layout.delimiter, **above}
    if suffix == ".json":
        file.seek(0)
        return found | {"parts_skipped": left_out_of(file)}
    return found
