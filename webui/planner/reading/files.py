"""The files behind a path: one, the entries of a .zip, or what a .gz holds."""

import gzip
import io
import lzma
import os
import shutil
import stat
import tempfile
import zipfile
import zlib


def read_file(path, readers: dict):
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


def read_packed_file(path, readers: dict):
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


def damage(error: Exception) -> ValueError:
    """What ended the reading of a file, as a reason.

    Anything but a bad file is raised as it is.
    """
    if isinstance(error, UnicodeDecodeError):
        return ValueError("the text ends within a character")
    broken = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
    if isinstance(error, broken):
        return ValueError("the file is cut off or damaged")
    if isinstance(error, ValueError):
        return error
    raise error


def at_hand(file):
    """A file to read in any order: one inside an archive is unpacked into a copy."""
    if isinstance(getattr(file, "raw", None), io.FileIO):
        return file
    copy = tempfile.TemporaryFile()
    shutil.copyfileobj(file, copy)
    copy.seek(0)
    return copy


def read_as(kind: str, read, *arguments, **options):
    """What a library reads; whatever it raises is a ValueError: not of this kind."""
    try:
        return read(*arguments, **options)
    except Exception as error:
        raise ValueError(f"is not a readable {kind}") from error
