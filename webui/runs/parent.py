"""Training on from a finished run: its recipe made anew, its adapter taken along.

The weights go on; the optimizer's averages and the schedule do not, so the rate and the
schedule are asked for.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from webui.notebook.rows import PARENT
from webui.recipe import Recipe
from webui.recipe.combinations.continued import FREE, saved_in_part
from webui.recipe.paths import FIELDS, applies, value_at
from webui.recipe.problems import Problem, RecipeError
from webui.recipe.store import with_values
from webui.runs import folder as runs
from webui.runs.difference import yaml_value
from webui.runs.error import RunError
from webui.runs.folder import ADAPTER, Run, read_object
from webui.runs.learned_before import LEARNED
from webui.text import Text

# What has to be said again: the state of the optimizer is not carried over.
ASKED = ("training.learning_rate", "training.schedule")
CONVERTED = ("pissa", "olora")  # saved as plain adapters of twice the rank
SAME_MODEL = ("model.name", "model.revision")
SAME_SPLIT = tuple(path for path in FIELDS if path.startswith("split."))


def why_not_trainable(run: Run) -> Text | None:
    """Why a run cannot be trained on; None if it can."""
    if run.kind != "run":
        return Text(
            "A sweep keeps none of its adapters, so there is none to train on.",
            "超参数搜索不保留适配器，因此无法接着训练。",
        )
    if run.status == "running":
        return Text(
            "It is still running; it can be trained on when it has ended.",
            "仍在运行；结束后才能接着训练。",
        )
    if runs.saved_adapter(run.folder) is None:
        return Text(
            f"It {run.status} before it saved an adapter; Resume goes on with it.",
            "它在保存适配器之前就结束了；请用“继续训练”。",
        )
    if {"model", "adapter"} & {*runs.edits_of_run(run.folder)}:
        return Text(
            "Its model or its adapter was made by code edited by hand, so its recipe "
            "does not say how to make it again.",
            "它的模型或适配器由手动修改的代码生成，配方无法说明如何再次生成。",
        )
    try:
        child(run, {})
    except RecipeError as error:
        return error.problems[0].message
    return None


def child(run: Run, values: Mapping[str, Any]) -> Recipe:
    """The recipe that trains on from a run, with some values put in.

    Raises:
        RecipeError: if there is no such recipe.
        RunError: if the run has nothing to train on.
    """
    recipe = runs.recipe_of_run(run)
    if recipe.adapter.saved_in_part:
        raise RecipeError([Problem("adapter.from_run", saved_in_part(recipe))])
    # A limit or a patience of the first training says nothing of the second.
    kept = {"adapter.from_run": run.id, **saved_shape(run, recipe)}
    return with_values(recipe, kept | dict(values))


def saved_shape(run: Run, recipe: Recipe) -> dict[str, Any]:
    """The fields in which a saved adapter differs from what its recipe asked for."""
    start = recipe.adapter.start
    if start == "zero":
        return {}
    shape: dict[str, Any] = {"adapter.start": "zero"}
    if start in CONVERTED:
        saved = read_object(run.folder / ADAPTER / "adapter_config.json")
        shape |= {"adapter.rank": saved["r"], "adapter.alpha": saved["lora_alpha"]}
    return shape


def parent_problems(recipe: Recipe, root: Path) -> list[Problem]:
    """What keeps a recipe from training on from the run that it names."""
    if not recipe.adapter.from_run:
        return []
    try:
        run = runs.find(root, recipe.adapter.from_run)
    except RunError:
        return [Problem("adapter.from_run", GONE)]
    if (reason := why_not_trainable(run)) is not None:
        return [Problem("adapter.from_run", reason)]
    parent = child(run, {})
    if (run.folder / LEARNED).is_file():  # its rows themselves will be compared
        return [*other_shape(recipe, parent)]
    return [*other_shape(recipe, parent), *unlearned(recipe, parent)]


def other_shape(recipe: Recipe, parent: Recipe) -> Iterator[Problem]:
    """What of the model and the adapter is not as the run has it."""
    for path, declared in FIELDS.items():
        fixed = path.startswith("adapter.") and path not in FREE
        if not (fixed or path in SAME_MODEL) or not applies(declared, parent):
            continue
        here, there = value_at(recipe, path), value_at(parent, path)
        if here != there:
            yield Problem(
                path,
                Text(
                    f"is {yaml_value(here)}, and {yaml_value(there)} in the run that "
                    "is trained on, whose adapter keeps its shape; set it so, or empty "
                    "adapter.from_run.",
                    f"为 {yaml_value(here)}，而所接续的运行为 {yaml_value(there)}，"
                    "其适配器形状不能改变；请改为相同的值，或清空 adapter.from_run。",
                ),
            )


def unlearned(recipe: Recipe, parent: Recipe) -> Iterator[Problem]:
    """Rows that the run has learned must not be held out as if it had not."""
    same = ("data.source", "data.train_files", "data.hub_dataset")
    if any(value_at(recipe, path) != value_at(parent, path) for path in same):
        return
    for path in (*SAME_SPLIT, "training.seed"):
        counts = applies(FIELDS[path], recipe) or applies(FIELDS[path], parent)
        if counts and value_at(recipe, path) != value_at(parent, path):
            yield Problem(
                path,
                Text(
                    "draws other rows to hold out, which the run that is trained on "
                    "has learned already; leave the split and the seed as they were.",
                    "会留出另一些数据，而所接续的运行已经学过它们；"
                    "请保持原来的划分和随机种子。",
                ),
            )
            return


def give_parent(recipe: Recipe, root: Path, folder: Path) -> None:
    """Copy what a run below ``root`` saved into the folder of the one that trains on
    from it, so that this one stands alone.

    Raises:
        RunError: if there is nothing to copy, or no room for it.
    """
    if not recipe.adapter.from_run:
        return
    copy_parent(saved_by_parent(recipe, root), folder / PARENT)


def saved_by_parent(recipe: Recipe, root: Path) -> Path:
    """The adapter of the run below ``root`` that a recipe trains on.

    Raises:
        RunError: if it is gone.
    """
    run = runs.find(root, recipe.adapter.from_run)
    saved = runs.saved_adapter(run.folder)
    if saved is None:
        raise RunError.of(
            f"{run.id} saved no adapter that could be trained on.",
            f"{run.id} 没有保存可接着训练的适配器。",
        )
    return saved


def copy_parent(saved: Path, target: Path) -> None:
    """Copy a saved adapter, in place of any other.

    Raises:
        RunError: if there is no room for it.
    """
    half = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(saved, half)
        shutil.rmtree(target, ignore_errors=True)
        half.rename(target)
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        raise RunError.of(
            f"the adapter that is trained on could not be copied "
            f"({error.strerror}); free some space and start again.",
            f"无法复制要接着训练的适配器（{error.strerror}）；请清理空间后重新开始。",
        ) from None


GONE = Text(
    "names a run that is not here; `tunebook runs` lists them, and empty starts from "
    "the untouched base.",
    "指向的运行不存在；`tunebook runs` 可列出全部，留空则从未改动的基座开始。",
)
