"""The cell ``score``: the base and the tuned model, on rows that neither has seen."""

from webui.notebook.cells.kind import CellKind
from webui.text import Text

CELL = CellKind(
    name="score",
    title=Text("Score", "评分"),
    sentence=Text(
        "Share of held-out rows that each model answers exactly right.",
        "两个模型对留出数据回答完全正确的比例。",
    ),
    jobs=("run", "compare"),
    needs=("compare", "data"),
    part_of="try",
    leaves=("scored_rows", "base_score", "tuned_score"),
    answers=True,
    at_begin="webui.recorder.scoring:count_rows",
    at_end="webui.recorder.around:tell_scores",
)
