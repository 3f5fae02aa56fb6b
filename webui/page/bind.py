"""Recipe fields and their components: made from the declaration, committed, redrawn."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.components import Component

from webui.page.language import Language
from webui.page.number_box import number_box, typed_number
from webui.recipe import Recipe
from webui.recipe.field import Declaration, DeclaredField
from webui.recipe.numbers import is_number, number_text, read_number
from webui.recipe.paths import FIELDS, NAME, applies, declared_at, value_at
from webui.recipe.sweeps import SWEEPABLE
from webui.rows.reading.files import suffix_of
from webui.rows.reading.readers import READERS
from webui.settings import data_folder, shipped_recipes
from webui.text import Text

if TYPE_CHECKING:
    from webui.page.view import View

Update = Any


@dataclass(frozen=True)
class Binding:
    """One field of the recipe and the components that show it.

    ``changes`` says what else of each component depends on the moment; a value that
    it names wins over the recipe's.
    """

    field: DeclaredField
    components: tuple[Component, ...]
    read: Callable[[Sequence[Any]], Any]
    write: Callable[[Recipe], Sequence[Any]]
    changes: "Callable[[View], Sequence[dict[str, Any]]] | None" = None
    # How what was typed is written once it is taken: 0,001 as 0.001.
    tidy: Callable[[Sequence[Any]], Sequence[Any]] | None = None


def bind(path: str, language: Language) -> Binding:
    """Make the component of a field and bind the two."""
    declared = declared_at(path)
    component = component_for(declared, language)

    def read(values: Sequence[Any]) -> Any:
        # A cleared box holds None; the recipe holds an empty text or list.
        empty = {tuple: [], str: ""}.get(declared.type)
        if is_number(declared):
            return typed_number(declared, values[0])
        if path == NAME:
            return (values[0] or "").strip()
        return empty if values[0] is None else values[0]

    def write(recipe: Recipe) -> Sequence[Any]:
        return [as_value(value_at(recipe, path))]

    def tidy(values: Sequence[Any]) -> Sequence[Any]:
        return [as_value(read(values))]

    written_anew = is_number(declared) or path == NAME
    return Binding(
        declared, (component,), read, write, tidy=tidy if written_anew else None
    )


def component_for(declared: DeclaredField, language: Language) -> Component:
    """The component that fits the field's type and bounds."""
    declaration = declared.declaration
    common: dict[str, Any] = {
        "label": getattr(declaration.title, language),
        "info": helped(declaration, language),
        "value": as_value(declared.default),
        "elem_id": element_id(declared.path),
        "interactive": True,
    }
    if declared.choices:
        kind = gr.Radio if len(declared.choices) <= 3 else gr.Dropdown
        return kind(choices=titled_choices(declared, language), **common)
    if declared.type is bool:
        return gr.Checkbox(**common)
    if declared.type is tuple:
        choices = file_choices() if declaration.file else list(declaration.suggestions)
        return gr.Dropdown(
            choices=choices,
            multiselect=True,
            allow_custom_value=True,
            **common,
        )
    if is_number(declared):
        return number_box(declared, **common)
    if declaration.suggestions:
        choices = list(declaration.suggestions)
        return gr.Dropdown(choices=choices, allow_custom_value=True, **common)
    return gr.Textbox(lines=declaration.lines, max_lines=12, **common)


# Gradio shows `info` as a little Markdown, escaped. What stands between stars is folded
# behind "more", and what stands between two is seen as a problem: patches/fields.js.
def helped(declaration: Declaration, language: Language) -> str:
    """The help of a field, with what stands behind a click."""
    short = getattr(declaration.help, language)
    more = getattr(declaration.more, language, "")
    return f"{short} *{more}*" if more else short


def refused(problem: str) -> str:
    """What is wrong with the value of a field; it quotes what was typed."""
    line = html.escape(" ".join(problem.split()), quote=False).replace("*", "∗")
    return f"**✗ {line}**"


def known_files() -> list[str]:
    """Data files to pick from: those uploaded before, and those that came along."""
    folders = (data_folder(), shipped_recipes() / "data")
    files = (file for folder in folders for file in sorted(folder.glob("[!.]*")))
    known = {*READERS, ".zip"}
    return [str(file) for file in files if suffix_of(file.name) in known]


