"""Whether a recipe's data can be trained on: asked before the kernel is."""

import os
from functools import lru_cache
from pathlib import Path

from webui.notebook.carried.readers import read_file, read_packed_file
from webui.notebook.steps import READERS, suffix_of
from webui.planner.errors import PlannerError
from webui.planner.process import ask
from webui.planner.reading.reasons import in_both
from webui.planner.rows import Part
from webui.recipe import Recipe
from webui.recipe.checks import Problem, RecipeError
from webui.recipe.field import Text

ACCEPT = Text(
    "Mend it, or set data.accept_warnings to train all the same.",
    "请修正,或将 data.accept_warnings 设为 true 后继续训练。",
)


def ready(recipe: Recipe) -> Recipe:
    """The recipe itself, refused here when its data would fail or teach nothing.

    Raises:
        RecipeError: with everything that is wrong.
    """
    if problems := data_problems(recipe):
        raise RecipeError(problems)
    return recipe


def data_problems(recipe: Recipe) -> list[Problem]:
    """What is wrong with the recipe's rows, seen in the first of them."""
    problems = []
    parts: dict[Part, str] = {"train": rows_field(recipe, "train")}
    if recipe.split.by == "file":
        parts["heldout"] = rows_field(recipe, "heldout")
    for part, path in parts.items():
        try:
            stopping = ask(blocking, recipe, part)
        except PlannerError as error:
            problems.append(Problem(path, error.text))
            continue
        problems += [Problem(path, text) for text in stopping]
    return problems


def rows_field(recipe: Recipe, part: Part) -> str:
    """The field that names where these rows come from."""
    if recipe.data.source == "hub":
        return "data.hub_dataset" if part == "train" else "split.hub_split"
    return "data.train_files" if part == "train" else "split.files"


def with_way_out(text: Text) -> Text:
    """A blocking warning, and what the user can do about it."""
    return Text(f"{text.en} {ACCEPT.en}", f"{text.zh}{ACCEPT.zh}")


def blocking(recipe: Recipe, part: Part) -> list[Text]:
    """What stops a training before it starts; asked in the planner's process.

    Raises:
        PlannerError: if no row can be used at all.
    """
    from webui.planner.preview import check_rows

    found = check_rows(recipe, part)
    if recipe.data.source == "files":
        for file in recipe.data.train_files if part == "train" else recipe.split.files:
            refuse_broken_json(file, stamp(file))
    if part == "heldout":
        return []  # these rows are asked, never trained on
    if found.total is not None and (few := too_few(recipe, found.total)):
        raise PlannerError(few)
    if recipe.data.accept_warnings:
        return []
    return [with_way_out(w.text) for w in found.warnings if w.blocks]


@lru_cache(maxsize=32)
def refuse_broken_json(file: str, stamp: int) -> None:
    """Refuse a .json file that is cut off or broken.

    The preview shows the rows before the break; the notebook reads such a file as a
    whole, as anyone would, and so gets none.

    Raises:
        PlannerError: with what is wrong.
    """
    if suffix_of(file) != ".json":
        return
    packed = Path(file).suffix.lower() == ".gz"
    for place, row in (read_packed_file if packed else read_file)(file, READERS):
        if isinstance(row, ValueError) and ", row " not in place:
            reason = in_both(str(row.args[0]))
            raise PlannerError(
                Text(
                    f"{place}: {reason.en}; mend the file before a training.",
                    f"{place}:{reason.zh};请先修复文件再训练。",
                )
            )
        return


def stamp(file: str) -> int:
    """When a file last changed, in ns."""
    return os.stat(file).st_mtime_ns


def too_few(recipe: Recipe, total: int) -> Text | None:
    """Why no row would be left to train on, if none would."""
    drawn = {"fraction": 1, "count": recipe.split.count}.get(recipe.split.by, 0)
    if drawn < total:
        return None
    return Text(
        f"There are {total} rows, and {drawn} of them are to be held out; none is left "
        "to train on.",
        f"共有 {total} 条数据,其中 {drawn} 条要留出,没有剩余数据可训练。",
    )
