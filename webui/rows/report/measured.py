"""The files of a recipe, byte for byte: a hash of what they hold, and how far in them
a row stands."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.rows.reading.archives import checked
from webui.rows.reading.files import suffix_of
from webui.rows.reading.opening import is_saved, opened, refuse
from webui.rows.reading.sources import ROW, Record, packed_size
from webui.rows.reading.unreadable import cannot_open, clean

BLOCK = 2**20  # bytes
LONG_LINES = 100_000  # bytes; such lines hold many rows, and tell no place
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Part:
    """One file behind a path, unpacked: its size in bytes, and its lines or rows.

    ``units`` counts what a record's number counts, lines where ``in_lines``; None
    where only reading tells.
    """

    name: str
    size: int
    units: int | None
    in_lines: bool = False


@dataclass(frozen=True)
class Measured:
    """The hash of what is behind a path, and its parts in the order of reading."""

    digest: str
    parts: tuple[Part, ...]


def files_stamp(path: Path) -> Stamp:
    """Names, sizes and times of what is behind a path: while they stay, it does.

    Nothing, if it is not there.
    """
    try:
        stats = [(file, file.stat()) for file in all_files(path)]
    except (OSError, ValueError):  # a name with a zero byte is a ValueError
        return ()
    return tuple((str(file), s.st_size, s.st_mtime_ns) for file, s in stats)


def all_files(path: Path) -> list[Path]:
    """The files of a folder, or the one file itself."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file())


def measure_files(path: Path, on_bytes: Callable[[int], None]) -> Measured:
    """Read all that is behind a path once or twice, and tell how many bytes it was.

    Raises:
        PlannerError: if it cannot be read.
    """
    refuse(path)
    try:
        digest = hashlib.blake2b(digest_size=16)
        for file in all_files(path):
            digest.update(f"\0{file.relative_to(path)}\0".encode("utf-8", "replace"))
            with file.open("rb") as stream:
                for block in blocks(stream):
                    digest.update(block)
                    on_bytes(len(block))
        return Measured(digest.hexdigest(), tuple(parts_behind(path)))
    except OSError as error:
        raise cannot_open(path, error) from None


def blocks(stream: Any) -> Iterator[bytes]:
    """What a binary stream holds, piece by piece."""
    while block := stream.read(BLOCK):
        yield block


def parts_behind(path: Path) -> Iterator[Part]:
    """Each file behind a path, with as much as can be told without parsing it."""
    if is_saved(path):
        yield Part(clean(path.name), 1, None)
        return
    for name, file in opened(path):
        yield measure_part(name, checked(name, file, packed_size(path, name)))


def measure_part(name: str, file: Any) -> Part:
    """The size of an unpacked file, and how many lines it has, or rows."""
    kind = suffix_of(name)
    if kind == ".parquet":
        return Part(clean(name), 1, parquet_rows(file))
    if kind == ".xlsx":
        return Part(clean(name), 1, None)  # at most a million rows
    size = lines = 0
    for block in blocks(file):
        size += len(block)
        lines += block.count(b"\n")
    units = lines + 1
    told = units if size <= LONG_LINES * units else None
    return Part(clean(name), size, told, in_lines=True)


def parquet_rows(file: Any) -> int | None:
    """How many rows a Parquet file says it has."""
    import pyarrow.parquet

    try:
        return int(pyarrow.parquet.ParquetFile(file).metadata.num_rows)
    except (OSError, ValueError):  # the reader says what is wrong
        return None


class Position:
    """How far a reader is in some parts, told by the record that it reached."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.now = 0
        self.total = sum(part.size for part in parts)

    def share(self, record: Record) -> float | None:
        """The share of all bytes before a record, from 0 to 1; None if not known."""
        names = [part.name for part in self.parts[self.now :]]
        if record.file not in names:
            return None
        self.now += names.index(record.file)
        part = self.parts[self.now]
        if not part.units or (record.unit is ROW and part.in_lines):
            return None
        done = sum(part.size for part in self.parts[: self.now])
        inside = part.size * min(1.0, record.number / part.units)
        return (done + inside) / self.total if self.total else None