def file_choices(chosen: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Files to pick from, and those that are chosen, by name where that is enough."""
    files = list(dict.fromkeys([*chosen, *known_files()]))
    names = [Path(file).name for file in files]
    return [
        (name if names.count(name) == 1 else file, file)
        for name, file in zip(names, files, strict=True)
    ]


def titled_choices(
    declared: DeclaredField, language: Language
) -> list[tuple[str, str]]:
    """The choices of a field with the titles that the user reads."""
    titles = declared.declaration.choice_titles or {}
    return [(getattr(titles.get(c, Text(c, c)), language), c) for c in declared.choices]


def as_value(value: Any) -> Any:
    """A value as a component takes it; the box of a number holds its text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return list(value) if isinstance(value, tuple) else value


def element_id(path: str) -> str:
    """The id in the page of a field's component."""
    return path.replace(".", "-")


AXES = 3
LEADING_ZERO = re.compile(r"0\d+")


def with_path(declared: DeclaredField, path: str) -> Text:
    """A field's title and its path, as a choice of a list."""
    title = declared.declaration.title
    return Text(f"{title.en} ({path})", f"{title.zh}（{path}）")


def bind_space(language: Language) -> Binding:
    """The fields and values of a sweep: three pairs of a name and its values."""
    declared = FIELDS["sweep.space"]
    choices = [("–", "")] + [
        (getattr(with_path(f, path), language), path) for path, f in SWEEPABLE.items()
    ]
    names = Text("Setting", "设置"), Text("Values, with commas", "取值（用逗号分隔）")
    components: list[Component] = []
    for axis in range(AXES):
        with gr.Row():
            components += [
                gr.Dropdown(
                    choices=choices,
                    value="",
                    label=f"{getattr(names[0], language)} {axis + 1}",
                    elem_id=f"sweep-name-{axis}",
                    interactive=True,
                ),
                gr.Textbox(
                    label=getattr(names[1], language),
                    elem_id=f"sweep-values-{axis}",
                    max_lines=1,
                    interactive=True,
                ),
            ]
    return Binding(
        declared, tuple(components), read_space, write_space, tidy=tidy_space
    )


def read_space(values: Sequence[Any]) -> dict[str, list[Any]]:
    """The search space that three pairs of components hold.

    Values of one setting may stand in two pairs; those without one are kept under ""
    and told.
    """
    space: dict[str, list[Any]] = {}
    for name, text in zip(values[::2], values[1::2], strict=True):
        read = read_values(text or "", SWEEPABLE.get(name))
        if name or read:
            space.setdefault(name or "", []).extend(read)
    return space


def tidy_space(values: Sequence[Any]) -> Sequence[Any]:
    """The three pairs as typed, with their values as they were read."""
    pairs = zip(values[::2], values[1::2], strict=True)
    tidy = (
        (name, read_values(text or "", SWEEPABLE.get(name))) for name, text in pairs
    )
    return [part for name, read in tidy for part in (name, values_text(read))]


def values_text(values: Sequence[Any]) -> str:
    """Values in a line, as they are typed."""
    written = [
        str(value).lower() if isinstance(value, bool) else number_text(value)
        for value in values
    ]
    return ("; " if any("," in each for each in written) else ", ").join(written)


def read_values(text: str, declared: DeclaredField | None) -> list[Any]:
    """The values in a line such as ``4, 8, 16``, each as its field takes it.

    With a semicolon between them, a comma is one of decimals.
    """
    signs = "[;；]" if {";", "；"} & {*text} else "[,，、]"
    parts = (part.strip() for part in re.split(signs, text))
    return [read_value(part, declared) for part in parts if part]


def read_value(part: str, declared: DeclaredField | None) -> Any:
    """One value of a line; a text stays where it is none that the field takes."""
    if declared is None or declared.type is str:
        return part
    if declared.type is bool:
        return {"true": True, "false": False}.get(part.lower(), part)
    if LEADING_ZERO.fullmatch(part):
        return part  # of 0,001, say: who wrote it meant one value, not two
    return read_number(part, whole=declared.type is int)


def write_space(recipe: Recipe) -> list[Any]:
    """A search space as the values of three pairs of components."""
    flat: list[Any] = []
    for name, values in recipe.sweep.space.items():
        flat += [name, values_text(values)]
    return flat + [""] * (2 * AXES - len(flat))


def field_updates(
    binding: Binding,
    view: "View",
    shown: Recipe,
    problem: Text | None,
    language: Language,
    *,
    with_value: bool,
) -> Iterator[Update]:
    """Updates of a field's components: shown or hidden, its problem, a newer value.

    ``shown`` is the recipe with what was refused at this field.
    """
    declared, recipe = binding.field, view.recipe
    common: dict[str, Any] = {"visible": applies(declared, recipe) or bool(problem)}
    if len(binding.components) == 1:
        common["info"] = helped(declared.declaration, language)
    if declared.declaration.file:
        common["choices"] = file_choices(value_at(recipe, declared.path))
    more: Sequence[dict[str, Any]] = [{} for _ in binding.components]
    if binding.changes:
        more = binding.changes(view)
    for value, own in zip(binding.write(shown), more, strict=True):
        changes = {**common, **({"value": value} if with_value else {}), **own}
        if problem is not None and len(binding.components) == 1:
            changes["info"] = refused(getattr(problem, language))
        yield gr.update(**changes)


def tidied(binding: Binding, typed: Sequence[Any], *, wrong: bool) -> Iterator[Update]:
    """Updates of a field that was left: as it is written, or nothing to change."""
    if binding.tidy is not None:
        written = typed if wrong else binding.tidy(typed)
        for old, new in zip(typed, written, strict=True):
            yield gr.skip() if (old or "") == (new or "") else gr.update(value=new)


def commit_events(component: Component) -> list[Any]:
    """The events of a component that mean: the user has left this value."""
    if isinstance(component, gr.Textbox):
        return [component.blur, component.submit]
    return [component.input]
