"""Which of several files are read: those with rows, and of splits the training rows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from webui.rows.reading.files import suffix_of
from webui.rows.reading.known import first_names, split_of

PROSE = (".txt", ".md")
# What tools write beside rows, by the words of the file's name.
NOTES = {"readme", "license", "licence", "notice", "changelog", "citation"}
ABOUT = {"manifest", "report", "info", "infos", "state", "config", "metadata", "schema"}
ABOUT_WHOLE = {"dataset_dict", "datapackage", "croissant", "package", "stats"}


@dataclass(frozen=True)
class Chosen:
    """The files that are read, and those that are not, in their order."""

    read: tuple[str, ...]
    left_out: tuple[str, ...]


def choose(names: Iterable[str], suffixes: Iterable[str]) -> Chosen:
    """Choose among files by their names.

    Prose and notes count only where there is nothing else. Where a file is named after
    the training split, only such are read; else none that is named after another.

    Raises ValueError if all are named after several splits, none of them for training.
    """
    several = list(names)
    known = [name for name in several if suffix_of(name) in set(suffixes)]
    shown = [name for name in known if not is_hidden(name)]
    tables = [name for name in shown if not is_note(name)]
    data = [name for name in tables if suffix_of(name) not in PROSE]
    read = to_train_on(data or tables or shown)
    return Chosen(tuple(read), tuple(name for name in several if name not in set(read)))


def to_train_on(names: list[str]) -> list[str]:
    """Those that are named after the training split, or after none.

    Raises ValueError as above.
    """
    splits = {name: split_of(without_suffix(name)) for name in names}
    train = [name for name in names if splits[name] == "train"]
    unnamed = [name for name in names if splits[name] is None]
    others = {split for split in splits.values() if split not in ("train", None)}
    if train:
        return train if others else [name for name in names if splits[name] in TRAINED]
    if unnamed or len(others) < 2:
        return unnamed or names
    held = first_names(names).en
    raise ValueError(f"holds no file to train on: {held}; choose the one that you want")


TRAINED = ("train", None)


def without_suffix(name: str) -> str:
    """A name without what tells its kind."""
    bare = name.lower().removesuffix(".gz")
    return bare.removesuffix(suffix_of(name))


def is_hidden(name: str) -> bool:
    """Whether a file or one of its folders is hidden, or left there by macOS."""
    parts = name.split("/")
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return hidden or "__MACOSX" in parts


def is_note(name: str) -> bool:
    """Whether a file is about the rows beside it, by its name."""
    suffix, stem = suffix_of(name), PurePosixPath(without_suffix(name)).name
    words = [word for word in re.split(r"[^a-z]+", stem) if word]
    if suffix not in (".json", *PROSE) or not words:
        return False
    return (
        words[0] in NOTES
        or words[-1] in (ABOUT if suffix == ".json" else ())
        or stem in ABOUT_WHOLE
    )
