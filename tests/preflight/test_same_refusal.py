"""Whoever is asked refuses a recipe with the same sentence at the same field: plan,
run, queue, the code to take away and the page."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from webui import settings
from webui.commands import export
from webui.commands.planned import plan_of
from webui.counts.memory.cards import card_named
from webui.errors import PlannerError
from webui.kernel import queue
from webui.kernel.kernel import this_kernel
from webui.page.draft import Draft
from webui.page.no_code import no_code
from webui.page.studio import Studio
from webui.page.view import view_of
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.problems import Problem, RecipeError
from webui.recipe.store import load

EPOCHS = "training.duration=epochs"
CASES = {
    "training.warmup_steps": ["training.warmup_steps=500"],
    "training.schedule": [
        "training.schedule=polynomial",
        "training.learning_rate=1e-8",
    ],
    "adapter.target_modules": ["adapter.target_modules=[q_proj, qkv_proj]"],
    "adapter.layers": ["adapter.layers=29-32"],
    "evaluation.rows": [EPOCHS, "evaluation.every=epoch", "evaluation.rows=15"],
    "training.epochs": [EPOCHS, "adapter.method=adalora", "training.batch_size=64"],
}


@pytest.fixture
def few(starter_home: Path) -> str:
    """Twenty rows of a file, as settings have them."""
    file = starter_home / "few.jsonl"
    rows = [{"instruction": f"Say {n}.", "output": f"{n}, gladly."} for n in range(20)]
    file.write_text("\n".join(map(json.dumps, rows)))
    return f"data.train_files=[{json.dumps(str(file))}]"


def asked_for(recipe: Path, extra: list[str]) -> Namespace:
    return Namespace(
        recipe=str(recipe),
        set=extra,
        model=None,
        preset=None,
        output=None,
        grid=False,
        json=False,
        structure=None,
    )


def refused(start: Callable[[], object]) -> list[Problem]:
    with pytest.raises(RecipeError) as caught:
        start()
    return [*caught.value.problems]


def on_the_page(recipe: Recipe) -> list[Problem]:
    """What the page says once all its questions are answered."""
    view = view_of(Studio(this_kernel(), Draft(recipe)))
    answers = view.studio.answers
    answers.get = lambda key, function, *args: answered(function, *args)  # type: ignore
    return no_code(view)


def answered(function: Callable, *args: object) -> object:
    try:
        return function(*args)
    except PlannerError as error:
        return error


@pytest.mark.parametrize("path", CASES)
def test_all_refuse_alike(path: str, few: str, helper) -> None:
    file = settings.shipped_recipes() / "starter-extract.yaml"
    extra = [few, *CASES[path]]
    recipe = load(file, extra)
    (problem,) = refused(lambda: ready(recipe, this_kernel().runs))
    assert problem.path == path
    assert problem.message.zh != problem.message.en
    trouble = queue.trouble_with(this_kernel(), queue.add(this_kernel(), recipe))
    assert isinstance(trouble, RecipeError) and trouble.problems == [problem]
    arguments = asked_for(file, extra)
    assert plan_of(recipe, card_named("t4"), arguments).problems == [problem]
    assert refused(lambda: export.read_asked_recipe(arguments)) == [problem]
    assert on_the_page(recipe) == [problem]


SWEPT = {
    "a batch that leaves no update after the warm-up": (
        [EPOCHS, "training.warmup_steps=2"],
        {"training.batch_size": [1, 64]},
        "with training.batch_size 64: training.warmup_steps is a warm-up of 2, ",
    ),
    "a share that is all there is": (
        [EPOCHS, "training.batch_size=64"],
        {"training.warmup_steps": [0, 0.05]},
        "with training.warmup_steps 0.05: training.warmup_steps is a warm-up of 1, ",
    ),
    "a rate below the schedule's end": (
        ["training.schedule=polynomial"],
        {"training.learning_rate": [1e-8, 1e-3]},
        "with training.learning_rate 1e-08: training.schedule The schedule polynomial",
    ),
}


@pytest.mark.parametrize("case", SWEPT)
def test_each_trial_must_be_able_to_learn(case: str, few: str, helper) -> None:
    extra, space, begins = SWEPT[case]
    space_set = f"sweep.space={json.dumps(space)}"
    recipe = load(
        settings.shipped_recipes() / "starter-extract.yaml", [few, *extra, space_set]
    )
    assert ready(recipe, this_kernel().runs) == recipe  # a training alone would learn
    (problem,) = refused(lambda: ready(recipe, this_kernel().runs, sweep=True))
    assert problem.path == "sweep.space" and problem.message.en.startswith(begins)
    trouble = queue.trouble_with(
        this_kernel(), queue.add(this_kernel(), recipe, "sweep")
    )
    assert isinstance(trouble, RecipeError) and trouble.problems == [problem]
