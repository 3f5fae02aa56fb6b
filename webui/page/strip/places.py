"""Where on the page a cell is, as the end of an address: ``#tab/cell``."""

# The tab of each cell, and the cell of the page in which it stands.
CELLS = {
    "setup": ("model", "model"),
    "model": ("model", "model"),
    "data": ("data", "data"),
    "adapter": ("parameters", "adapter"),
    "load": ("compare", "compare"),
    "train": ("train", "train"),
    "sweep": ("sweep", "sweep"),
    "compare": ("compare", "compare"),
    "score": ("compare", "score"),
    "runs": ("runs", "runs"),
}


def place_of(cell: str | None) -> str:
    """The link to a cell of the notebook."""
    return "#" + "/".join(CELLS.get(cell or "", CELLS["train"]))
