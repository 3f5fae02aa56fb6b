"""What a source of rows turns out to be: how it is read, and which format it has."""

import itertools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.rows.detection.columns import columns_of
from webui.rows.detection.detect import Detection, detect
from webui.rows.detection.kept import fitting
from webui.rows.each import Rejected, source_records, with_place
from webui.rows.mapping.mappers import must_be_named
from webui.rows.reading.description import Description, describe_file
from webui.rows.reading.reasons import in_both
from webui.text import Text

LOOKED_AT = 200  # rows
MOST_COLUMNS = 300  # a list to choose from; more nobody reads


@dataclass(frozen=True)
class Found:
    """What a recipe's training source is.

    ``detection`` is None where no format fits or the source has no usable row;
    ``problem`` says why.
    """

    files: tuple[Description, ...]
    columns: tuple[str, ...]
    detection: Detection | None
    problem: Text | None
    # For each format the columns that are named like its parts.
    fitting: dict[str, dict[str, str]] = field(default_factory=dict)


def found(recipe: Recipe) -> Found:
    """Look at the first rows of a recipe's source, whatever format it is set to.

    Raises:
        PlannerError: if the source cannot be read at all.
    """
    records = list(itertools.islice(source_records(recipe, "train"), LOOKED_AT))
    rows = [record.row for record in records if record.row is not None]
    columns = tuple(dict.fromkeys(path for row in rows for path in paths(row)))
    files: tuple[Description, ...] = ()
    if recipe.data.source == "files":
        files = tuple(describe_file(Path(path)) for path in recipe.data.train_files)
    try:
        detection, problem = detect(rows), None
    except PlannerError as error:
        detection, problem = None, error.text
    if not rows and records:
        first = records[0]
        problem = with_place(Rejected(first, first.reason or in_both("is no row")))
    fits = fitting(columns_of(rows)) if rows else {}
    return Found(files, columns[:MOST_COLUMNS], detection, problem, fits)


def detected(seen: Found) -> dict[str, Any]:
    """The recipe's fields that say what was detected; none where nothing fits, and
    none for a guess, which the user has to take."""
    if seen.detection is None or seen.detection.sure == "guess":
        return {}
    return offered(seen)


def offered(seen: Found) -> dict[str, Any]:
    """The recipe's fields for what was detected, be it a guess."""
    if (found := seen.detection) is None:
        return {}
    return {
        "data.format": found.format,
        "data.columns": {
            role: column
            for role, column in found.columns.items()
            if role != column or must_be_named(found.format, role)
        },
        "data.instruction": found.instruction,
    }


def to_be_said(seen: Found) -> Text | None:
    """What to say oneself where the format is a guess; None where it is none."""
    found = seen.detection
    if found is None or found.sure != "guess":
        return None
    title = FORMATS[found.format].title
    mapping = ", ".join(f"{role}: {quoted(c)}" for role, c in found.columns.items())
    options = f"--format {found.format} --set 'data.columns={{{mapping}}}'"
    return Text(
        f"This looks like {title.en}, and that is a guess ({found.why.en}). If it is "
        f"right, say so: {options}; else name another format and its columns.",
        f"看起来是{title.zh}，但这只是猜测（{found.why.zh}）。如果正确，请指明："
        f"{options}；否则请指定其他格式和列。",
    )


def quoted(column: str) -> str:
    """A column's name as YAML reads it inside braces."""
    plain = re.fullmatch(r"[^\W\d][\w .]*", column) and not column.endswith(" ")
    return column if plain else json.dumps(column, ensure_ascii=False)


def paths(row: dict[str, Any]) -> list[str]:
    """The columns of a row, and of nested ones the paths that lead inside."""
    names = []
    for name, value in row.items():
        names.append(name)
        if isinstance(value, dict):
            names += [f"{name}.{key}" for key in itertools.islice(value, 20)]
    return names
