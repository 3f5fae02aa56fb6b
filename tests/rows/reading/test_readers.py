"""What the readers make of good files, of broken rows, and of broken files."""

import datetime
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rows.reading.whole_files import read_file, read_packed_file
from webui.errors import PlannerError
from webui.rows.reading.arrow import read_dataset, read_parquet
from webui.rows.reading.json_rows import read_json_file, read_jsonl
from webui.rows.reading.opening import refuse
from webui.rows.reading.paragraphs import read_paragraphs
from webui.rows.reading.readers import READERS
from webui.rows.reading.tables import read_csv, read_xlsx
from webui.rows.reading.text import open_text

GOOD = {"a": "é你"}
LINE = json.dumps(GOOD, ensure_ascii=False)


def read(reader: Callable, content: str | bytes) -> list[tuple[int, Any]]:
    """What a reader gives; of an error its reason, and 0 where it was raised."""
    data = content.encode() if isinstance(content, str) else content
    found = []
    try:
        for number, row in reader(io.BytesIO(data)):
            assert isinstance(row, dict | ValueError)
            found.append((number, row if isinstance(row, dict) else row.args[0]))
    except ValueError as error:
        found.append((0, error.args[0]))
    return found


@pytest.mark.parametrize(
    "data",
    [
        f"{LINE}\n".encode(),
        f"\ufeff{LINE}\r\n\r\n".encode(),
        LINE.encode("utf-16"),
        LINE.encode("utf-16-le"),
        LINE.encode("utf-16-be"),
        LINE.encode("gb18030"),
    ],
)
@pytest.mark.parametrize("reader", [read_jsonl, read_json_file])
def test_every_encoding(reader: Callable, data: bytes) -> None:
    assert read(reader, data) == [(1, GOOD)]


def test_one_wrong_byte_does_not_change_the_encoding() -> None:
    text = open_text(io.BytesIO("你好,世界".encode() * 10 + b"\xff")).read()
    assert text == "你好,世界" * 10 + "\udcff"
    text = open_text(io.BytesIO("你好,世界".encode("gb18030") * 10 + b"\xff")).read()
    assert text == "你好,世界" * 10 + "\udcff"


def test_a_character_across_the_first_mebibyte() -> None:
    # Cut there, its beginning is no UTF-8, but would do as GB18030.
    text = "x" * (2**20 - 2) + "你"
    assert open_text(io.BytesIO(text.encode())).read() == text


def test_jsonl_goes_on_after_a_broken_line() -> None:
    lines = [
        '{"a": 1}',
        "",
        "hello",
        "[1]",
        '{"a": "b',
        "{a: 1}",
        '{"a": 1} {"a": 2}',
        '{"a": 1, "b": {"c": 1, "c": 2}}',
        '{"a": ' + "1" * 5000 + "}",
        '{"a": ' + "[" * 5000 + "]" * 5000 + "}",
        '{"a": NaN}',
        '{"a": "' + "x" * 10**6 + '"}',
    ]
    found = read(read_jsonl, "\n".join(lines))
    assert found[0] == (1, {"a": 1})
    assert found[1:-2] == [
        (3, "is not an object"),
        (4, "is not an object"),
        (5, "the JSON ends too early"),
        (6, "is not JSON (Expecting property name enclosed in double quotes)"),
        (6, {"a": 1}),  # the sixth and the seventh row share a line
        (7, {"a": 2}),
        (8, "has the key 'c' twice"),
        (9, "holds a number that is too long"),
        (10, "is nested too deeply"),
    ]
    assert found[-2][1]["a"] != found[-2][1]["a"]
    assert found[-1] == (12, {"a": "x" * 10**6})


def test_the_raw_text_of_a_broken_line_is_known() -> None:
    [(_, error)] = list(read_jsonl(io.BytesIO(b'{"a": oops}\n')))
    assert error.args == ("is not JSON (Expecting value)", '{"a": oops}')


def test_a_line_without_an_end_is_refused() -> None:
    assert read(readers_of_short_lines, "x" * 101)[-1] == (
        0,
        "line 1 is longer than 100 characters",
    )


