"""The readers of all kinds of files, from one place.

Each takes an open binary file and yields ``(number, row)``; for a row that cannot be
used ``(number, ValueError(reason))`` or ``(number, ValueError(reason, raw text))``.
The number is the line where the row begins, counted from 1; in a Parquet file and
in a data set the row, in a workbook the row of the sheet. What is wrong with a whole
file, or with all the rest of it, is raised as a ValueError. What the file itself
raises is left to the caller: see ``damage``.
"""

from webui.planner.reading.arrow import read_dataset, read_parquet
from webui.planner.reading.carried_json import read_json, read_jsonl
from webui.planner.reading.files import open_files, read_file, read_packed_file
from webui.planner.reading.tables import read_csv, read_paragraphs, read_xlsx
from webui.planner.reading.text import open_text

__all__ = [
    "open_files",
    "open_text",
    "read_csv",
    "read_dataset",
    "read_file",
    "read_json",
    "read_jsonl",
    "read_packed_file",
    "read_paragraphs",
    "read_parquet",
    "read_xlsx",
]
