"""The model as a tree: modules, shapes, parameters, and what the adapter touches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from webui.counts.parameters.weights import PROMPT, Weight, Weights, weights_of
from webui.recipe import Recipe
from webui.recipe.sections import Adapter
from webui.text import Text

IN_FULL = Text("learns in full", "完整训练")
COPIED = ("modules_to_save", "ln_tuning_layers")  # what PEFT calls a copy that learns
LABELS = {
    "lora": "LoRA r={rank}",
    "dora": "DoRA r={rank}",
    "adalora": "AdaLoRA r={initial_rank}",
    "vera": "VeRA r={rank}",
    "loha": "LoHa r={rank}",
    "lokr": "LoKr r={rank}",
    "oft": "OFT b={block_size}",
    "ia3": "IA3",
}


@dataclass(frozen=True)
class Node:
    """A module of the model and what is below it.

    ``path`` is its full name, and ``weights`` are the name and shape of each of its
    own. ``parameters`` are the base's, ``added`` those that the adapter brings along,
    ``trainable`` all that learn: own and below. ``tied`` says that the own weights are
    another module's, and counted there.

    Layers that are alike are one node, named "0-29", which stands for ``copies`` of
    them; its figures and those below it are for one layer, those above it for all.

    ``adapter`` says what sits on this very module ("LoRA r=16"); None if nothing does.
    """

    name: str
    path: str
    class_name: str
    weights: tuple[tuple[str, tuple[int, ...]], ...]
    parameters: int
    trainable: int
    added: int
    adapter: Text | None = None
    tied: bool = False
    copies: int = 1
    children: tuple["Node", ...] = ()

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in the model's order."""
        yield self
        for child in self.children:
            yield from child.walk()


def structure(recipe: Recipe) -> Node:
    """The tree of a recipe's model with its adapter, from its configuration alone.

    Raises:
        PlannerError: if the model cannot be read, or the adapter does not fit it.
    """
    weights = weights_of(recipe)
    rows: dict[str, list[Weight]] = defaultdict(list)
    for row in weights.rows:
        rows[row.module].append(row)
    more = (prompt(rows[PROMPT]),) if PROMPT in rows else ()
    base = weights.folded.base
    return node(weights, rows, base.name, "", base.model, more=more)


def node(
    weights: Weights,
    rows: dict[str, list[Weight]],
    name: str,
    path: str,
    module: Any,
    copies: int = 1,
    more: tuple[Node, ...] = (),
) -> Node:
    """The node of a module; ``more`` are children that the base does not have."""
    below = tuple(
        node(weights, rows, child, f"{path}.{key}" if path else key, part, times)
        for child, key, part, times in children_of(weights, path, module)
    )
    own, children = rows.get(path, []), below + more
    named = [(key, weight) for key, weight in module._parameters.items()]
    shapes = tuple((key, tuple(w.shape)) for key, w in named if w is not None)
    return Node(
        name=name,
        path=path,
        class_name=type(module).__name__,
        weights=shapes,
        parameters=size_of_copy(r for r in own if not r.added)
        + sum(child.parameters * child.copies for child in children),
        trainable=size_of_copy(r for r in own if r.learns)
        + sum(child.trainable * child.copies for child in children),
        added=size_of_copy(r for r in own if r.added)
        + sum(child.added * child.copies for child in children),
        adapter=on_module(weights.adapter, own),
        tied=bool(shapes) and all(r.added for r in own),
        copies=copies,
        children=children,
    )


def children_of(
    weights: Weights, path: str, module: Any
) -> Iterator[tuple[str, str, Any, int]]:
    """The children of a module: shown name, name, module, and how many are alike."""
    if module is not weights.folded.base.layers:
        for key, part in module.named_children():
            yield key, key, part, 1
        return
    for number, alike in weights.folded.kinds.items():
        yield layer_ranges(alike), str(number), module[number], len(alike)


def layer_ranges(alike: Iterable[int]) -> str:
    """Numbers in order as a recipe has them: "0-3, 8"."""
    runs: list[list[int]] = []
    for number in alike:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs)


def prompt(rows: list[Weight]) -> Node:
    """The node of what stands before every text."""
    weights = tuple((row.name, row.shape) for row in rows)
    learning = size_of_copy(row for row in rows if row.learns)
    return Node(
        name=PROMPT,
        path=PROMPT,
        class_name="",
        weights=weights,
        parameters=0,
        trainable=learning,
        added=size_of_copy(rows),
        adapter=Text("virtual tokens", "虚拟 token"),
    )


def size_of_copy(rows: Iterable[Weight]) -> int:
    """The parameters of one copy."""
    return sum(row.size for row in rows)


def on_module(adapter: Adapter, rows: list[Weight]) -> Text | None:
    """What is done to a module with these weights, in a word."""
    added = [row.name for row in rows if row.added]
    if any(name.startswith(COPIED) for name in added):
        return IN_FULL
    if not added:
        return IN_FULL if any(row.learns for row in rows) else None
    method = "dora" if adapter.method == "lora" and adapter.use_dora else adapter.method
    label = LABELS[method].format(**adapter.model_dump())
    return Text(label, label)
