"""The cell ``sweep``: the same training with other settings, one after the other."""

from types import SimpleNamespace
from typing import Any

from webui.notebook.cells.kind import CellKind
from webui.notebook.literal import Code, literal
from webui.notebook.peft_config import peft_config
from webui.notebook.rows import Rows
from webui.notebook.trainer_cell import trainer_context
from webui.recipe import Recipe
from webui.text import Text


def sweep_context(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """In a trial, swept fields are read from what the trial chose."""
    sections = {
        name: {key: getattr(section, key) for key in type(section).model_fields}
        for name, section in (
            ("adapter", recipe.adapter),
            ("training", recipe.training),
        )
    }
    for path in recipe.sweep.space:
        section, _, name = path.partition(".")
        sections[section][name] = Code(f"chosen[{literal(path)}]")
    adapter = SimpleNamespace(**sections["adapter"])
    return {
        **trainer_context(recipe, trial=True),
        "adapter": adapter,
        "training": SimpleNamespace(**sections["training"]),
        "peft": peft_config(recipe, adapter=adapter, architecture=rows.architecture),
    }


CELL = CellKind(
    name="sweep",
    title=Text("Sweep", "超参数搜索"),
    sentence=Text(
        "Trains a fresh adapter for each combination, on the base that is already "
        "loaded. Judged by the watched rows, those of Train; the held-out rows are "
        "not used.",
        "在已加载的基座上，为每种组合训练一个新的适配器。"
        "用与“训练”相同的评估数据评判，留出数据不参与。",
    ),
    jobs=("sweep",),
    needs=("data",),
    stands_after="score",
    begins="try",
    reads=("parent",),
    context=sweep_context,
    trainings="trials",
    lighter="batches",
    at_begin="webui.recorder.around:hear_trials",
)
