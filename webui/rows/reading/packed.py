"""The files behind a path: one, the entries of a .zip, or what a .gz holds."""

import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from webui.rows.reading.choosing import choose
from webui.rows.reading.files import read_as, suffix_of, unpacked


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
