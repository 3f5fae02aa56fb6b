"""Tables as programs and people write them: delimiters, headers, what is above."""

import io
from pathlib import Path

import pytest

from webui.rows.reading.layout import layout_of
from webui.rows.reading.tables import read_csv, read_xlsx

ROW = ("Q?", "A")


def read(text: str) -> tuple[list[str], list]:
    """The names of a table's columns, and its values or reasons by lines."""
    found = list(read_csv(io.BytesIO(text.encode())))
    names = next((list(row) for _, row in found if isinstance(row, dict)), [])
    return names, [
        (number, tuple(row.values()) if isinstance(row, dict) else row.args[0])
        for number, row in found
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("My data set\n\ninstruction,output\nQ?,A\n", 4),
        ("My data set,\ninstruction,output\nQ?,A\n", 3),
        ("Questions, answers and more\ninstruction,output\nQ?,A\n", 3),
        ("# made by x\n# y, z\ninstruction,output\nQ?,A\n", 4),
        ("\n\ninstruction,output\nQ?,A\n", 4),
        ("sep=;\ninstruction;output\nQ?;A\n", 3),
        ("sep=\\t\ninstruction\toutput\nQ?\tA\n", 3),
        ("instruction\toutput\nQ?\tA\n", 2),
        ("instruction,output\nQ?,A,\n", 2),
        ('instruction, output\n"Q?", "A"\n', 2),
        ("instruction,output\rQ?,A\r", 2),
    ],
)
def test_one_row_however_it_is_laid_out(text: str, line: int) -> None:
    assert read(text) == (["instruction", "output"], [(line, ROW)])


@pytest.mark.parametrize(
    "text",
    [
        "What is red, or so?;a colour, maybe\nWhat is two?;a number\n",
        "1,What is red?\n2,What is two?\n",
        "红色是什么颜色,一种颜色\n苹果是什么水果,一种水果\n",
        "I love it,positive\nBad one,negative\nGreat,positive\n",
        "user,Hello there\nassistant,Hi\nuser,Bye\n",
        "sep=,\nWhat is red?,a colour\nWhat is two?,a number\n",
    ],
)
def test_the_first_row_is_not_lost_as_a_header(text: str) -> None:
    names, rows = read(text)
    assert names == ["column_1", "column_2"]
    assert len(rows) == len(text.removeprefix("sep=,\n").splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "What is your name?,How old are you?\nBob,12\nAl,13\n",
        "用户输入的内容,模型输出的内容\n苹果是什么水果呢,一种水果而已\n",
        "0,1\nWhat?,That\nWho?,He\n",
        "#id,question,answer\n1,Q,A\n",
        "de,en\nKatze,cat\nHund,dog\n",
        "text\nHello\n",
    ],
)
def test_a_header_stays_one(text: str) -> None:
    names, rows = read(text)
    assert names == text.splitlines()[0].split(",")
    assert len(rows) == len(text.splitlines()) - 1


def test_values_are_not_touched() -> None:
    text = 'question,answer\nQ\u2028x, A\n"a\n\nb",c\u0085d\n'
    assert read(text)[1] == [(2, ("Q\u2028x", " A")), (3, ("a\n\nb", "c\u0085d"))]


def test_joined_files_and_marks_between_them() -> None:
    text = "question,answer\nQ,A\n\ufeffquestion,answer\nQ\ufeff2,A\n"
    assert read(text)[1] == [
        (2, ("Q", "A")),
        (3, "repeats the names of the columns"),
        (4, ("Q2", "A")),
    ]


def test_the_delimiter_is_not_the_mark_inside_texts() -> None:
    lines = ["id;text\n", "1;a, b, c\n", "2;d, e, f\n"]
    assert layout_of(lines).delimiter == ";"
    assert layout_of(["a|b\n", "x, y|z\n"]).delimiter == "|"


def test_a_thousand_columns() -> None:
    head = ",".join(f"c{n}" for n in range(1000))
    names, rows = read(f"{head}\n{'x,' * 999}y\n")
    assert len(names) == 1000 and rows[0][1][-1] == "y"


def test_a_workbook_without_a_header(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for cells in (["My data"], ["question", "answer"], ["Q?", "A"]):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    with (tmp_path / "a.xlsx").open("rb") as file:
        assert list(read_xlsx(file)) == [(3, {"question": "Q?", "answer": "A"})]
    book = openpyxl.Workbook()
    for cells in (["What is red?", "a colour"], ["What is two?", 2]):
        book.active.append(cells)
    book.save(tmp_path / "b.xlsx")
    with (tmp_path / "b.xlsx").open("rb") as file:
        assert [tuple(row.values()) for _, row in read_xlsx(file)] == [
            ("What is red?", "a colour"),
            ("What is two?", 2),
        ]


def test_quotes_inside_a_text_stay() -> None:
    text = 'question,answer\nQ, "hi" he said\n'
    assert read(text)[1] == [(2, ("Q", ' "hi" he said'))]


def test_objects_on_lines_are_read_whatever_the_suffix() -> None:
    lines = '\n{"q": "a, b", "a": "x"}\r\n{"q": "c", "a": "你"}\nbad\n'
    names, rows = read(lines)
    assert names == ["q", "a"]
    assert rows == [(2, ("a, b", "x")), (3, ("c", "你")), (4, "is not an object")]


def test_a_header_with_a_brace_is_still_a_header() -> None:
    assert read('{"a"};b\n1;2\n')[1] == [(2, ("1", "2"))]
    cell = '"{""role"": ""user""}",b\n'
    assert read(f"q,a\n{cell}")[1] == [(2, ('{"role": "user"}', "b"))]
