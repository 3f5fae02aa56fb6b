"""Files that are broken on purpose end in a sentence or in rows, and in time."""

import gzip
import io
import json
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from webui.errors import PlannerError
from webui.rows.reading.description import describe_file
from webui.rows.reading.readers import READERS
from webui.rows.reading.sources import records

SECONDS = 20  # for one file; it takes milliseconds
KNOWN = [*READERS, *(f"{suffix}.gz" for suffix in READERS), ".zip"]
SUFFIXES = [*KNOWN, ".exe", ""]
ROWS = [{"a": "é你", "b": [{"c": 1}]}, {"a": "=cmd|' /C calc'!A0", "b": []}]
HOSTILE = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class TooLong(BaseException):
    """No Exception, which a reader would take for a broken file."""


@contextmanager
def in_time() -> Iterator[None]:
    """End a test whose file keeps us busy for ever."""

    def give_up(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(folder: Path, name: str, data: bytes) -> str:
    """Read a hostile file in all ways; the English that was said about it."""
    path = folder / name
    path.write_bytes(data)
    told = []
    with in_time():
        for read in (records, describe_file):
            try:
                found: Any = read(path)
                for record in found if read is records else ():
                    assert (record.row is None) == (record.reason is not None)
                    assert record.number >= 1 and len(record.raw) <= 1000
                    if record.reason is not None:
                        told.append(record.reason)
            except PlannerError as error:
                told.append(error.text)
    for english, chinese in told:
        assert english.strip() and english != chinese
        assert any("\u4e00" <= character for character in chinese)
        for text in (english, chinese):
            assert "\n" not in text and len(text) < 700
            text.encode()
    return " ".join(text.en for text in told)


@cache
def good_files() -> dict[str, bytes]:
    """A sound file of each kind."""
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet as pq

    parquet, workbook, archive = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS * 20), parquet)
    book = openpyxl.Workbook()
    for row in (["a", "b"], ["é你", 1], ["=1+1", None]):
        book.active.append(row)
    book.save(workbook)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    files = {
        ".json": json.dumps({"version": 1, "data": ROWS}, indent=1).encode(),
        ".jsonl": lines.encode(),
        ".ndjson": lines.encode("utf-16"),
        ".csv": 'a,b\n"é\n""你",=1+1\nx,\n'.encode(),
        ".tsv": "a\tb\né你\t1\n".encode("gb18030"),
        ".parquet": parquet.getvalue(),
        ".xlsx": workbook.getvalue(),
        ".txt": "One.\n\nTwo é你.\n".encode(),
        ".md": b"# One\n\nTwo\n",
    }
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for suffix, data in files.items():
            packed.writestr(f"a{suffix}", data)
    files |= {f"{suffix}.gz": gzip.compress(data) for suffix, data in files.items()}
    return files | {".zip": archive.getvalue()}


def test_the_good_files_are_good(tmp_path: Path) -> None:
    for suffix, data in good_files().items():
        assert check(tmp_path, f"a{suffix}", data) == ""


@settings(HOSTILE, max_examples=120)
@given(suffix=st.sampled_from(SUFFIXES), data=st.binary(max_size=300))
@example(suffix=".csv", data=b"\0")
@example(suffix=".json", data=b"")
@example(suffix=".jsonl", data=b"\xff\xfe{")
def test_random_bytes(tmp_path: Path, suffix: str, data: bytes) -> None:
    check(tmp_path, f"a{suffix}", data)


@settings(HOSTILE, max_examples=300)
@given(
    suffix=st.sampled_from(KNOWN),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 7)), max_size=8),
    cut=st.floats(0, 1) | st.none(),
)
def test_bit_flips_and_cuts_of_good_files(
    tmp_path: Path, suffix: str, flips: list, cut: float | None
) -> None:
    data = bytearray(good_files()[suffix])
    for where, bit in flips:
        data[int(where * (len(data) - 1))] ^= 1 << bit
    check(tmp_path, f"a{suffix}", bytes(data[: int((cut or 1) * len(data))]))


@settings(HOSTILE, max_examples=60)
@given(suffix=st.sampled_from(SUFFIXES), content=st.sampled_from(KNOWN))
def test_the_wrong_suffix(tmp_path: Path, suffix: str, content: str) -> None:
    check(tmp_path, f"a{suffix}", good_files()[content])


