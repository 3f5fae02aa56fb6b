"""Where prepared rows are kept, by what they depend on, and how a run gets its own."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from webui.files import read_json
from webui.models.source import model_stamp
from webui.notebook.rows import Rows, about
from webui.recipe import Recipe
from webui.rows.report.measured import files_stamp
from webui.settings import home

VERSION = 7  # raised when the same rows would be prepared differently
KEPT = 8  # preparations; each is about as large as its source
FOUND = "rows.json"
PARTS = "{}.marks"  # of train, watched and heldout: which records are in it


def rows_folder() -> Path:
    """The folder of all preparations; made if it is not there."""
    folder = home() / "cache" / "rows"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def rows_key(recipe: Recipe, *, as_before: bool = False) -> str:
    """What the rows of a recipe depend on, as one hash; no file is read for it."""
    sources = (*recipe.data.train_files, *recipe.split.files)
    parts = {
        "version": VERSION,
        "recipe": about(recipe),
        "tokenizer": model_stamp(recipe.model),
        "as_before": as_before,
        "sources": [files_stamp(Path(source)) for source in sources],
    }
    text = json.dumps(parts, sort_keys=True).encode()
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def known_preparation(key: str) -> Rows | None:
    """What was found when rows with this key were prepared; None if they never were,
    or are gone."""
    found = read_json(rows_folder() / key / FOUND)
    try:
        rows: Rows = TypeAdapter(Rows).validate_python(found)
    except ValueError:
        return None
    lasting = (*rows.files.values(), *rows.kept.values())
    return rows if all(os.path.exists(path) for path in lasting) else None


def publish(scratch: Path, rows: Rows) -> None:
    """Put prepared rows where they are found by their key, in one step."""
    text = json.dumps(asdict(rows), ensure_ascii=True, indent=1)
    (scratch / FOUND).write_text(text, encoding="utf-8")
    folder = rows_folder() / rows.key
    if folder.exists():  # made by another process meanwhile, or no longer whole
        shutil.rmtree(folder, ignore_errors=True)
    scratch.rename(folder)


def tidy_preparations() -> None:
    """Remove the oldest preparations."""
    kept = [path for path in rows_folder().glob("[!.]*") if path.is_dir()]
    for old in sorted(kept, key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def place_rows(rows: Rows, folder: Path) -> None:
    """Give a run's folder its own copy of the rows, in place of any others.

    Raises:
        OSError: if the disk is full.
    """
    own = folder / rows.folder
    shutil.rmtree(own, ignore_errors=True)
    copy(rows.files, own)
    copy(rows.kept, own)


def copy(files: Mapping[str, str], folder: Path) -> None:
    """Copy rows under these names into a folder; what else is in there stays.

    Raises:
        OSError: if the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in files.items():
        target = folder / name
        if not (target.exists() and target.samefile(source)):
            half = folder / f".{name}.{os.getpid()}"
            shutil.copyfile(source, half)
            half.replace(target)
