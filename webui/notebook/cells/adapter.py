"""The cell ``adapter``: what is to learn, on the untouched base."""

from webui.notebook.cells.kind import CellKind
from webui.recipe import Recipe
from webui.text import Text


def rows_to_start_from(recipe: Recipe) -> tuple[str, ...]:
    """EVA's start is found in the training texts."""
    return ("data",) if recipe.adapter.start == "eva" else ()


CELL = CellKind(
    name="adapter",
    title=Text("Parameters", "参数"),
    sentence=Text(
        "Which weights learn, how many, and whether that fits. Before anything is "
        "loaded.",
        "训练哪些权重、有多少、内存是否够用。加载模型之前就能知道。",
    ),
    jobs=("run",),
    needs=("model",),
    needs_more=rows_to_start_from,
    stands_after="data",
    begins="try",
    part_of="try",
    reads=("parent",),
    lighter="batches",
)