# Whatever JSON allows: nested, of mixed types, with lone surrogates and huge numbers.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**3000)
    | st.floats()
    | st.text(st.characters(), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(HOSTILE, max_examples=120)
@given(
    values=st.lists(VALUES, max_size=4),
    suffix=st.sampled_from([".json", ".jsonl"]),
    escaped=st.booleans(),
    lines=st.booleans(),
    cut=st.floats(0, 1) | st.none(),
)
def test_any_json(
    tmp_path: Path,
    values: list,
    suffix: str,
    escaped: bool,
    lines: bool,
    cut: float | None,
) -> None:
    texts = [json.dumps(value, ensure_ascii=escaped) for value in values]
    text = "\n".join(texts) if lines else json.dumps(values, ensure_ascii=escaped)
    data = text.encode(errors="surrogatepass")
    check(tmp_path, f"a{suffix}", data[: int((cut or 1) * len(data))])


@settings(HOSTILE, max_examples=80)
@given(
    cells=st.lists(st.lists(st.text(st.characters(), max_size=5), max_size=4)),
    marks=st.sampled_from([",", ";", "\t", '"', '",', "\r", "\0"]),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "gb18030"]),
    odd=st.booleans(),
)
def test_any_table(
    tmp_path: Path, cells: list, marks: str, encoding: str, odd: bool
) -> None:
    text = "\n".join(marks.join(row) for row in cells)
    errors = "replace" if encoding == "gb18030" else "surrogatepass"
    data = text.encode(encoding, errors)
    check(tmp_path, "a.csv", data[: len(data) - odd])


def deep(mark: str, closing: str) -> str:
    return '{"a": ' + mark * 10**5 + closing * 10**5 + "}"


def gzipped_zeros() -> bytes:
    return gzip.compress(bytes(210 * 10**6), compresslevel=1)


def outside() -> bytes:
    """A ZIP file whose entries try to be elsewhere, and that holds a link."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("../a.csv", "/etc/a.csv", "..\\..\\a.csv", "C:/a.csv", "\n.csv"):
            archive.writestr(name, "a\n1\n")
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("a.csv", "w") as entry:
            for _ in range(210):
                entry.write(bytes(10**6))
    return file.getvalue()


def far_row() -> bytes:
    """A workbook whose last row says that it is the 9,999,999,999th."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good_files()[".xlsx"])) as book,
        zipfile.ZipFile(file, "w") as changed,
    ):
        for name in book.namelist():
            data = book.read(name).replace(b'<row r="3"', b'<row r="9999999999"')
            changed.writestr(name, data)
    return file.getvalue()


def wide() -> str:
    return ",".join(f"c{number}" for number in range(10**5))


CASES: dict[str, tuple[str, Callable[[], str | bytes], str]] = {
    "million characters": (".jsonl", lambda: '{"a": "%s"}' % ("x" * 10**6), ""),
    "one line": (".txt", lambda: "x" * 10**6, ""),
    "no end": (".csv", lambda: 'a\n"' + "x" * 10**6, "is not CSV"),
    "deep lists": (".jsonl", lambda: deep("[", "]"), "is nested too deeply"),
    "deep objects": (".json", lambda: deep('{"a":', "}"), "is nested too deeply"),
    "open lists": (".json", lambda: "[" * 10**6, "is nested too deeply"),
    "open objects": (".json", lambda: '{"a":' * 10**5, "is nested too deeply"),
    "columns": (".csv", lambda: f"{wide()}\n{'1,' * 99_999}1\n", ""),
    "wrong columns": (".csv", lambda: f"{wide()}\n1\n" * 3, "has 1 values for 100000"),
    "keys": (
        ".jsonl",
        lambda: "{" + ",".join(f'"{number}": 1' for number in range(10**5)) + "}",
        "",
    ),
    "same keys": (".json", lambda: '{"a": 1, "a": 2}', "has the key 'a' twice"),
    "long key": (".jsonl", lambda: '{"%s": 1, "%s": 1}' % (("k" * 10**6,) * 2), "kkk"),
    "number": (".json", lambda: '[{"a": 1%s}]' % ("0" * 10**6), "number that is too"),
    "bad lines": (".jsonl", lambda: "x\n" * 10**4, "is not an object"),
    "mixed": (".json", lambda: '[{"a": 1}, [], "x", 1, null]', "is not an object"),
    "surrogate": (".json", lambda: '[{"\\ud800": "\\udfff"}]', ""),
    "same surrogates": (".json", lambda: '{"\\ud800": 1, "\\ud800": 1}', "twice"),
    "NULs": (".jsonl", lambda: bytes(10**6), ""),
    "gzip bomb": (".jsonl.gz", gzipped_zeros, "unpacks to more than 100 times"),
    "packed bomb": (".parquet.gz", gzipped_zeros, "unpacks to more than 100 times"),
    "bomb": (".zip", bomb, "unpacks to more than 100 times"),
    "outside": (".zip", outside, ""),
    "far row": (".xlsx", far_row, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_known_tricks(tmp_path: Path, case: str) -> None:
    suffix, make, told = CASES[case]
    data = make()
    path = tmp_path / "data"
    path.mkdir()
    found = check(path, f"a{suffix}", data.encode() if isinstance(data, str) else data)
    assert told in found
    assert [file.name for file in path.iterdir()] == [f"a{suffix}"]
    assert [file.name for file in tmp_path.iterdir()] == ["data"]
