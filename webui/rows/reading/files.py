"""Files in any order, by the kind that their names tell, and what ended a reading."""

import gzip
import io
import lzma
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def without_gz(name: str, file: Any) -> tuple[str, Any]:
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


def seekable_file(file: Any) -> Any:
    """A file to read in any order: one inside an archive is unpacked into a copy."""
    if isinstance(getattr(file, "raw", None), io.FileIO):
        return file
    copy = tempfile.TemporaryFile()
    shutil.copyfileobj(file, copy)
    copy.seek(0)
    return copy


def read_as(
    kind: str, read: Callable[..., Answer], *arguments: Any, **options: Any
) -> Answer:
    """What a library reads; whatever it raises is a ValueError: not of this kind."""
    try:
        return read(*arguments, **options)
    except Exception as error:
        raise ValueError(f"is not a readable {kind}") from error
