"""Open the files behind a path, after a look at whether that does harm."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webui.notebook.steps import READERS
from webui.planner.errors import PlannerError
from webui.planner.reading.archives import refuse_bomb, refuse_json
from webui.planner.reading.files import data_entries, open_files, read_as
from webui.planner.reading.reasons import in_both
from webui.planner.reading.unreadable import (
    cannot_open,
    refuse_path,
    refused,
    unknown_kind,
)


def refuse(path: Path) -> None:
    """Refuse what cannot be read, or only with harm, before any of it is read.

    Raises:
        PlannerError: with what to do.
    """
    refuse_path(path, READERS)
    if path.is_dir():
        return
    if path.suffix.lower() == ".json":
        refuse_json(path.name, path.stat().st_size)
    if path.suffix.lower() == ".zip":
        with opened_zip(path) as archive:
            refuse_bomb(path.name, archive)
            if not entries_to_read(archive):
                raise unknown_kind(path.name, archive.namelist(), READERS)


def opened(path: Path) -> Iterator[tuple[str, Any]]:
    """The name of each file behind a path that is no folder, and the file, opened.

    Raises:
        PlannerError: if there is none, or it cannot be opened.
    """
    try:
        yield from open_files(path, READERS)
    except ValueError as error:
        raise told(path.name, error) from None
    except OSError as error:
        raise cannot_open(path, error) from None


def opened_zip(path: Path) -> zipfile.ZipFile:
    """A ZIP file with its table of contents.

    Raises:
        PlannerError: if it is none, or damaged.
    """
    try:
        archive: zipfile.ZipFile = read_as("ZIP file", zipfile.ZipFile, path)
    except ValueError as error:
        raise told(path.name, error) from None
    return archive


def entries_to_read(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The names of a ZIP file's entries that are read."""
    try:
        return tuple(entry.filename for entry in data_entries(archive, READERS))
    except ValueError:
        return ()


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
    return refused(
        name,
        f"the saved data set cannot be read ({kind}); save it again",
        f"无法读取已保存的数据集（{kind}）；请重新保存",
    )


def told(name: str, error: ValueError) -> PlannerError:
    """What a reader says about a whole file, as a sentence."""
    reason = in_both(error.args[0])
    return refused(name, reason.en, reason.zh)
