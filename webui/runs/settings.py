"""What a run was asked for, as far as a table shows it: from its summary or its recipe.

Either may come from an earlier version or from elsewhere; what is not as we write it is
as if it were not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import yaml

from webui.figures import finite
from webui.recipe import Recipe
from webui.recipe.paths import FIELDS
from webui.runs.notes import one_line

RECIPE_BYTES = 1_000_000
RANKED = FIELDS["adapter.rank"].declaration.shown_when or {}


@dataclass(frozen=True)
class Settings:
    """The main settings of a run; ``rank`` is None where its method has none, and
    ``data`` names its files, or its data set of the hub."""

    model: str = ""
    method: str = ""
    parent: str = ""
    rank: float | None = None
    learning_rate: float | None = None
    data: tuple[str, ...] = ()


def summarized(recipe: Recipe) -> dict[str, Any]:
    """The settings of a recipe as they stand in a run's summary."""
    adapter = recipe.adapter
    return {
        "model": recipe.model.name,
        "method": adapter.method,
        "parent": adapter.from_run or None,
        "rank": adapter.rank if has_rank(adapter.method) else None,
        "learning_rate": recipe.training.learning_rate,
        "data": named_data(recipe.data.model_dump()),
    }


def settings_of(summary: Mapping[str, Any], recipe: Path) -> Settings:
    """The settings of a run: as its summary has them, else as its recipe does."""
    if isinstance(summary.get("data"), list):
        return written(summary)
    found, told = from_recipe(recipe), written(summary)
    if told.model and told.method:  # an older summary has these three
        named = (told.model, told.method, told.parent)
        return Settings(*named, found.rank, found.learning_rate, found.data)
    return found


def written(values: Mapping[str, Any]) -> Settings:
    """Settings from plain values by their names."""
    model, method, parent = (
        one_line(each) if isinstance(each, str) else ""
        for each in map(values.get, ("model", "method", "parent"))
    )
    rank, rate, data = map(values.get, ("rank", "learning_rate", "data"))
    listed = data if isinstance(data, list) else []
    names = tuple(one_line(each) for each in listed if isinstance(each, str))
    return Settings(model, method, parent, finite(rank), finite(rate), names)


def from_recipe(file: Path) -> Settings:
    """The settings in a recipe that may be no valid one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if file.stat().st_size > RECIPE_BYTES:
            return Settings()
        values = yaml.load(file.read_text(encoding="utf-8-sig"), loader)  # noqa: S506
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return Settings()
    model, adapter, training, data = (
        section(values, name) for name in ("model", "adapter", "training", "data")
    )
    method = str(adapter.get("method", "lora"))
    return written(
        {
            "model": str(model.get("name", "starter")),
            "method": method,
            "parent": str(adapter.get("from_run", "")),
            "rank": told(adapter, "adapter.rank") if has_rank(method) else None,
            "learning_rate": told(training, "training.learning_rate"),
            "data": named_data(data),
        }
    )


def section(values: Any, key: str) -> dict[str, Any]:
    """A section of a recipe; empty where there is none."""
    found = values.get(key) if isinstance(values, dict) else None
    return found if isinstance(found, dict) else {}


def told(values: Mapping[str, Any], path: str) -> Any:
    """A value of a section; what it does not say is the default."""
    return values.get(path.rpartition(".")[2], FIELDS[path].default)


def has_rank(method: str) -> bool:
    """Whether a method has a rank."""
    return method in RANKED.get("adapter.method", ())


def named_data(data: Mapping[str, Any]) -> list[str]:
    """What the rows come from, by the names of the files or of the data set."""
    if data.get("source") == "hub":
        return [str(data.get("hub_dataset") or "")]
    files = data.get("train_files")
    listed = files if isinstance(files, list | tuple) else []
    return [PurePath(str(file)).name for file in listed]
