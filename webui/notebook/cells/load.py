"""The cell ``load``: a saved adapter, where none is to be trained."""

from webui.notebook.cells.kind import CellKind
from webui.text import Text

CELL = CellKind(
    name="load",
    title=Text("Load", "载入"),
    jobs=("compare",),
    needs=("model",),
    stands_after="data",
    begins="try",
    part_of="try",
)
