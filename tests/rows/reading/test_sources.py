"""Which files are read and which are refused, and what is said about them."""

import gzip
import io
import json
import os
import socket
import time
import zipfile
from pathlib import Path

import pytest

from webui.errors import PlannerError
from webui.rows.reading import archives
from webui.rows.reading.description import describe_file
from webui.rows.reading.sources import LINE, ROW, Record, records

ROWS = '{"a": 1}\n{"a": 2}\n'


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(folder: Path, **entries: str | bytes) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_", "."), content)
    return path


def refusal(path: Path) -> str:
    """What reading a path is refused with; it is one sentence in both languages."""
    with pytest.raises(PlannerError) as caught:
        list(records(path))
    english, chinese = caught.value.text
    assert english.endswith(".") and chinese.endswith("。") and english != chinese
    assert "\n" not in english + chinese
    return english


def test_rows_and_what_is_wrong_with_others(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", f'{ROWS}\n{{"a":  oops}}\n')
    one, two, broken = records(path)
    assert one == Record("a.jsonl", 1, LINE, {"a": 1})
    assert (two.number, two.row) == (2, {"a": 2})
    assert (broken.number, broken.row, broken.raw) == (4, None, '{"a": oops}')
    assert broken.reason is not None
    assert broken.reason.en == "is not JSON (Expecting value)"
    assert broken.reason.zh.startswith("不是有效的 JSON")


def test_units(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    [record] = records(tmp_path / "a.parquet")
    assert record == Record("a.parquet", 1, ROW, {"a": 1})


def test_a_file_of_a_zip_may_be_broken(tmp_path: Path) -> None:
    path = zipped(tmp_path, one_parquet="x", two_jsonl=ROWS, three_csv="")
    broken, *rows = records(path)
    assert broken.file == "one.parquet" and broken.row is None
    assert [(record.file, record.row) for record in rows] == [
        ("two.jsonl", {"a": 1}),
        ("two.jsonl", {"a": 2}),
    ]


def test_a_text_that_breaks_off_keeps_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", ROWS.encode("utf-16")[:-1])
    *rows, last = records(path)
    assert rows and last.reason and last.number == rows[-1].number + 1


def test_folder_of_datasets(tmp_path: Path) -> None:
    import datasets

    dataset = datasets.Dataset.from_dict({"a": ["x", "y"]})
    dataset.save_to_disk(tmp_path / "one")
    both = datasets.DatasetDict(test=dataset.select([0]), train=dataset)
    both.save_to_disk(tmp_path / "both")
    for name in ("one", "both"):
        found = [(record.number, record.row) for record in records(tmp_path / name)]
        assert found == [(1, {"a": "x"}), (2, {"a": "y"})]
        assert describe_file(tmp_path / name).line.en == "saved data set"
    (tmp_path / "one" / "state.json").write_text("{}")
    assert "the saved data set cannot be read" in refusal(tmp_path / "one")
    two = datasets.DatasetDict(a=dataset, b=dataset)
    two.save_to_disk(tmp_path / "two")
    assert "has no split called train; its splits: a, b." in refusal(tmp_path / "two")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.docx", "x", "a.docx: holds nothing that can be read; known are .json, "),
        ("a", "x", "a: holds nothing that can be read"),
        ("a.gz", "x", "a.gz: holds nothing that can be read"),
        ("a.JPG", "x", "a.JPG: training on images does not exist here yet"),
        ("a.jsonl", "", "a.jsonl: holds no rows."),
        ("a.csv", "a,b\n", "a.csv: holds no rows."),
        ("a.json", "[]", "a.json: holds no rows."),
        ("a.json", "7", "a.json: begins with neither [ nor {."),
        ("a.parquet", "x", "a.parquet: is not a readable Parquet file."),
        ("a.xlsx", "x", "a.xlsx: is not a readable XLSX workbook."),
        ("a.zip", "x", "a.zip: is not a readable ZIP file."),
        ("a.csv.gz", "x", "a.csv: the file is cut off or damaged."),
        ("\udcff\n.csv", "a,a\n", "?.csv: has two columns with the name 'a'."),
    ],
)
def test_refused_files(tmp_path: Path, name: str, content: str, told: str) -> None:
    english = refusal(write(tmp_path, name, content))
    assert english.replace("? .csv", "?.csv").startswith(told)


