"""What Unsloth cannot load without a GPU is refused before anything is loaded."""

import pytest

from webui.preflight.on_cpu import cpu_problem
from webui.recipe import Recipe
from webui.recipe.sections import Model

pytestmark = pytest.mark.train


def told(name: str) -> str:
    problem = cpu_problem(Recipe(model=Model(name=name)))
    assert problem is None or problem.en != problem.zh
    return problem.en if problem else ""


def test_a_model_that_sees_and_has_no_text_model_is_refused() -> None:
    problem = told("mistralai/Mistral-Small-3.1-24B-Instruct-2503")
    assert "is a mistral3 model, which cannot be trained without a GPU" in problem


@pytest.mark.parametrize(
    "name", ["google/gemma-3-4b-it", "Qwen/Qwen3.5-4B", "unsloth/Llama-3.2-1B"]
)
def test_others_are_not(name: str) -> None:
    assert told(name) == ""
