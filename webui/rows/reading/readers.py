"""The reader of each kind of file.

Each takes an open binary file and yields ``(number, row)``; for a row that cannot be
used ``(number, ValueError(reason))`` or ``(number, ValueError(reason, raw text))``.
The number is the line where the row begins, counted from 1; in a Parquet file and
in a data set the row, in a workbook the row of the sheet, and a ``RowNumber`` where
rows share a line. What is wrong with a whole file, or with all the rest of it, is
raised as a ValueError. What the file itself raises is left to the caller: see
``damage``.
"""

from collections.abc import Callable, Iterator
from typing import Any

from webui.rows.reading.arrow import read_parquet
from webui.rows.reading.json_rows import read_json_file, read_jsonl
from webui.rows.reading.paragraphs import read_text
from webui.rows.reading.tables import read_csv, read_xlsx

READERS: dict[str, Callable[[Any], Iterator[tuple[int, Any]]]] = {
    ".json": read_json_file,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
    ".xlsx": read_xlsx,
    ".txt": read_text,
    ".md": read_text,
}
