"""The files behind a path: one, the entries of a .zip, or what a .gz holds."""

import gzip
import os
import stat
import zipfile

from webui.notebook.carried.tables import read_as


def read_file(path, readers: dict):
    """The rows of every file behind a path: pairs of a place and a row.

    The readers are those for each suffix. A row that cannot be used, or a file, is a
    ValueError instead.
    """
    name = os.path.basename(path)
    try:
        for name, file in open_files(path, readers):
            suffix = suffix_of(name)
            unit = "row" if suffix in (".parquet", ".xlsx") else "line"
            try:
                for number, row in readers[suffix](file):
                    yield f"{name}, {unit} {number}", row
            except ValueError as error:
                yield name, error
    except ValueError as error:
        yield name, error


def open_files(path, suffixes):
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


def data_entries(archive, suffixes) -> list:
    """The entries of a .zip that hold rows.

    Plain text is only notes, such as a README, where there are other files.
    """
    known = [
        entry
        for entry in archive.infolist()
        if suffix_of(entry.filename) in suffixes and is_visible(entry)
    ]
    notes = (".txt", ".md")
    tables = [entry for entry in known if suffix_of(entry.filename) not in notes]
    if not known:
        raise ValueError("holds no file of a kind that can be read")
    return tables or known


def is_visible(entry) -> bool:
    """Whether an entry of a .zip is an ordinary file, neither hidden nor a link."""
    parts = entry.filename.split("/")
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return not (entry.is_dir() or hidden or link or "__MACOSX" in parts)


def unpacked(name: str, file) -> tuple:
    """A file and its name, without the .gz if it has one."""
    if name.lower().endswith(".gz"):
        return name[:-3], gzip.GzipFile(fileobj=file)
    return name, file


def suffix_of(name: str) -> str:
    """The suffix that tells a file's kind: of a.jsonl.gz it is .jsonl."""
    return os.path.splitext(name.lower().removesuffix(".gz"))[1]
