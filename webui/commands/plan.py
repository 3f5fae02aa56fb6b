"""`tunebook plan`: what a recipe will take and learn, before any weight is loaded.

With ``--json`` one document is printed, with these keys; what the planner could not
tell is null, and why is among the problems. All texts are English sentences.

    recipe      its name
    method      name, title, sentence, formula, source, url, when; the same of each of
                its ``variants``
    parameters  exact: trainable, total, percent of these, base, before (what a model
                loaded by Unsloth reports as learnable before any adapter), packed
                (what summing the sizes of 4-bit weights gives; else null), by_module
                and all_by_module (trainable and total, by module type)
    memory_bytes_estimate
                weights, adapter, gradients, optimizer, activations, logits, context;
                low, total and high: the band, and what is likely
    card        name, title, memory_bytes
    measured_bytes
                the peak of a run of these settings and rows on this machine, by which
                the estimate and the verdict are corrected; null where there is none
    verdict     word (fits, tight, too large), sentence, largest_batch (rows) and
                longest_sequence (tokens), 0 where none fits
    remedies    a list in order of harm, empty where the recipe fits: values (by
                field), sentence, memory_bytes (with all before it), fits
    advice      a sentence when no remedy is enough; else null
    grid        ranks, rows (targets, title, trainable: one number for each rank);
                null for a method without a rank
    structure   only with --structure: name, path, class, weights (shapes), parameters,
                trainable, added, adapter, tied, copies (layers that are alike; the
                figures are for one), children
    warnings    what is odd about the rows
    problems    what keeps the recipe from being trained on this card

The exit code is 0 when there are no problems. The memory is an estimate, so that a
verdict is none.
"""

from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from webui.commands import given, plan_structure, plan_text
from webui.commands.measure import measure
from webui.commands.output import print_json
from webui.planner.errors import PlannerError
from webui.planner.machine import this_card
from webui.planner.memory.cards import Card, card_named
from webui.planner.memory.fit import Fit, fit
from webui.planner.memory.measured import measured_here
from webui.planner.parameters.count import Count, count
from webui.planner.parameters.grid import Grid, grid
from webui.planner.parameters.structure import Node, structure
from webui.planner.preview import Preview, preview
from webui.planner.process import ask
from webui.planner.ready import data_problems, device_problems
from webui.recipe import Recipe
from webui.recipe.checks import Problem, RecipeError
from webui.recipe.field import Text
from webui.recipe.methods import Method, explained
from webui.runs import folder as runs

HERE = "here"


@dataclass
class Plan:
    """All that is known of a recipe; None for what could not be told or is not."""

    recipe: Recipe
    problems: list[Problem] = field(default_factory=list)
    card: Card | None = None
    count: Count | None = None
    measured: int | None = None
    fit: Fit | None = None
    grid: Grid | None = None
    structure: Node | None = None
    preview: Preview | None = None

    def ask(self, question: Callable[..., Any], *more: Any) -> Any:
        """The planner's answer; None where there is none, and the problem is kept."""
        return self.told(lambda: ask(question, self.recipe, *more))

    def told(self, answer: Callable[[], Any]) -> Any:
        """An answer; None where there is none, and the problem is kept."""
        try:
            return answer()
        except PlannerError as error:
            # One cause may leave several questions without an answer.
            if error.text not in [problem.message for problem in self.problems]:
                self.problems.append(Problem("", error.text))
            return None


def plan(arguments: Namespace) -> int:
    """Print what is known of a recipe: counts, memory, verdict, every problem.

    Raises:
        RecipeError: if the recipe is not valid; with ``--json`` that is printed.
        PlannerError: if there is no such card; as above.
    """
    try:
        recipe, named = given.recipe(arguments), arguments.card
        known = None if named == HERE else card_named(named)
        if arguments.measure:
            measure(recipe, known)
    except (RecipeError, PlannerError) as error:
        if not arguments.json:
            raise
        print_json({"problems": sentences(error)})
        return 1
    found = plan_of(recipe, known, arguments)
    if arguments.json:
        print_json(as_plain(found, arguments.structure))
    else:
        plan_text.show(found, arguments.structure)
    return 1 if found.problems else 0


