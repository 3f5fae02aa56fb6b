"""`tunebook data`: what a file holds, and how its rows will be trained on."""

import sys
from argparse import Namespace
from dataclasses import asdict
from typing import Any

import yaml

from webui.commands import data_text
from webui.commands.output import print_json
from webui.errors import PlannerError
from webui.notebook.rows import Rows
from webui.planner.process import ask
from webui.recipe import Recipe
from webui.recipe.store import Dumper, differences, dumps, loads, with_values
from webui.rows.detection.found import Found, detected, found, to_be_said
from webui.rows.prepare.ask import prepared
from webui.rows.prepare.told import counts
from webui.rows.preview import Preview, preview
from webui.rows.report.job import start_report
from webui.rows.report.report import Report

LOOK = 0.2  # seconds between two looks at the progress


def data(arguments: Namespace) -> int:
    """Print what was found, some rows with their masks, and the report of all rows.

    Raises:
        PlannerError: if the source cannot be read, or none of its rows used; also,
            after all was printed, if a file breaks off.
        RecipeError: if a setting does not fit.
    """
    recipe, seen = recipe_for(arguments)
    shown = ask(preview, recipe, 0, arguments.rows)
    report = None if arguments.quick else report_of(recipe)
    rows = None if arguments.quick else prepared(recipe)
    if arguments.json:
        print_json(data_as_plain(recipe, seen, shown, report, rows))
    else:
        data_text.show(recipe, seen, shown, report, rows, as_yaml(recipe))
    stops = list(rows.stops) if rows else []
    for english, _ in stops:
        print(f"{'warning':12}{english}", file=sys.stderr)
    blocked = stops or any(warning.blocks for warning in shown.warnings)
    return 1 if blocked and not recipe.data.accept_warnings else 0


def recipe_for(arguments: Namespace) -> tuple[Recipe, Found]:
    """A recipe over the named source, with what was detected, then what was said."""
    settings = list(arguments.set)
    short = {
        "model": "model.name",
        "template": "data.template",
        "format": "data.format",
    }
    for option, path in short.items():
        if value := getattr(arguments, option):
            settings.append(f"{path}={value}")
    said = {setting.partition("=")[0].strip() for setting in settings}
    # Columns must fit the format, which may have to be detected first.
    early = [s for s in settings if not s.strip().startswith("data.columns")]
    values: dict[str, Any] = {"data.train_files": [str(f) for f in arguments.files]}
    if arguments.hub:
        values = {"data.source": "hub", "data.hub_dataset": arguments.hub}
    recipe = with_values(loads("", settings=early), values)
    seen = ask(found, recipe)
    chosen = detected(seen)
    if "data.format" not in said and seen.problem is not None:
        raise PlannerError(seen.problem)
    guessed = to_be_said(seen)
    if guessed and not {"data.format", "data.columns"} <= said:
        if "data.format" not in said or seen.detection.format == recipe.data.format:
            raise PlannerError(guessed)
    if "data.format" not in said or chosen.get("data.format") == recipe.data.format:
        recipe = with_values(recipe, {p: v for p, v in chosen.items() if p not in said})
    if early != settings:
        recipe = loads(dumps(recipe), settings=settings)
    return recipe, seen


def report_of(recipe: Recipe) -> Report:
    """The report of all rows, with its progress on stderr.

    Raises:
        PlannerError: if there is none.
    """
    with data_text.report_bar() as tell:
        return start_report(recipe).finish(LOOK, tell)


def data_as_plain(
    recipe: Recipe,
    seen: Found,
    shown: Preview,
    report: Report | None,
    rows: Rows | None,
) -> dict[str, Any]:
    """All of it as plain types; ``recipe`` is the data section to use, ``split`` how
    many rows are trained on, watched while training and held out."""
    from pydantic import TypeAdapter

    detection = seen.detection
    return {
        "files": [asdict(file) for file in seen.files],
        "columns": list(seen.columns),
        "detection": asdict(detection) if detection else None,
        "recipe": differences(recipe),
        "split": counts(rows) if rows else None,
        "warnings": [{"text": w.text.en, "blocks": w.blocks} for w in shown.warnings],
        "rows": [
            {**asdict(row), "tokens": [token._asdict() for token in row.tokens]}
            for row in shown.rows
        ],
        "report": TypeAdapter(Report).dump_python(report, mode="json")
        if report
        else None,
    }


def as_yaml(recipe: Recipe) -> str:
    """The part of a recipe that says what was found, to be put into a file."""
    sections = {k: v for k, v in differences(recipe).items() if k in ("data", "split")}
    text = yaml.dump(sections, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return str(text).strip()