def readers_of_short_lines(file: Any) -> Any:
    from webui.rows.reading.text import text_lines

    for number, line in text_lines(file, longest=100):
        yield number, {"text": line}


def test_csv_values_are_exactly_what_the_file_says() -> None:
    long = "x" * 200_000
    text = f'\n"q, r", a ,\r\n"x\ny",NA,\r\n\r\n007,{long},=1+1\r\n,,\r\n'
    assert read(read_csv, text) == [
        (3, {"q, r": "x\ny", "a": "NA", "column_3": ""}),
        (6, {"q, r": "007", "a": long, "column_3": "=1+1"}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_of_the_first_line_counts(delimiter: str) -> None:
    others = ",;|".replace(delimiter, "")
    rows = read(read_csv, f"a#b#c\n{others}#5#6\n".replace("#", delimiter))
    assert rows == [(2, {"a": others, "b": "5", "c": "6"})]


def test_broken_csv() -> None:
    text = 'a,b\n1\n1,2,3\n"x\ny",2\n1,"2'
    assert read(read_csv, text) == [
        (2, "has 1 values for 2 columns"),
        (3, "has 3 values for 2 columns"),
        (4, {"a": "x\ny", "b": "2"}),
        (6, "is not CSV (unexpected end of data); the rest is left out"),
    ]
    assert read(read_csv, "a,b,a\n") == [(0, "has two columns with the name 'a'")]
    assert read(read_csv, "") == []


def test_paragraphs() -> None:
    text = "\n# One\nmore \n \n\nTwo\n"
    assert read(read_paragraphs, text) == [
        (2, {"text": "# One\nmore"}),
        (6, {"text": "Two"}),
    ]
    assert read(read_paragraphs, "\na\nb\n") == [(2, {"text": "a"}), (3, {"text": "b"})]
    assert read(read_paragraphs, "\n \n") == []


def labelled() -> Any:
    import datasets

    label = datasets.ClassLabel(names=["bad", "good"])
    return datasets.Dataset.from_dict(
        {"text": ["a", "b"], "label": [1, -1], "tags": [[0, 1], None]},
        features=datasets.Features(
            {
                "text": datasets.Value("string"),
                "label": label,
                "tags": datasets.List(label),
            }
        ),
    )


NAMED = [
    (1, {"text": "a", "label": "good", "tags": ["bad", "good"]}),
    (2, {"text": "b", "label": None, "tags": None}),
]


def test_labels_become_names() -> None:
    import datasets

    dataset = labelled()
    file = io.BytesIO()
    dataset.to_parquet(file)
    assert read(read_parquet, file.getvalue()) == NAMED
    assert list(read_dataset(dataset)) == NAMED
    assert list(read_dataset(dataset.to_iterable_dataset())) == NAMED
    both = datasets.DatasetDict(test=dataset.select([0]), train=dataset)
    assert list(read_dataset(both)) == NAMED
    assert list(read_dataset(datasets.DatasetDict(only=dataset))) == NAMED
    with pytest.raises(ValueError, match="its splits: one, two"):
        list(read_dataset(datasets.DatasetDict(one=dataset, two=dataset)))


def test_parquet_values() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    day = datetime.date(2020, 1, 2)
    file = io.BytesIO()
    pq.write_table(pa.table({"a": [[{"b": 1}]] * 600, "d": [day] * 600}), file)
    found = read(read_parquet, file.getvalue())
    assert found[599] == (600, {"a": [{"b": 1}], "d": "2020-01-02"})
    twice = io.BytesIO()
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), twice)
    assert read(read_parquet, twice.getvalue()) == [
        (0, "has two columns with the name 'a'")
    ]
    assert read(read_parquet, file.getvalue()[:-9]) == [
        (0, "is not a readable Parquet file")
    ]


