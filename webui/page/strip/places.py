"""Where on the page a cell's doings are, as the end of an address: ``#tab/part``."""

# The tab of each cell, and the part of it in which one sees how it goes.
PLACES = {
    "setup": "model/cell-model",
    "model": "model/cell-model",
    "data": "data/cell-data",
    "report": "data/report",
    "adapter": "parameters/cell-adapter",
    "train": "train/progress",
    "waiting": "train/waiting",
    "sweep": "sweep/cell-sweep",
    "load": "compare/cell-compare",
    "compare": "compare/cell-compare",
    "score": "compare/cell-score",
}


def place_of(cell: str | None) -> str:
    """The link to a cell of the notebook, or to another part."""
    return f"#{PLACES.get(cell or '', PLACES['train'])}"
