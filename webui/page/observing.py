"""What a followed run shows of itself, worked out now and then and not at each look."""

from functools import lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

from webui.diagnosis.observations import Observation, observed
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.store import load
from webui.runs.folder import RECIPE
from webui.runs.followed import Followed

EVERY = 20  # steps

Seen = tuple[tuple[int, ...], list[Observation]]
SEEN: "WeakKeyDictionary[Followed, Seen]" = WeakKeyDictionary()


def observations(followed: Followed | None) -> list[Observation]:
    """What a run shows, at most ``EVERY`` steps ago."""
    if followed is None:
        return []
    curve = followed.curve
    count = len(curve.logged("step"))
    mark = (curve.generation, count // EVERY, followed.news)
    before, found = SEEN.get(followed, ((), []))
    if before != mark:
        recipe = recipe_or_none(followed.folder)
        found = observed(curve, followed.history, recipe) if recipe and count else []
        SEEN[followed] = mark, found
    return found


def observed_mark(followed: Followed) -> str:
    """A word that changes when something else is observed."""
    return "-".join(each.kind for each in observations(followed))


def recipe_or_none(folder: Path) -> Recipe | None:
    """The recipe that a run is of; None when it cannot be read."""
    try:
        return load_recipe_once(folder / RECIPE, (folder / RECIPE).stat().st_mtime_ns)
    except (RecipeError, OSError):
        return None


@lru_cache(maxsize=64)
def load_recipe_once(file: Path, changed: object) -> Recipe:
    """A recipe, read once while its file stays as it is."""
    return load(file)
