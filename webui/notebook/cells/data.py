"""The cell ``data``: the rows as the trainer takes them."""

from webui.notebook.cells.kind import CellKind
from webui.notebook.data_cell import data_context
from webui.text import Text

CELL = CellKind(
    name="data",
    title=Text("Data", "数据"),
    sentence=Text(
        "Rows of questions and answers. See them here as the model will see them.",
        "问答数据。这里看到的就是模型将要看到的样子。",
    ),
    jobs=("run", "sweep", "compare"),
    needs=("model",),
    part_of="model",
    reads=("rows",),
    context=data_context,
    leaves=("train_data", "eval_data", "heldout_data"),
)
