"""Write the reference pages from what the code declares: `make docs`.

A test fails when a page is no longer what this writes.
"""

import csv
import json
from pathlib import Path

from webui.recipe.checks import FIELDS
from webui.recipe.field import DeclaredField
from webui.recipe.formats import FORMATS, Format

FOLDER = Path(__file__).parent
EXAMPLES = FOLDER.parent / "tests" / "data" / "formats"
MADE = "<!-- Written by docs/make.py; change the declarations instead. -->"


def recipe_page() -> str:
    """Every field of a recipe: its default, its bounds, what it does."""
    parts = ["# The fields of a recipe", MADE]
    parts.append(
        "A recipe is YAML: sections with fields. What is left out has its default. "
        "`--set section.field=value` changes one field on the command line."
    )
    section = ""
    for path, declared in FIELDS.items():
        if path.partition(".")[0] != section:
            section = path.partition(".")[0]
            parts.append(f"## {section}")
        parts.append(field_entry(path, declared))
    return "\n\n".join(parts) + "\n"


def field_entry(path: str, declared: DeclaredField) -> str:
    """One field as a paragraph in both languages."""
    declaration = declared.declaration
    facts = [f"default `{json.dumps(declared.default, ensure_ascii=False)}`"]
    if declared.choices:
        facts.append("one of " + ", ".join(f"`{c}`" for c in declared.choices))
    low, high = declared.bound("ge", "gt"), declared.bound("le", "lt")
    if declared.type in (int, float) and low is not None and high is not None:
        facts.append(f"{low:g} to {high:g}")
    for other, value in (declaration.shown_when or {}).items():
        wanted = value if isinstance(value, tuple) else (value,)
        facts.append(f"when `{other}` is " + " or ".join(f"`{v}`" for v in wanted))
    return (
        f"**`{path}`** {declaration.title.en} · {declaration.title.zh} "
        f"({'; '.join(facts)})  \n{declaration.help.en}  \n{declaration.help.zh}"
    )


def formats_page() -> str:
    """Every format of rows: what it holds, an example, what its columns are called."""
    parts = ["# Formats of rows", MADE]
    parts.append(
        "`tunebook data FILE` and the Data tab say which of these a file has, how sure "
        "that is, and why. `data.columns` maps columns of other names."
    )
    parts += [format_entry(name, format) for name, format in FORMATS.items()]
    return "\n\n".join(parts) + "\n"


def format_entry(name: str, format: Format) -> str:
    """One format in both languages, with its first example."""
    lines = [f"## {name}", f"{format.help.en}  \n{format.help.zh}"]
    for role in format.roles:
        known = ", ".join(f"`{synonym}`" for synonym in role.synonyms)
        optional = ", optional" if role.optional else ""
        lines.append(
            f"- `{role.name}`: {role.title.en} · {role.title.zh}{optional}"
            + (f"; also found as {known}" if known else "")
        )
    if format.instruction:
        lines.append(
            f"Asked with: “{format.instruction.en}” · “{format.instruction.zh}”"
        )
    example = json.dumps(first_example(name), ensure_ascii=False)
    return (
        "\n\n".join(lines[:2])
        + "\n\n"
        + "\n".join(lines[2:])
        + (f"\n\n```json\n{example}\n```")
    )


def first_example(name: str) -> dict:
    """The first row of a format's example file."""
    (file,) = EXAMPLES.glob(f"{name}.*")
    with file.open(encoding="utf-8", newline="") as lines:
        if file.suffix == ".csv":
            return next(csv.DictReader(lines))
        first: dict = json.loads(next(lines))
        return first


PAGES = {"recipe.md": recipe_page, "formats.md": formats_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