def sentences(error: RecipeError | PlannerError) -> list[str]:
    """What is wrong, each in a sentence with its field."""
    if isinstance(error, PlannerError):
        return [str(error)]
    return [str(problem) for problem in error.problems]


def plan_of(recipe: Recipe, card: Card | None, arguments: Namespace) -> Plan:
    """Ask all that is wanted; without a card, this machine is meant."""
    with ThreadPoolExecutor(1) as beside:
        # That takes seconds, in a process of its own.
        here = beside.submit(this_card) if card is None else None
        found = Plan(recipe, once(data_problems(recipe)))
        if not found.problems:
            found.preview = found.ask(preview)
        found.count = found.ask(count)
        if arguments.grid or arguments.json:
            found.grid = found.ask(grid)
        if arguments.structure is not None:
            found.structure = found.ask(structure)
        judge(found, card, here)
    return found


def once(problems: list[Problem]) -> list[Problem]:
    """Each cause at its first field: a hub out of reach holds both parts' rows back."""
    first: dict[Text, Problem] = {}
    for problem in problems:
        first.setdefault(problem.message, problem)
    return list(first.values())


def judge(found: Plan, card: Card | None, here: "Future[Card] | None") -> None:
    """Compare the recipe with the card."""
    found.card = found.told(here.result) if here else card
    if found.card is not None:
        found.problems += device_problems(found.recipe, found.card)
        if here is not None:
            found.measured = measured_here(runs.folders(), found.recipe, found.card)
        found.fit = found.ask(fit, found.card, found.measured)


def as_plain(found: Plan, text: str | None) -> dict[str, Any]:
    """The plan as plain types; the part of the structure that has ``text`` in it."""
    first, *variants = map(method, explained(found.recipe))
    preview = found.preview
    plain = {
        "recipe": found.recipe.name,
        "method": {**first, "variants": variants},
        "parameters": parameters(found.count) if found.count else None,
        "measured_bytes": found.measured,
        **judged(found.card, found.fit),
        "grid": table(found.grid) if found.grid else None,
        "warnings": [w.text.en for w in preview.warnings] if preview else [],
        "problems": [str(problem) for problem in found.problems],
    }
    if text is not None:
        tree = found.structure and plan_structure.part(found.structure, text)
        plain["structure"] = plan_structure.as_plain(tree) if tree else None
    return plain


def method(told: Method) -> dict[str, str]:
    """A method, or a variant of one, in words."""
    return {
        "name": told.name,
        "title": told.title.en,
        "sentence": told.sentence.en,
        "formula": told.formula,
        "source": plan_text.cited(told.source),
        "url": told.url,
        "when": told.when.en,
    }


def parameters(count: Count) -> dict[str, Any]:
    """The exact counts."""
    return {**asdict(count), "percent": count.percent}


def judged(card: Card | None, fit: Fit | None) -> dict[str, Any]:
    """The card, the memory, and what follows from both."""
    plain: dict[str, Any] = dict.fromkeys(
        ("memory_bytes_estimate", "card", "verdict", "remedies", "advice")
    )
    if card:
        title, memory = card.title.en, card.memory
        plain["card"] = {"name": card.name, "title": title, "memory_bytes": memory}
    if fit is None:
        return plain
    parts, verdict, advice = fit.verdict.memory, fit.verdict, fit.remedies.text
    band = {"low": parts.low, "total": parts.total, "high": parts.high}
    return plain | {
        "memory_bytes_estimate": {**asdict(parts), **band},
        "verdict": {
            "word": verdict.word,
            "sentence": verdict.text.en,
            "largest_batch": verdict.largest_batch,
            "longest_sequence": fit.longest_sequence,
        },
        "remedies": [
            {
                "values": step.values,
                "sentence": step.text.en,
                "memory_bytes": step.memory.total,
                "fits": step.fits,
            }
            for step in fit.remedies.steps
        ],
        "advice": advice.en if advice else None,
    }


def table(grid: Grid) -> dict[str, Any]:
    """The counts over ranks and target modules."""
    rows = [
        {"targets": row.targets, "title": row.title.en, "trainable": row.trainable}
        for row in grid.rows
    ]
    return {"ranks": grid.ranks, "rows": rows}
