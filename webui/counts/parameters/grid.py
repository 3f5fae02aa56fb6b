"""Trainable counts over ranks and target modules: what more of either costs."""

from dataclasses import dataclass

from webui.counts.parameters.count import count
from webui.counts.parameters.meta import parameters_of_base
from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.sections import Adapter
from webui.text import Text

RANKS = (4, 8, 16, 32, 64, 128)
RANKED = ("lora", "adalora", "vera", "loha", "lokr")
TARGETS: dict[str, tuple[Text, dict[str, object]]] = {
    "q_v": (
        Text("query and value", "query 和 value"),
        {"targets": "names", "target_modules": ("q_proj", "v_proj")},
    ),
    "attention": (Text("attention", "注意力"), {"targets": "attention"}),
    "mlp": (Text("MLP", "MLP"), {"targets": "mlp"}),
    "all-linear": (Text("all linear layers", "所有线性层"), {"targets": "all-linear"}),
}


@dataclass(frozen=True)
class GridRow:
    """Trainable parameters of one choice of target modules, one for each rank."""

    targets: str
    title: Text
    trainable: tuple[int, ...]


@dataclass(frozen=True)
class Grid:
    """Trainable parameters over ranks and target modules; ``base`` is the model's.

    A choice that the model has no modules for is left out.
    """

    ranks: tuple[int, ...]
    rows: tuple[GridRow, ...]
    base: int


def grid(recipe: Recipe) -> Grid | None:
    """The counts of a recipe with other ranks and targets; None without a rank.

    Layers chosen by number are left out of it: it speaks of all layers, and of the
    adapter alone. For AdaLoRA the rank is that at the start, which counts.

    Raises:
        PlannerError: if the model cannot be read.
    """
    if recipe.adapter.method not in RANKED:
        return None
    plain = recipe.adapter.model_dump(exclude={"layers", "modules_to_save"})
    rows = []
    for name, (title, fields) in TARGETS.items():
        try:
            counts = [count_learned(recipe, plain | fields, rank) for rank in RANKS]
        except PlannerError:
            continue  # GPT-2 has no q_proj
        rows.append(GridRow(name, title, tuple(counts)))
    return Grid(RANKS, tuple(rows), parameters_of_base(recipe))


def count_learned(recipe: Recipe, fields: dict[str, object], rank: int) -> int:
    """How many parameters learn with these fields and this rank."""
    if recipe.adapter.method == "adalora":
        fields = fields | {"initial_rank": rank, "rank": 1}
    else:
        fields = fields | {"rank": rank}
    changed = recipe.model_copy(update={"adapter": Adapter(**fields)})
    return count(changed).trainable
