"""`tunebook plan`: what a recipe will take and learn, before any weight is loaded."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from webui.commands import given
from webui.commands.output import print_json
from webui.figures import size, whole
from webui.planner.errors import PlannerError
from webui.planner.process import ask
from webui.planner.ready import data_problems
from webui.recipe import Recipe
from webui.recipe.checks import Problem


def plan(arguments: Namespace) -> int:
    """Print parameter counts, the memory estimate and every problem found."""
    recipe = given.recipe(arguments)
    problems = data_problems(recipe)
    found = answers(recipe, problems)
    if arguments.json:
        sentences = [str(problem) for problem in problems]
        print_json({"recipe": recipe.name, **as_plain(found), "problems": sentences})
    else:
        print_plan(found, problems)
    return 1 if problems else 0


def answers(recipe: Recipe, problems: list[Problem]) -> dict[str, Any]:
    """What the planner says, by question; what it cannot say joins the problems."""
    from webui.planner.count import count
    from webui.planner.memory import estimate
    from webui.planner.preview import preview

    questions: dict[str, Callable] = {"parameters": count, "memory": estimate}
    if not problems:
        questions["preview"] = preview
    found = {}
    for name, question in questions.items():
        try:
            found[name] = ask(question, recipe)
        except PlannerError as error:
            # One cause may leave several questions without an answer.
            if error.text not in [problem.message for problem in problems]:
                problems.append(Problem("", error.text))
    return found


def as_plain(found: dict[str, Any]) -> dict[str, Any]:
    """The answers as plain types, with units in the names."""
    plain: dict[str, Any] = {}
    if count := found.get("parameters"):
        plain["parameters"] = {**asdict(count), "percent": count.percent}
    if memory := found.get("memory"):
        about = {"low": memory.low, "total": memory.total, "high": memory.high}
        plain["memory_bytes_estimate"] = {**asdict(memory), **about}
    if preview := found.get("preview"):
        plain["warnings"] = [warning.text.en for warning in preview.warnings]
    return plain


def print_plan(found: dict[str, Any], problems: list[Problem]) -> None:
    """Print the answers for a person."""
    if count := found.get("parameters"):
        print(
            f"parameters  {whole(count.trainable)} of {whole(count.total)} learn "
            f"({count.percent:.4f} %)"
        )
        for name, number in count.by_module.items():
            print(f"  {name:12}{whole(number):>14}")
    if memory := found.get("memory"):
        low, high = size(memory.low), size(memory.high)
        print(f"memory      about {size(memory.total)} at its peak ({low} to {high})")
        for name, part in asdict(memory).items():
            print(f"  {name:12}{size(part):>14}")
    if preview := found.get("preview"):
        for warning in preview.warnings:
            print(f"note        {warning.text.en}")
    for problem in problems:
        print(f"problem     {problem}")
