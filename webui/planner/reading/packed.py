"""The files behind a path: one, the entries of a .zip, or what a .gz holds."""

import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from webui.planner.reading.choosing import choose
from webui.planner.reading.files import damage, read_as, suffix_of, unpacked


def read_file(path: Any, readers: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The rows of a file: pairs of a place and a row, or what is wrong there.

    The readers are those for each suffix.
    """
    name, suffix = os.path.basename(path), os.path.splitext(path)[1].lower()
    unit = "row" if suffix in (".json", ".parquet", ".xlsx") else "line"
    with open(path, "rb") as file:
        try:
            for number, row in readers[suffix](file):
                yield f"{name}, {unit} {number}", row
        except ValueError as error:  # about the whole file, or all the rest of it
            yield name, error


def read_packed_file(path: Any, readers: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The rows of every file in a .zip, or of the one in a .gz: pairs as above.

    A file that breaks is told by its name, and the next one is read.
    """
    name = os.path.basename(path)
    try:
        for name, file in open_files(path, readers):
            suffix = suffix_of(name)
            unit = "row" if suffix in (".json", ".parquet", ".xlsx") else "line"
            try:
                for number, row in readers[suffix](file):
                    yield f"{name}, {unit} {number}", row
            except Exception as error:
                yield name, damage(error)
    except ValueError as error:
        yield name, error


def open_files(path: Any, suffixes: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The names and binary files behind a path, those with one of the suffixes.

    Raises ValueError if there is none, or if a .zip cannot be read.
    """
    name = os.path.basename(path)
    with open(path, "rb") as file:
        if name.lower().endswith(".zip"):
            archive = read_as("ZIP file", zipfile.ZipFile, file)
            for entry in data_entries(archive, suffixes):
                with read_as("ZIP file", archive.open, entry) as packed:
                    yield unpacked(entry.filename, packed)
        elif suffix_of(name) in suffixes:
            yield unpacked(name, file)
        else:
            raise ValueError("is of no kind that can be read")


def data_entries(
    archive: zipfile.ZipFile, suffixes: Iterable[str]
) -> list[zipfile.ZipInfo]:
    """The entries of a .zip that hold rows to train on.

    Raises ValueError if there is none.
    """
    entries = [entry for entry in archive.infolist() if is_ordinary(entry)]
    chosen = set(choose((entry.filename for entry in entries), suffixes).read)
    if not chosen:
        raise ValueError("holds no file of a kind that can be read")
    return [entry for entry in entries if entry.filename in chosen]


def is_ordinary(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry of a .zip is a file, neither a folder nor a link."""
    return not (entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16))
