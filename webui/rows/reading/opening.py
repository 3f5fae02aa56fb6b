"""Open the files behind a path, after a look at whether that does harm."""

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webui.errors import PlannerError
from webui.rows.reading.archives import refuse_bomb, refuse_json
from webui.rows.reading.choosing import Chosen, choose
from webui.rows.reading.files import read_as, without_gz
from webui.rows.reading.readers import READERS
from webui.rows.reading.reasons import in_both
from webui.rows.reading.unreadable import (
    SAVED_BY_DATASETS,
    cannot_open,
    refuse_file,
    refuse_path,
    unknown_kind,
)

MOST_FILES = 10_000  # in a folder


def refuse(path: Path) -> None:
    """Refuse what cannot be read, or only with harm, before any of it is read."""
    refuse_path(path, READERS)
    if is_saved(path):
        return
    if path.is_dir() or path.suffix.lower() == ".zip":
        refuse_several(path)
    else:
        refuse_large_json(path)


def refuse_several(path: Path) -> None:
    """Refuse a ZIP file or a folder of files of which none can be read."""
    if not path.is_dir():
        with opened_zip(path) as archive:
            refuse_bomb(path.name, archive)
    chosen = chosen_in(path)
    if not chosen.read:
        raise unknown_kind(path.name, chosen.left_out, READERS)
    if path.is_dir():
        for name in chosen.read:
            refuse_path(path / name, READERS)
            refuse_large_json(path / name)


def refuse_large_json(path: Path) -> None:
    """Refuse a .json file that no memory holds."""
    if path.suffix.lower() == ".json":
        refuse_json(path.name, path.stat().st_size)


def chosen_in(path: Path) -> Chosen:
    """Which files of a ZIP file or a folder are read.

    Raises:
        PlannerError: if none is there to train on.
    """
    if path.is_dir():
        names = [file.relative_to(path).as_posix() for file in files_in(path)]
    else:
        with opened_zip(path) as archive:
            names = [e.filename for e in archive.infolist() if is_ordinary(e)]
    try:
        return choose(names, READERS)
    except ValueError as error:
        raise explain_ended_reading(path.name, error) from None


def files_in(folder: Path) -> list[Path]:
    """The files of a folder and of those in it, but of none behind a link.

    Raises:
        PlannerError: if there are too many to be those of one data set.
    """
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        files = (Path(place) / name for name in sorted(names))
        found += [file for file in files if file.is_file()]
        if len(found) > MOST_FILES:
            raise refuse_file(
                folder.name or str(folder),
                f"holds more than {MOST_FILES} files; choose those with the rows",
                f"包含超过 {MOST_FILES} 个文件；请选择存放数据的文件",
            )
    return found


def is_saved(path: Path) -> bool:
    """Whether a path is a folder that ``save_to_disk`` of datasets has written."""
    return any((path / name).is_file() for name in SAVED_BY_DATASETS)


def opened(path: Path) -> Iterator[tuple[str, Any]]:
    """The name of each file that is read behind a path, and the file, opened.

    Raises:
        PlannerError: if there is none, or it cannot be opened.
    """
    try:
        if path.is_dir():
            yield from opened_in(path)
        elif path.suffix.lower() == ".zip":
            yield from opened_in_zip(path)
        else:
            with path.open("rb") as file:
                yield without_gz(path.name, file)
    except ValueError as error:
        raise explain_ended_reading(path.name, error) from None
    except OSError as error:
        raise cannot_open(path, error) from None


def opened_in(folder: Path) -> Iterator[tuple[str, Any]]:
    """The files that are read in a folder."""
    for name in chosen_in(folder).read:
        with (folder / name).open("rb") as file:
            yield without_gz(name, file)


def opened_in_zip(path: Path) -> Iterator[tuple[str, Any]]:
    """The files that are read in a ZIP file."""
    chosen = set(chosen_in(path).read)
    with opened_zip(path) as archive:
        for entry in archive.infolist():
            if is_ordinary(entry) and entry.filename in chosen:
                with read_as("ZIP file", archive.open, entry) as packed:
                    yield without_gz(entry.filename, packed)


def is_ordinary(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry of a ZIP file is a file, neither a folder nor a link."""
    return not (entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16))


def opened_zip(path: Path) -> zipfile.ZipFile:
    """A ZIP file with its table of contents.

    Raises:
        PlannerError: if it is none, or damaged.
    """
    try:
        archive: zipfile.ZipFile = read_as("ZIP file", zipfile.ZipFile, path)
    except ValueError as error:
        raise explain_ended_reading(path.name, error) from None
    return archive


def saved_dataset(path: Path) -> Any:
    """What ``save_to_disk`` of the datasets library has left in a folder.

    Raises:
        PlannerError: if it cannot be read.
    """
    import datasets

    try:
        return datasets.load_from_disk(str(path.resolve()))
    except Exception as error:  # whatever datasets and Arrow make of broken files
        raise broken_dataset(path.name, error) from None


def broken_dataset(name: str, error: Exception) -> PlannerError:
    """The error for a saved data set that cannot be read."""
    kind = type(error).__name__
    return refuse_file(
        name,
        f"the saved data set cannot be read ({kind}); save it again",
        f"无法读取已保存的数据集（{kind}）；请重新保存",
    )


def explain_ended_reading(name: str, error: ValueError) -> PlannerError:
    """What a reader says about a whole file, as a sentence."""
    reason = in_both(error.args[0])
    return refuse_file(name, reason.en, reason.zh)