def test_refused_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no file" in refusal(tmp_path / "a.csv")
    assert "is not a file name" in refusal(tmp_path / "a\0.csv")
    assert "cannot be read (" in refusal(tmp_path / ("x" * 300 + ".csv"))
    (tmp_path / "b.csv").mkdir()
    assert "holds nothing that can be read" in refusal(tmp_path / "b.csv")
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    assert "cannot be read (" in refusal(loop)
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is a device or a pipe" in refusal(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    assert "is a device or a pipe" in refusal(tmp_path / "zero.csv")
    with socket.socket(socket.AF_UNIX) as open_socket:
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        open_socket.bind("s.csv")
        assert "is a device or a pipe" in refusal(tmp_path / "s.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a\n1\n")
    path.chmod(0)
    assert "may not be read" in refusal(path)


def test_bombs(tmp_path: Path) -> None:
    zeros = bytes(archives.UNSUSPECTED + 1)
    ratio = "unpacks to more than 100 times its size"
    packed = gzip.compress(zeros)
    assert ratio in refusal(zipped(tmp_path, a_jsonl=zeros))
    # Not even beside a good file, and not in a workbook either.
    assert ratio in refusal(zipped(tmp_path, a_jsonl=ROWS, b_bin=zeros))
    workbook = zipped(tmp_path, xl=zeros).read_bytes()
    assert ratio in refusal(write(tmp_path, "a.xlsx", workbook))
    assert ratio in refusal(write(tmp_path, "a.xlsx.gz", gzip.compress(workbook)))
    assert ratio in refusal(zipped(tmp_path, a_xlsx=workbook))
    for kind in ("txt", "csv", "json", "parquet", "xlsx"):
        assert ratio in refusal(write(tmp_path, f"a.{kind}.gz", packed))
    assert ratio in refusal(zipped(tmp_path, **{"a_txt_gz": packed}))


def test_entries_that_overlap(tmp_path: Path) -> None:
    """Many entries of a small archive may share what they unpack."""
    path = zipped(tmp_path, **{f"{n}_csv": "a\n1\n" for n in range(30)})
    data = bytearray(path.read_bytes())
    start = data.find(b"PK\x01\x02")
    while start >= 0:
        data[start + 20 : start + 28] = (10**9).to_bytes(4, "little") * 2
        start = data.find(b"PK\x01\x02", start + 4)
    assert "unpacks to more than 20 GB" in refusal(write(tmp_path, "a.zip", data))


def test_what_packs_well_but_stays_small_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl.gz", gzip.compress(ROWS.encode() * 100_000))
    assert sum(1 for _ in records(path)) == 200_000


def test_entries_with_a_password(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path, a_csv="a\n1\n").read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert "needs a password" in refusal(write(tmp_path, "a.zip", data))


def test_zip_without_anything_known(tmp_path: Path) -> None:
    assert "known are .json" in refusal(zipped(tmp_path, a_exe="x", b_zip="x"))
    assert "training on images" in refusal(zipped(tmp_path, a_png="x", b_xml="x"))
    assert "known are .json" in refusal(zipped(tmp_path))


def test_json_that_no_memory_holds(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", "[")
    os.truncate(path, 5 * 10**9)
    assert "save it as JSONL" in refusal(path)


def test_the_first_rows_of_a_huge_file_come_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", ROWS * 10**5)
    # Sparse: a terabyte that takes no room, and that nobody could read through.
    os.truncate(path, 10**12)
    start = time.monotonic()
    rows = records(path)
    assert [next(rows).number for _ in range(200)] == list(range(1, 201))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.jsonl", ROWS, "JSONL, UTF-8"),
        ("a.NDJSON.gz", gzip.compress(ROWS.encode("utf-16"), mtime=0), "JSONL, UTF-16"),
        ("a.json", json.dumps([{"a": 1}]), "JSON, UTF-8"),
        (
            "a.csv",
            "\n名;b\n1;2".encode("gb18030"),
            "CSV, GB18030 (likely), delimiter ;",
        ),
        ("a.tsv", "a\tb\n1\t2", "TSV, UTF-8, delimiter tab"),
        ("a.md", "# hi", "Markdown, UTF-8"),
    ],
)
def test_descriptions(
    tmp_path: Path, name: str, content: str | bytes, line: str
) -> None:
    path = write(tmp_path, name, content)
    found = describe_file(path)
    assert (found.line.en, found.size) == (line, path.stat().st_size)
    assert list(records(path))


def test_description_of_a_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path, README_md="x", a_csv="a,b\n1,2\n", b_csv="a\n", c_exe="x")
    found = describe_file(path)
    assert (
        found.line.en
        == "CSV, UTF-8, delimiter ,, 2 files in a ZIP; README.md, c.exe are left out"
    )
    assert found.entries == ("a.csv", "b.csv")
    assert found.skipped == ("README.md", "c.exe")


def test_description_of_a_workbook(tmp_path: Path) -> None:
    import openpyxl

    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    assert describe_file(write(tmp_path, "a.xlsx", file.getvalue())).line.en == "Excel"
