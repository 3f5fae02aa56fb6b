"""The cell ``setup``: the imports; the kernel then listens to what they do."""

from webui.notebook.cells.kind import CellKind
from webui.text import Text

CELL = CellKind(
    name="setup",
    title=Text("Setup", "准备"),
    jobs=("run", "sweep", "compare"),
    shown_with="model",
    begins="process",
    part_of="process",
    at_end="webui.recorder.around:listen_to_libraries",
)
