"""The cell ``model``: the base and its tokenizer."""

from typing import Any

from webui.notebook.cells.kind import CellKind
from webui.notebook.literal import Code
from webui.notebook.rows import Rows
from webui.recipe import Recipe
from webui.text import Text


def stops(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """The ids at which the model is to stop, as code."""
    own, others = "tokenizer.eos_token_id", rows.ending.others
    return {
        "stops": Code(f"[{', '.join([own, *map(str, others)])}]" if others else own)
    }


CELL = CellKind(
    name="model",
    title=Text("Model", "模型"),
    sentence=Text(
        "The base model. Most methods leave it as it is and train a small adapter on "
        "top.",
        "基座模型。多数方法不改动它，只训练加在上面的小适配器。",
    ),
    jobs=("run", "sweep", "compare"),
    needs=("setup",),
    begins="model",
    part_of="model",
    context=stops,
    leaves=("model", "tokenizer", "base_weights"),
    lighter="weights",
    at_begin="webui.recorder.around:free_old_model",
)
