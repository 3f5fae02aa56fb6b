"""Rows out of Arrow tables: Parquet files, and data sets of the datasets library."""

import json
from collections.abc import Iterator
from typing import Any

from webui.rows.reading.files import read_as, seekable_file
from webui.rows.reading.tables import plain_cell, refuse_repeated


def read_parquet(file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a Parquet file by their numbers; the labels of a data set by name."""
    import pyarrow.parquet

    kind = "Parquet file"
    table = read_as(kind, pyarrow.parquet.ParquetFile, seekable_file(file))
    refuse_repeated(table.schema_arrow.names)
    labels = read_as(kind, saved_labels, table.schema_arrow)
    rows = (row for batch in table.iter_batches(256) for row in batch.to_pylist())
    number = 0
    while (row := read_as(kind, next, rows, None)) is not None:
        number += 1
        yield number, with_label_names(row, labels)


def read_dataset(dataset: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a data set by their numbers; labels by name.

    Of several splits "train" is read. Images and sounds are left as their bytes.
    """
    if isinstance(dataset, dict):
        dataset = one_split(dataset)
    features = dataset.features.to_dict() if dataset.features else {}
    labels = class_labels(features)
    number = 0
    for table in dataset.with_format("arrow").iter(256):
        table.validate(full=True)  # a broken file would crash Python otherwise
        for row in table.to_pylist():
            number += 1
            yield number, with_label_names(row, labels)


def one_split(splits: dict[str, Any]) -> Any:
    """The split called train, or the only one."""
    if "train" in splits:
        return splits["train"]
    if len(splits) == 1:
        return next(iter(splits.values()))
    names = ", ".join(splits) or "none"
    raise ValueError(f"has no split called train; its splits: {names}")


def saved_labels(schema: Any) -> dict[str, list[str]]:
    """What the datasets library wrote into a Parquet file about its labels."""
    saved = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    return class_labels(saved.get("info", {}).get("features", {}))


def class_labels(features: dict[str, Any]) -> dict[str, list[str]]:
    """The names of the labels in each column that holds labels, also in lists."""
    found = {}
    for column, feature in features.items():
        while isinstance(feature, list) or {"_type", "feature"} <= feature.keys():
            feature = feature[0] if isinstance(feature, list) else feature["feature"]
        if feature.get("_type") == "ClassLabel" and feature.get("names"):
            found[column] = list(feature["names"])
    return found


def with_label_names(
    row: dict[str, Any], labels: dict[str, list[str]]
) -> dict[str, Any]:
    """The row with names for the numbers of its labels, its dates as text, and no
    fillers inside its values."""
    return {
        column: named_label(value, labels[column])
        if column in labels
        else without_nulls_inside(value)
        for column, value in row.items()
    }


def without_nulls_inside(value: Any) -> Any:
    """A value without nulls inside its objects.

    Arrow gives each object all keys that any other has, with null where it lacks them,
    and nobody can tell such from nulls of its own.
    """
    if isinstance(value, dict):
        return {k: without_nulls_inside(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls_inside(item) for item in value]
    return plain_cell(value)


def named_label(value: Any, names: list[str]) -> Any:
    """The name of a label, or of each in a list; None where there is no label."""
    if isinstance(value, list):
        return [named_label(item, names) for item in value]
    if not isinstance(value, int):
        return value
    return names[value] if 0 <= value < len(names) else None  # -1 is no label
