"""Refuse archives that unpack to far more than they are, and those with a password."""

import gzip
import io
import zipfile
from pathlib import PurePosixPath
from typing import Any

from webui.rows.reading.files import read_as, seekable_file, suffix_of
from webui.rows.reading.unreadable import refuse_file

MOST = 20 * 10**9  # bytes in all
MOST_JSON = 4 * 10**9  # a .json file is read at once
UNSUSPECTED = 200 * 10**6  # bytes; below that any ratio will do
RATIO = 100  # text hardly ever packs better


def checked(name: str, file: Any, packed: int) -> Any:
    """A file that can be read without harm; ``packed`` is the size of its archive.

    Raises:
        PlannerError: for a bomb, maybe only while the file is read.
        ValueError: if a workbook is no ZIP file.
    """
    if isinstance(file, gzip.GzipFile):
        file = io.BufferedReader(Unpacking(file, name, packed))
    if suffix_of(name) == ".xlsx":
        file = seekable_file(file)
        refuse_bomb(name, read_as("XLSX workbook", zipfile.ZipFile, file))
        file.seek(0)
    return file


def refuse_bomb(name: str, archive: zipfile.ZipFile) -> None:
    """Refuse a ZIP file by what it says about its entries.

    An entry that says less than it unpacks to is cut off there when it is read.

    Raises:
        PlannerError: if it would unpack to too much, or needs a password.
    """
    entries = archive.infolist()
    for entry in entries:
        refuse_size(name, entry.file_size, entry.compress_size)
        if entry.flag_bits & 1:
            raise refuse_file(
                name,
                "needs a password; save it without one",
                "需要密码；请保存为不带密码的文件",
            )
        if PurePosixPath(entry.filename).suffix.lower() == ".json":
            refuse_json(entry.filename, entry.file_size)
    refuse_size(name, sum(entry.file_size for entry in entries))


def refuse_size(name: str, unpacked: int, packed: int | None = None) -> None:
    """Refuse what unpacks to too many bytes, in all or for its size."""
    if unpacked > MOST:
        raise refuse_file(
            name,
            f"unpacks to more than {MOST // 10**9} GB",
            f"解压后超过 {MOST // 10**9} GB",
        )
    if packed is None or unpacked <= max(UNSUSPECTED, RATIO * packed):
        return
    raise refuse_file(
        name,
        f"unpacks to more than {RATIO} times its size, as no training data does",
        f"解压后超过自身大小的 {RATIO} 倍，不像是训练数据",
    )


def refuse_json(name: str, size: int) -> None:
    """Refuse a .json file that no memory holds."""
    if size > MOST_JSON:
        raise refuse_file(
            name,
            f"is larger than {MOST_JSON // 10**9} GB; save it as JSONL, "
            "which is read row by row",
            f"大于 {MOST_JSON // 10**9} GB；请保存为可逐行读取的 JSONL",
        )


class Unpacking(io.RawIOBase):
    """A stream that is unpacked as it is read, and refused once it is too much."""

    def __init__(self, file: gzip.GzipFile, name: str, packed: int) -> None:
        self.file, self.name, self.packed = file, name, packed

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def readinto(self, buffer: Any) -> int:
        data = self.file.read1(len(buffer))
        refuse_size(self.name, self.file.tell(), self.packed)
        if suffix_of(self.name) == ".json":
            refuse_json(self.name, self.file.tell())
        buffer[: len(data)] = data
        return len(data)
