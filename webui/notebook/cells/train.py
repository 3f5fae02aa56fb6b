"""The cell ``train``: the adapter learns, and is saved."""

from webui.notebook.cells.kind import CellKind
from webui.text import Text

CELL = CellKind(
    name="train",
    title=Text("Train", "训练"),
    sentence=Text(
        "The adapter learns from the rows. A new run starts from the untouched base, "
        "unless it trains on from another run.",
        "适配器从数据中学习。除非接着训练，每次运行都从未改动的基座重新开始。",
    ),
    jobs=("run",),
    needs=("adapter", "data"),
    part_of="try",
    leaves=("trainer",),
    trainings="one",
    lighter="batches",
    at_end="webui.recorder.around:ask_once",
)
