"""The model's tree in `tunebook plan --structure`: a part of it, as lines, as JSON."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from webui.counts.parameters.structure import Node
from webui.figures import whole


def matching_modules(node: Node, text: str) -> Node | None:
    """The modules whose full name has ``text`` in it, under those they belong to.

    What is below such a module stays as well, and every figure as it was; None if
    there is no such module.
    """
    if text.lower() in node.path.lower():
        return node
    children = [
        found for child in node.children if (found := matching_modules(child, text))
    ]
    return replace(node, children=tuple(children)) if children else None


def module_lines(node: Node, depth: int = 0) -> Iterator[str]:
    """A line for each module: its name, class, shapes, parameters, and adapter."""
    shapes = ", ".join(f"{name} {shape(size)}" for name, size in node.weights)
    name = f"{'  ' * depth}{node.name}"
    yield (
        f"{name:32} {whole(node.parameters):>15}  {node.class_name} {shapes}".rstrip()
        + ("".join(f"; {note}" for note in notes(node)))
    )
    for child in node.children:
        yield from module_lines(child, depth + 1)


def notes(node: Node) -> Iterator[str]:
    """What else is to be said of a module."""
    if node.copies > 1:
        yield f"{node.copies} alike, figures for one"
    if node.tied:
        yield "shares another module's weights"
    if node.adapter:
        yield f"{node.adapter.en}: {whole(node.trainable)} learn"


def shape(size: tuple[int, ...]) -> str:
    """(576, 1536) as 576 x 1536."""
    return " x ".join(map(str, size))


def node_as_plain(node: Node) -> dict[str, Any]:
    """The tree as plain types; ``weights`` are those that the module itself holds."""
    return {
        "name": node.name,
        "path": node.path,
        "class": node.class_name,
        "weights": {name: list(size) for name, size in node.weights},
        "parameters": node.parameters,
        "trainable": node.trainable,
        "added": node.added,
        "adapter": node.adapter.en if node.adapter else None,
        "tied": node.tied,
        "copies": node.copies,
        "children": [node_as_plain(child) for child in node.children],
    }
