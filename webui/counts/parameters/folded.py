"""One decoder layer for all that are alike: a count need not walk eighty of them.

Layers are alike when their modules have the same names, classes and shapes and the
adapter takes the same ones of them. One of each kind stays, under its own number, so
that PEFT treats it as it would in the whole model.
"""

import copy
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from webui.counts.parameters.meta import Base
from webui.recipe.sections import Adapter


@dataclass(frozen=True)
class Folded:
    """A copy of a model with one decoder layer of each kind, for PEFT to change.

    ``kinds`` maps the number of a layer that stayed to the numbers of all like it.
    """

    base: Base
    model: Any
    kinds: dict[int, tuple[int, ...]]

    def copies(self, module: str) -> int:
        """For how many modules of the whole model this one stands."""
        number = self.base.layer_number(module)
        return 1 if number is None else len(self.kinds[number])


def fold_layers(base: Base, chosen: Callable[[str], Hashable]) -> Folded:
    """A copy of a model without the layers that are like another one.

    Args:
        chosen: what is done to the module of a name; it may differ between layers.
    """
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for number, layer in enumerate(base.layers):
        path = f"{base.path}.{number}"
        names = [f"{path}.{name}" for name, _ in layer.named_modules() if name]
        alike[base.inside[number], tuple(map(chosen, names))].append(number)
    kinds = {numbers[0]: tuple(numbers) for numbers in alike.values()}
    return Folded(base, copy_with(base, list(kinds)), kinds)


def learning_itself(base: Base, adapter: Adapter) -> Folded:
    """A folded copy of the base, of which all learns, the last layers, or nothing."""
    first = base.depth - adapter.last_layers

    def learns(name: str) -> bool:
        if adapter.method != "freeze":
            return adapter.method == "full"
        number = base.layer_number(name)
        return number is not None and number >= first

    folded = fold_layers(base, learns)
    for name, weight in folded.model.named_parameters():
        weight.requires_grad_(learns(name))
    return folded


def copy_with(base: Base, numbers: list[int]) -> Any:
    """A copy of a model with these decoder layers only, under their own numbers."""
    import torch

    kept = torch.nn.ModuleList()
    # The copy takes this list where it would copy that of all layers.
    memo: dict[int, Any] = {id(base.layers): kept}
    for number in numbers:
        kept.add_module(str(number), copy.deepcopy(base.layers[number], memo))
    return copy.deepcopy(base.model, memo)
