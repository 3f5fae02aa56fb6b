"""What Unsloth cannot load without a GPU is refused before anything is loaded."""

import pytest

from webui.commands.planned import Plan, judge
from webui.counts.memory.cards import CARDS, this_machine
from webui.preflight.on_cpu import cpu_problem
from webui.recipe import Recipe
from webui.recipe.sections import Model

SEEING = "mistralai/Mistral-Small-3.1-24B-Instruct-2503"
pytestmark = pytest.mark.train


def told(name: str) -> str:
    problem = cpu_problem(Recipe(model=Model(name=name)))
    assert problem is None or problem.en != problem.zh
    return problem.en if problem else ""


def test_a_model_that_sees_and_has_no_text_model_is_refused() -> None:
    problem = told(SEEING)
    assert "is a mistral3 model, which cannot be trained without a GPU" in problem


@pytest.mark.parametrize(
    "name", ["google/gemma-3-4b-it", "Qwen/Qwen3.5-4B", "unsloth/Llama-3.2-1B"]
)
def test_others_are_not(name: str) -> None:
    assert told(name) == ""


def test_a_plan_for_such_a_machine_says_so_as_well(helper) -> None:
    recipe = Recipe(model=Model(name=SEEING))
    here, there = Plan(recipe), Plan(recipe)
    judge(here, this_machine(10**10, has_bf16=True), None)
    judge(there, CARDS["h100"], None)
    assert [problem.path for problem in here.problems] == ["model.name"]
    assert "cannot be trained without a GPU" in here.problems[0].message.en
    assert there.problems == []
