"""Row mappers: a conversation from each format, by functions that stand alone."""

import inspect

import pytest

from webui.notebook.rows import COLUMNS, MAPPERS

ROWS = {
    "alpaca": {"instruction": "Extract.", "input": "Ada", "output": "{}"},
    "prompt_completion": {"prompt": "Extract.\n\nAda", "completion": "{}"},
    "messages": {
        "messages": [
            {"role": "user", "content": "Extract.\n\nAda", "extra": 1},
            {"role": "assistant", "content": "{}"},
        ]
    },
}
TALK = [
    {"role": "user", "content": "Extract.\n\nAda"},
    {"role": "assistant", "content": "{}"},
]
SYSTEM = {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize("name", MAPPERS)
def test_every_format_gives_the_same_conversation(name: str) -> None:
    assert MAPPERS[name](ROWS[name], "") == TALK
    assert MAPPERS[name](ROWS[name], "Be brief.") == [SYSTEM, *TALK]
    assert all(column in ROWS[name] for column in COLUMNS[name])


@pytest.mark.parametrize("name", MAPPERS)
def test_a_mapper_stands_alone_and_leaves_its_row_alone(name: str) -> None:
    """Its source is carried into the notebook, where none of our names are."""
    names: dict = {}
    exec(inspect.getsource(MAPPERS[name]), names)
    row = ROWS[name]
    before = repr(row)
    assert names[MAPPERS[name].__name__](row, "") == TALK
    assert repr(row) == before


def test_an_empty_or_missing_input_is_left_out() -> None:
    for row in ({"input": ""}, {"input": None}, {}):
        talk = MAPPERS["alpaca"]({"instruction": "Hi", "output": "Ho", **row}, "")
        assert talk[0]["content"] == "Hi"


def test_a_conversation_keeps_its_own_system_prompt() -> None:
    row = {"messages": [{"role": "system", "content": "Mine."}, *TALK]}
    assert MAPPERS["messages"](row, "Be brief.") == row["messages"]
