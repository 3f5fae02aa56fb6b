"""Reports are kept by the content that they are about, so none is made twice."""

import hashlib
import json
from pathlib import Path

from webui.models.source import model_stamp
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.rows.report.measured import Measured
from webui.rows.report.report import Report, from_json
from webui.settings import home

VERSION = 4  # raised when a report of the same rows would come out differently
KEPT = 20  # reports; a file of rejected rows may be as large as the data
# They name places and not content, or change nothing about the rows.
LEFT_OUT = {"train_files", "files", "accept_warnings"}


def reports_folder() -> Path:
    """Where reports are kept; made if it is not there."""
    folder = home() / "cache" / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def report_key(recipe: Recipe, measured: list[Measured], revision: str = "") -> str:
    """What a report of these files depends on, as one hash.

    Args:
        measured: the training files, then the held-out files.
        revision: the commit of a hub's data set.
    """
    about = {
        "version": VERSION,
        "data": recipe.data.model_dump(mode="json", exclude=LEFT_OUT),
        "split": recipe.split.model_dump(mode="json", exclude=LEFT_OUT),
        "model": recipe.model.model_dump(mode="json"),
        "seed": recipe.training.seed,  # draws the held-out rows
        "tokenizer": model_stamp(recipe.model),
        # A place names the file, so another name is another report.
        "names": [part.name for one in measured for part in one.parts],
        "content": [one.digest for one in measured],
        "training_files": len(recipe.data.train_files),
        "revision": revision,
    }
    if columns := objective_of(recipe).columns:
        about["columns"] = columns
    text = json.dumps(about, sort_keys=True).encode()
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def cached(key: str) -> Report | None:
    """The report with a key; None where there is none that can be read."""
    path = report_path(key)
    try:
        return from_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def report_path(key: str) -> Path:
    """Where a report lies, or would."""
    return reports_folder() / f"{key}.json"


def rejected_path(key: str) -> Path:
    """Where a report's rejected rows lie, or would, if there are any."""
    return reports_folder() / f"{key}.rejected.jsonl"


def tidy_reports() -> None:
    """Remove the oldest reports."""
    folder = reports_folder()
    reports = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for old in reports[:-KEPT]:
        old.unlink(missing_ok=True)
    for rejected in folder.glob("*.rejected.jsonl"):
        if not report_path(rejected.name.partition(".")[0]).is_file():
            rejected.unlink(missing_ok=True)
