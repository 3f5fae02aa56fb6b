"""What a run has kept that can be taken away: its files, part by part, with sizes.

Only plain files that lie in the run's own folder count: a folder may come from
elsewhere, and a link in it could lead anywhere.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from webui.notebook.rows import FOLDER, PARENT
from webui.runs import events
from webui.runs.folder import ADAPTER, LOG, NOTEBOOK, RECIPE, SUMMARY, saved_adapter

BLOCK = 1 << 20
# The parts that are one file each, by their names.
FILES = {
    "notebook": NOTEBOOK,
    "recipe": RECIPE,
    "log": LOG,
    "events": events.FILE,
    "summary": SUMMARY,
}
FOLDERS = {"adapter": ADAPTER, "rows": FOLDER, "parent": PARENT}


@dataclass(frozen=True)
class Part:
    """A part of a run: its files, by what they are called where they are taken.

    ``packed`` says that they come as one ZIP file, called like the run.
    """

    name: str
    files: Mapping[str, Path]
    packed: bool

    @property
    def bytes(self) -> int:
        """Bytes of its files now; one that goes meanwhile counts none."""
        return sum(map(size_of, self.files.values()))


def kept(run: Path, name: str) -> Part | None:
    """A part of a run; None where the run has none of it (yet)."""
    if file := FILES.get(name):
        files = {file: run / file} if is_own(run / file) else {}
        return Part(name, files, packed=False) if files else None
    folder = run / FOLDERS[name]
    if folder.is_symlink() or (name == "adapter" and not saved_adapter(run)):
        return None
    files = {
        f"{folder.name}/{file.relative_to(folder)}": file
        for file in sorted(folder.rglob("*"))
        if is_own(file) and not file.name.startswith(".")
    }
    return Part(name, files, packed=True) if files else None


def is_own(file: Path) -> bool:
    """Whether a path is a plain file, and no link to another."""
    return file.is_file() and not file.is_symlink()


def size_of(file: Path) -> int:
    """Bytes of a file; 0 where it is gone."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def blocks(file: Path, most: int) -> Iterator[bytes]:
    """So many bytes of a file: one that grows meanwhile is told as it was."""
    with file.open("rb") as opened:
        while most > 0 and (block := opened.read(min(BLOCK, most))):
            most -= len(block)
            yield block


class Sink:
    """What a ZIP file is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """All that was written since the last time."""
        found, self.pieces = b"".join(self.pieces), []
        return found


def zipped(
    files: Mapping[str, Path], texts: Mapping[str, str] = MappingProxyType({})
) -> Iterator[bytes]:
    """A ZIP file of some texts and files, made as it is read: no copy lies anywhere.

    Weights do not get smaller, so nothing is compressed.
    """
    sink = Sink()
    opened: BinaryIO = sink  # type: ignore[assignment]
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_STORED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text.encode("utf-8", "backslashreplace"))
        for name, file in files.items():
            about = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
            with archive.open(about, "w", force_zip64=True) as target:
                for block in blocks(file, size_of(file)):
                    target.write(block)
                    yield sink.taken()
    yield sink.taken()
