"""Outputs are folded as Jupyter folds them, and never grow without end."""

from typing import Any

import nbformat
import pytest

from webui.recorder.outputs import MAX_TEXT, Output, fold_message, overwrite, plain_text


def folded(*messages: tuple[str, dict[str, Any]]) -> list[Output]:
    outputs: list[Output] = []
    for kind, content in messages:
        fold_message(outputs, kind, content)
    return outputs


def stream(text: str, name: str = "stdout") -> tuple[str, dict[str, Any]]:
    return "stream", {"name": name, "text": text}


ERROR = (
    "error",
    {"ename": "E", "evalue": "v", "traceback": ["\x1b[31mE\x1b[0m: v"], "more": 1},
)
RESULT = ("execute_result", {"data": {"text/plain": "5"}, "execution_count": 3})


def test_text_of_one_stream_is_joined_and_streams_are_kept_apart() -> None:
    found = folded(stream("a"), stream("b\n"), stream("c", "stderr"), stream("d"))
    assert [(o["name"], o["text"]) for o in found] == [
        ("stdout", "ab\n"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1%\r2%\r3%", "3%"),
        ("1%\r2%\r", "2%\r"),
        ("a\n1%\r2%\nb", "a\n2%\nb"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("\r\r", "\r"),
        ("plain", "plain"),
    ],
)
def test_a_progress_bar_overwrites_itself(text: str, shown: str) -> None:
    assert overwrite(text) == shown
    # In pieces as well as in one.
    assert folded(*(stream(c) for c in text))[0]["text"] in (shown, shown.rstrip("\r"))


def test_endless_text_keeps_its_end() -> None:
    (found,) = folded(stream("a" * MAX_TEXT), stream("the end"))
    assert len(found["text"]) == MAX_TEXT and found["text"].endswith("the end")


def test_folded_outputs_are_valid_in_a_notebook() -> None:
    display = ("display_data", {"data": {"text/plain": "x"}, "transient": {"a": 1}})
    found = folded(stream("a"), RESULT, display, ERROR)
    cell = nbformat.v4.new_code_cell(
        "1", outputs=[nbformat.from_dict(o) for o in found]
    )
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_other_messages_are_no_outputs() -> None:
    other = ("status", "execute_input", "comm_open", "execute_reply", "clear_output")
    assert folded(*((kind, {"data": None}) for kind in other)) == []


def test_plain_text_is_what_a_person_reads() -> None:
    found = folded(stream("a\n"), stream("w\n", "stderr"), RESULT, ERROR)
    assert plain_text(found) == "a\nw\n5\nE: v\n"
    assert plain_text(found, streams=["stdout"]) == "a\n"
