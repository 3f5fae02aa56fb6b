"""Inside the kernel: whether a training's rows really are packed, and how many in one
sequence."""

from typing import Any

LENGTHS = "seq_lengths"  # where TRL keeps the lengths of the rows in one sequence


def is_packed(loader: Any) -> bool:
    """Whether the sequences of these batches hold several rows each."""
    data = getattr(loader, "dataset", None)
    return LENGTHS in (getattr(data, "column_names", None) or ())


def rows_in_one(loader: Any) -> float:
    """How many rows a sequence of these batches holds, on average; 1 if not packed."""
    if not is_packed(loader):
        return 1.0
    lengths = loader.dataset[LENGTHS]
    return float(sum(len(each) for each in lengths) / max(1, len(lengths)))


def in_effect(loader: Any) -> dict[str, Any]:
    """Whether rows are packed and kept apart, as the batches are really made."""
    apart = bool(getattr(getattr(loader, "collate_fn", None), "padding_free", False))
    return {"packing": is_packed(loader) and apart}