def workbook(*sheets: list) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_workbook() -> None:
    moment = datetime.datetime(2020, 1, 2, 3, 4)
    data = workbook(
        [],
        [[], ["q", None, "when"], [1, "x", moment], [], [2], [1, 2, 3, 4]],
        [["never"], ["read"]],
    )
    assert read(read_xlsx, data) == [
        (3, {"q": 1, "column_2": "x", "when": "2020-01-02T03:04:00"}),
        (5, {"q": 2, "column_2": None, "when": None}),
        (6, "has 4 values for 3 columns"),
    ]
    assert read(read_xlsx, workbook([])) == []
    twice = read(read_xlsx, workbook([["a", "a"], [1, 2]]))
    assert twice == [(0, "has two columns with the name 'a'")]
    assert read(read_xlsx, data[:-9]) == [(0, "is not a readable XLSX workbook")]


def test_files_behind_a_path(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.jsonl")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b/", "")
        archive.writestr("b/two.CSV", "a\n2\n")
        archive.writestr("../one.jsonl.gz", gzip.compress(b'{"a": 1}\nx\n'))
        archive.writestr(link, "/etc/passwd")
        archive.writestr("README.md", "notes")
        archive.writestr(".hidden/x.csv", "a\n3\n")
        archive.writestr("__MACOSX/x.csv", "a\n3\n")
        archive.writestr("x.exe", "")
    found = [
        (place, row) for place, row in read_packed_file(tmp_path / "a.zip", READERS)
    ]
    assert found[:2] == [
        ("b/two.CSV, line 2", {"a": "2"}),
        ("../one.jsonl, line 1", {"a": 1}),
    ]
    place, error = found[2]
    assert (place, error.args[0]) == ("../one.jsonl, line 2", "is not an object")
    assert len(found) == 3


def test_a_file_that_breaks_does_not_end_the_next(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 9)[:-10])
        archive.writestr("b.parquet", b"PAR1")
        archive.writestr("c.txt.gz", "no gzip")
        archive.writestr("d.jsonl", '{"a": 2}')
    found = list(read_packed_file(tmp_path / "a.zip", READERS))
    told = [(place, row.args[0]) for place, row in found[:-1]]
    assert told == [
        ("a.jsonl", "the file is cut off or damaged"),
        ("b.parquet", "is not a readable Parquet file"),
    ]
    assert found[-1] == ("d.jsonl, line 1", {"a": 2})


def test_a_plain_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\nx\n')
    [first, (place, error)] = read_file(tmp_path / "a.jsonl", READERS)
    assert first == ("a.jsonl, line 1", {"a": 1})
    assert (place, error.args[0]) == ("a.jsonl, line 2", "is not an object")
    (tmp_path / "b.JSON").write_text('[{"a": 1}]')
    assert [*read_file(tmp_path / "b.JSON", READERS)] == [("b.JSON, row 1", {"a": 1})]


def test_packed_tables(tmp_path: Path) -> None:
    packed = gzip.compress(workbook([["a"], [1]]))
    (tmp_path / "a.XLSX.gz").write_bytes(packed)
    assert list(read_packed_file(tmp_path / "a.XLSX.gz", READERS)) == [
        ("a.XLSX, row 2", {"a": 1})
    ]
    parquet = io.BytesIO()
    labelled().to_parquet(parquet)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.parquet", parquet.getvalue())
    [first, _] = read_packed_file(tmp_path / "a.zip", READERS)
    assert first == ("a.parquet, row 1", NAMED[0][1])


def test_archives_without_rows(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    [(place, error)] = read_packed_file(tmp_path / "a.zip", READERS)
    assert (place, str(error)) == ("a.zip", "a.zip: is not a readable ZIP file.")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("a.exe", "")
    (tmp_path / "a.exe").touch()
    for name in ("b.zip", "a.exe"):
        with pytest.raises(PlannerError, match=f"{name}: holds nothing that can be"):
            refuse(tmp_path / name)


def test_nulls_that_fill_objects_are_dropped() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {"calls": [{"arguments": {"a": 1}}], "note": None},
        {"calls": [{"arguments": {"b": [None, 2]}}], "note": "x"},
    ]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    assert [row for _, row in read(read_parquet, file.getvalue())] == rows
