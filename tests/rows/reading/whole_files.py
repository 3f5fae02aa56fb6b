"""Whole files through their readers, as pairs of a place and a row."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webui.errors import PlannerError
from webui.rows.reading.files import damage, suffix_of
from webui.rows.reading.opening import opened


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
        for name, file in opened(Path(path)):
            suffix = suffix_of(name)
            unit = "row" if suffix in (".json", ".parquet", ".xlsx") else "line"
            try:
                for number, row in readers[suffix](file):
                    yield f"{name}, {unit} {number}", row
            except Exception as error:
                yield name, damage(error)
    except PlannerError as error:
        yield name, error
