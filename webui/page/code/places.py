"""Where each field stands on the page: in which tab, and in which folds."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import gradio as gr

from webui.page.bind import Binding


class Place(NamedTuple):
    """The tab of a component by its id, and the ids of the folds, the outer first."""

    tab: str
    folds: tuple[str, ...]


def around(block: Any) -> Iterator[Any]:
    """What a part of the page stands in, the nearest first."""
    while (block := block.parent) is not None:
        yield block


def tab_of(block: Any) -> str:
    """The id of the tab that a part of the page stands in; empty outside of them."""
    return next((str(b.id) for b in around(block) if isinstance(b, gr.Tab)), "")


def places_of(bindings: Iterable[Binding]) -> dict[str, Place]:
    """The place of each component of these fields, by its id in the page.

    A fold without an id is given one, by the first field in it.
    """
    found = {}
    for component in (c for binding in bindings for c in binding.components):
        folds = [b for b in around(component) if isinstance(b, gr.Accordion)]
        for depth, fold in enumerate(folds):
            fold.elem_id = fold.elem_id or f"fold-{depth}-{component.elem_id}"
        names = tuple(str(fold.elem_id) for fold in reversed(folds))
        found[str(component.elem_id)] = Place(tab_of(component), names)
    return found
