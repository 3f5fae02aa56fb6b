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
    training    rows (learned from), updates (of the weights; at_most, at_least: whether
                packing makes fewer, or pieces of long rows more), warm_up (updates),
                asked, highest and last (learning rates), each (the rate of every
                update; empty where there are more than 100), reach (further than about
                this no weight can move), fewest (updates that the method needs),
                sentence; null where the number of rows is not known
    advice      a sentence when no remedy is enough; else null
    grid        ranks, rows (targets, title, trainable: one number for each rank);
                null for a method without a rank
    structure   only with --structure: name, path, class, weights (shapes), parameters,
                trainable, added, adapter, tied, copies (layers that are alike; the
                figures are for one), children
    rows        how many are trained on (train), watched while training (watched) and
                held out (heldout)
    warnings    what is odd about the rows
    problems    what keeps the recipe from being trained on this card

The exit code is 0 when there are no problems. The memory is an estimate, so that a
verdict is none.
"""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from webui.commands import given, plan_structure, plan_text
from webui.commands.measure import measure_recipe
from webui.commands.output import print_json
from webui.commands.planned import Plan, plan_of
from webui.counts.memory.cards import Card, card_named
from webui.counts.memory.fit import Fit
from webui.counts.parameters.count import Count
from webui.counts.parameters.grid import Grid
from webui.errors import UserError
from webui.preflight.learning_rates import Rates
from webui.recipe.methods import Method, explained
from webui.recipe.problems import RecipeError
from webui.rows.prepare.told import counts

HERE = "here"


def plan(arguments: Namespace) -> int:
    """Print what is known of a recipe: counts, memory, verdict, every problem.

    Raises:
        RecipeError: if the recipe is not valid; with ``--json`` that is printed.
        PlannerError: if there is no such card; as above.
        KernelError: if the kernel cannot measure now; as above.
    """
    try:
        recipe, named = given.recipe(arguments), arguments.card
        known = None if named == HERE else card_named(named)
        if arguments.measure:
            measure_recipe(recipe, known)
    except UserError as error:
        if not arguments.json:
            raise
        print_json({"problems": sentences(error)})
        return 1
    found = plan_of(recipe, known, arguments)
    if arguments.json:
        print_json(plan_as_plain(found, arguments.structure))
    else:
        plan_text.show(found, arguments.structure)
    return 1 if found.problems else 0


def sentences(error: UserError) -> list[str]:
    """What is wrong, each in a sentence with its field."""
    if isinstance(error, RecipeError):
        return [str(problem) for problem in error.problems]
    return [str(error)]


def plan_as_plain(found: Plan, text: str | None) -> dict[str, Any]:
    """The plan as plain types; the part of the structure that has ``text`` in it."""
    first, *variants = map(method, explained(found.recipe))
    preview = found.preview
    plain = {
        "recipe": found.recipe.name,
        "method": {**first, "variants": variants},
        "parameters": parameters(found.count) if found.count else None,
        "measured_bytes": found.measured,
        **judge_card(found.card, found.fit),
        "training": training(found.rates) if found.rates else None,
        "grid": counts_table(found.grid) if found.grid else None,
        "rows": counts(found.rows) if found.rows else None,
        "warnings": [w.text.en for w in preview.warnings] if preview else [],
        "problems": [str(problem) for problem in found.problems],
    }
    if text is not None:
        tree = found.structure and plan_structure.matching_modules(
            found.structure, text
        )
        plain["structure"] = plan_structure.node_as_plain(tree) if tree else None
    return plain


def method(told: Method) -> dict[str, str]:
    """A method, or a variant of one, in words."""
    return {
        "name": told.name,
        "title": told.title.en,
        "sentence": told.sentence.en,
        "formula": told.formula,
        "source": plan_text.cited(told.source),
        "url": told.source.url,
        "when": told.when.en,
    }


def training(rates: Rates) -> dict[str, Any]:
    """The updates of the weights, and their rates."""
    return {**asdict(rates), "sentence": rates.text.en}


def parameters(count: Count) -> dict[str, Any]:
    """The exact counts."""
    note = count.note.en if count.note else None
    return {**asdict(count), "percent": count.percent, "note": note}


def judge_card(card: Card | None, fit: Fit | None) -> dict[str, Any]:
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


def counts_table(grid: Grid) -> dict[str, Any]:
    """The counts over ranks and target modules."""
    rows = [
        {"targets": row.targets, "title": row.title.en, "trainable": row.trainable}
        for row in grid.rows
    ]
    return {"ranks": grid.ranks, "rows": rows}
