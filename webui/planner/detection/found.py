"""What a source of rows turns out to be: how it is read, and which format it has."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.planner.detection.detect import Detection, detect
from webui.planner.errors import PlannerError
from webui.planner.mapping.mappers import TALK_ROLES, TALKS
from webui.planner.reading.reasons import in_both
from webui.planner.reading.sources import Description, described
from webui.planner.rows import Rejected, source_records, with_place
from webui.recipe import Recipe
from webui.recipe.field import Text

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
        files = tuple(described(Path(path)) for path in recipe.data.train_files)
    try:
        detection, problem = detect(rows), None
    except PlannerError as error:
        detection, problem = None, error.text
    if not rows and records:
        first = records[0]
        problem = with_place(Rejected(first, first.reason or in_both("is no row")))
    return Found(files, columns[:MOST_COLUMNS], detection, problem)


def detected(seen: Found) -> dict[str, Any]:
    """The recipe's fields that say what was detected; none where nothing fits."""
    if seen.detection is None:
        return {}
    return {
        "data.format": seen.detection.format,
        "data.columns": {
            role: column
            for role, column in seen.detection.columns.items()
            if role != column or (role in TALK_ROLES and seen.detection.format in TALKS)
        },
        "data.instruction": seen.detection.instruction,
    }


def paths(row: dict[str, Any]) -> list[str]:
    """The columns of a row, and of nested ones the paths that lead inside."""
    names = []
    for name, value in row.items():
        names.append(name)
        if isinstance(value, dict):
            names += [f"{name}.{key}" for key in itertools.islice(value, 20)]
    return names
