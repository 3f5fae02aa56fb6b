"""Names that tell what is what: of columns that formats know, and of splits."""

import re
from collections.abc import Iterable

from webui.recipe.formats import FORMATS
from webui.text import Text

COLUMNS = frozenset(
    name.lower()
    for format in FORMATS.values()
    for role in format.roles
    for name in (role.name, *role.synonyms)
    if len(name) > 1 or not name.isascii()  # a letter may be a value as well
)
SPLITS = {
    "train": ("train", "training", "trainset"),
    "test": ("test", "testing", "testset", "holdout", "heldout"),
    "validation": ("validation", "validate", "valid", "val", "dev", "devset")
    + ("eval", "evaluation"),
}


def how_many_known(names: Iterable[str]) -> int:
    """How many of these names are columns that some format knows."""
    return len({name.strip().lower() for name in names} & COLUMNS)


def split_of(name: str) -> str | None:
    """The split that a file or a key is named after: train, test, validation or None.

    The words of a file's own name count before those of its folders; a name with the
    words of two splits is none.
    """
    for part in reversed(name.lower().split("/")):
        words = set(re.split(r"[^a-z]+", part))
        found = [split for split, known in SPLITS.items() if words & set(known)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def first_names(names: Iterable[str], most: int = 10) -> Text:
    """Names in one line, the first of many."""
    several = [name[:60] for name in names]
    shown, more = several[:most], len(several) - most
    english, chinese = ", ".join(shown), "、".join(shown)
    if more <= 0:
        return Text(english, chinese)
    return Text(f"{english} and {more} more", f"{chinese} 等 {len(several)} 个")
