"""What the user names on the command line: a recipe, with settings on top."""

from argparse import Namespace
from pathlib import Path

from webui.planner.ready import ready
from webui.recipe import Recipe
from webui.recipe.checks import FIELDS, Problem, RecipeError
from webui.recipe.field import Text
from webui.recipe.store import load
from webui.settings import shipped_recipes


def recipe(arguments: Namespace) -> Recipe:
    """The recipe that the arguments name, with ``--model`` and ``--set`` on top."""
    model = model_settings(arguments.model) if arguments.model else []
    return load(recipe_path(arguments.recipe), [*model, *arguments.set])


# What a recipe says of its own model only: of another one it would be wrong, and
# consent to run one author's code is none to run another's.
OF_ONE_MODEL = ("model.revision", "model.trust_remote_code", "model.allow_pickle")


def model_settings(name: str) -> list[str]:
    """The settings that put another base model into a recipe."""
    defaults = [f"{path}={FIELDS[path].default}" for path in OF_ONE_MODEL]
    return [f"model.name={name}", *defaults]


def recipe_path(named: str) -> Path:
    """The file of a recipe: a path, or the name of one that came with Tunebook.

    Raises:
        RecipeError: when it is neither.
    """
    path = Path(named).expanduser()
    if path.is_file():
        return path
    known = {shipped.stem: shipped for shipped in shipped_files()}
    if named in known:
        return known[named]
    names = ", ".join(known) or "none"
    message = Text(
        f"is neither a file nor one of the recipes that came along ({names}).",
        f"既不是文件，也不是自带的配方（{names}）。",
    )
    raise RecipeError([Problem(named, message)])


def shipped_files() -> list[Path]:
    """The files of the recipes that came with Tunebook."""
    return sorted(shipped_recipes().glob("*.yaml"))


def ready_recipe(arguments: Namespace) -> Recipe:
    """The named recipe, refused here when its files would fail in the kernel.

    Raises:
        RecipeError: with everything that is wrong.
    """
    return ready(recipe(arguments))
