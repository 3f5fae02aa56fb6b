"""Inside the kernel: whether a training's rows really are packed, and how many in one
sequence."""

from typing import Any

LENGTHS = "seq_lengths"  # where TRL keeps the lengths of the rows in one sequence


def rows_in_one(loader: Any) -> float:
    """How many rows a sequence of these batches holds, on average; 1 if not packed."""
    data: Any = getattr(loader, "dataset", None)
    if LENGTHS not in (getattr(data, "column_names", None) or ()) or not len(data):
        return 1.0
    return sum(map(len, data[LENGTHS])) / len(data)


def in_effect(loader: Any) -> dict[str, Any]:
    """Whether rows are packed and kept apart, as the batches are really made."""
    data = getattr(loader, "dataset", None)
    packed = LENGTHS in (getattr(data, "column_names", None) or ())
    apart = bool(getattr(getattr(loader, "collate_fn", None), "padding_free", False))
    return {"packing": packed and apart}
