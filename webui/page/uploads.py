"""Data that arrives through the page: uploaded files and pasted text are kept."""

import csv
import os
import shutil
import tempfile
from pathlib import Path

from webui.errors import PlannerError, UserError
from webui.files import file_hash, write_text
from webui.page.draft import Draft
from webui.planner.process import ask
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.recipe.store import with_values
from webui.rows.detection.found import detected, found
from webui.settings import data_folder

NOTHING = UserError.of(
    "There is no text to use; paste some first.", "没有可用的文本；请先粘贴。"
)


def use_files(draft: Draft, files: list[Path]) -> None:
    """Make these files the training files, in the format that they turn out to have.

    Raises:
        PlannerError: if they hold no row; the draft is as it was then.
    """
    values = {"data.source": "files", "data.train_files": [str(f) for f in files]}
    seen = ask(found, with_values(Recipe(), values))
    if seen.problem and not seen.columns:
        raise PlannerError(seen.problem)
    kept = dict.fromkeys(str(keep_upload(file)) for file in files)
    values["data.train_files"] = list(kept)
    if draft.recipe.split.by == "file":
        values |= {"split.by": "fraction", "split.files": []}
    values |= detected(seen)
    if is_own(draft.recipe.data.instruction):
        values.pop("data.instruction", None)  # the user is asked about it
    draft.commit_all(values)


def is_own(instruction: str) -> bool:
    """Whether an instruction is the user's, and not a format's own."""
    known = (format.instruction for format in FORMATS.values())
    return bool(instruction) and instruction not in {t.zh for t in known if t}


def keep_upload(file: Path) -> Path:
    """A copy of an uploaded file in the data folder, under a name of its content."""
    digest = (file_hash(file) or "")[:8]
    ending = "".join(file.suffixes[-2:]) if file.suffix == ".gz" else file.suffix
    stem = file.name.removesuffix(ending)[:40]  # a name of emoji takes four bytes each
    kept = data_folder() / f"{stem}-{digest}{ending.lower()}"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_name(f".{kept.name}")
        try:
            os.link(file, temporary)  # a gigabyte need not be copied
        except OSError:
            shutil.copyfile(file, temporary)
        temporary.replace(kept)
    return kept


def use_text(draft: Draft, text: str) -> None:
    """Make pasted text the training rows.

    Raises:
        PlannerError: if it holds no rows.
        UserError: if it is empty.
    """
    if not text.strip():
        raise NOTHING
    with tempfile.TemporaryDirectory() as folder:
        pasted = Path(folder) / f"pasted{suffix_for(text)}"
        write_text(pasted, text)
        use_files(draft, [pasted])


def suffix_for(text: str) -> str:
    """The kind of a pasted text: JSON, a table with delimiters, or plain text."""
    if text.lstrip()[:1] in ("{", "["):
        return ".json"
    lines = text.strip().splitlines()
    return ".csv" if any(is_table(lines, d) for d in "\t,;|") else ".txt"


def is_table(lines: list[str], delimiter: str) -> bool:
    """Whether there are several lines, all of the same number of cells."""
    csv.field_size_limit(2**28)  # as the rows are read; it counts for the process
    try:
        cells = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
    except csv.Error:  # a zero character, before Python 3.11
        return False
    return len(lines) > 1 and len(cells) == 1 and max(cells) > 1
