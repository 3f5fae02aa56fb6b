"""What the user names on the command line: a recipe, with settings on top."""

import json
import sys
from argparse import Namespace
from pathlib import Path

from webui.commands.left import tell_left, tell_left_of_file
from webui.errors import PlannerError
from webui.kernel.kernel import this_kernel
from webui.notebook.edits import NO_EDITS, Edits
from webui.planner.process import ask
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.paths import FIELDS
from webui.recipe.presets import changes
from webui.recipe.problems import RecipeError
from webui.recipe.store import dumps, load, loads, with_values
from webui.rows.row_count import training_rows
from webui.rows.split_check import MOST_COUNTED
from webui.runs import folder
from webui.runs.error import RunError
from webui.runs.parent import child, why_not_trainable
from webui.settings import shipped_recipes


def recipe(arguments: Namespace) -> Recipe:
    """The recipe that is named, with ``--model``, ``--preset`` and ``--set`` on top."""
    model = model_settings(arguments.model) if arguments.model else []
    path, settings = recipe_path(arguments.recipe), [*model, *arguments.set]
    found = load(path, settings)
    tell_left_of_file(path, found, arguments.set)
    if not arguments.preset:
        return found
    # What was set by hand wins over the preset.
    preset = preset_settings(arguments.preset, found)
    return load(path, [*model, *preset, *arguments.set])


def preset_settings(name: str, recipe: Recipe) -> list[str]:
    """The settings of a preset for this recipe and its rows."""
    try:
        rows = ask(training_rows, recipe, MOST_COUNTED)
    except PlannerError:
        rows = None  # what is wrong with them is told before the start
    changed = changes(name, recipe, rows)
    return [
        f"{path}={new if isinstance(new, str) else json.dumps(new)}"
        for path, _, new in changed
    ]


# What a recipe says of its own model only: of another one it would be wrong, and
# consent to run one author's code is none to run another's.
OF_ONE_MODEL = ("model.revision", "model.trust_remote_code", "model.allow_pickle")


def model_settings(name: str) -> list[str]:
    """The settings that put another base model into a recipe."""
    defaults = [f"{path}={FIELDS[path].default}" for path in OF_ONE_MODEL]
    return [f"model.name={name}", *defaults]


def recipe_path(named: str) -> Path:
    """The file of a recipe: a path, the name of one that came with Tunebook, or that
    of a run.

    Raises:
        RecipeError: when it is none of them.
        RunError: when several runs are called so.
    """
    path = Path(named).expanduser()
    if path.is_file():
        return path
    if (run := run_of(named)) is not None:
        return run / folder.RECIPE
    if named in (known := shipped_by_name()):
        return known[named]
    names = ", ".join(known) or "none"
    raise RecipeError.of(
        f"is neither a recipe (a file, or one that came along: {names}) nor a run (its "
        "id, its name or its folder; `tunebook runs` lists them).",
        f"既不是配方（文件，或自带的：{names}），"
        "也不是运行（id、名称或文件夹；`tunebook runs` 可列出全部）。",
        named,
    )


def run_of(named: str) -> Path | None:
    """The folder of the run that is named by its path or its recipe, by its id or, if
    no recipe that came along is called so, by its shown name or a part of its id.

    Raises:
        RunError: when several runs are called so.
    """
    path = Path(named).expanduser()
    path = path.parent if path.name == folder.RECIPE else path
    if path.is_dir() and (path / folder.PLAN).is_file():
        return path
    root = this_kernel().runs
    if named in folder.names(root):
        return root / named
    if path.is_file() or named in shipped_by_name():
        return None
    return folder.find(root, named).folder if folder.called(root, named) else None


def is_changed(arguments: Namespace) -> bool:
    """Whether settings of the command line stand on top of what is named."""
    return bool(arguments.set or arguments.model or arguments.preset)


def edits(arguments: Namespace) -> Edits:
    """The cells that were edited by hand in the run that is named, if it is one.

    With other settings they are left out, for these would not reach them; that is said.
    """
    run = run_of(arguments.recipe)
    found = folder.edits_of_run(run) if run else NO_EDITS
    if found and is_changed(arguments):
        names = ", ".join(found)
        told = f"The run's code by hand ({names}) is left out: settings are changed."
        print(told, file=sys.stderr)
        return NO_EDITS
    return found


def child_recipe(arguments: Namespace) -> Recipe:
    """The recipe that trains on from the named run, with what was said on top.

    Raises:
        RecipeError: if a setting does not fit.
        RunError: if there is no such run, or nothing to train on.
    """
    run = folder.find(this_kernel().runs, arguments.run)
    if (reason := why_not_trainable(run)) is not None:
        raise RunError.of(f"{run.id}: {reason.en}", f"{run.id}：{reason.zh}")
    settings = [
        f"training.learning_rate={arguments.rate}",
        f"training.schedule={arguments.schedule}",
    ]
    if arguments.epochs:
        settings += ["training.duration=epochs", f"training.epochs={arguments.epochs}"]
    recipe = child(run, {})
    if arguments.rows:
        files = [str(Path(file).expanduser().absolute()) for file in arguments.rows]
        values = {"data.source": "files", "data.train_files": files}
        parent, recipe = recipe, with_values(recipe, values)
        tell_left(parent, recipe, arguments.set)
    return loads(dumps(recipe), settings=[*settings, *arguments.set])


def shipped_by_name() -> dict[str, Path]:
    """The recipes that came with Tunebook, by their names."""
    return {shipped.stem: shipped for shipped in shipped_files()}


def shipped_files() -> list[Path]:
    """The files of the recipes that came with Tunebook."""
    return sorted(shipped_recipes().glob("*.yaml"))


def ready_recipe(arguments: Namespace, *, sweep: bool = False) -> Recipe:
    """The named recipe, refused here when its files would fail in the kernel.

    Raises:
        RecipeError: with everything that is wrong.
    """
    return ready(recipe(arguments), this_kernel().runs, sweep=sweep)
