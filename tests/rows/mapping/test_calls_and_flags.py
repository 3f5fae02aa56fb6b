"""Calls of tools are kept whole, and answers that are marked are only read."""

import json
from typing import Any

import pytest

from rows.mapping.cases import mapped, rows_of
from webui.rows.mapping.mappers import MAPPERS
from webui.rows.reading.reasons import chinese

ASKED = {"role": "user", "content": "Rain in Oslo?"}
SAID = {"role": "assistant", "content": "No rain."}
CALL = {"name": "rain", "arguments": {"town": "Oslo", "days": [1, None], "x": 1.5}}


def learned(messages: list[dict[str, Any]], **row: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = MAPPERS["messages"]({"messages": messages, **row})[
        "messages"
    ]
    return found


@pytest.mark.parametrize("name", ["08_argument_types.jsonl", "11_two_schemas.jsonl"])
def test_nothing_is_added_to_calls_and_tools_and_nothing_lost(name: str) -> None:
    assert mapped(rows_of(name)) == rows_of(name)


def test_null_beside_a_call_is_an_empty_text() -> None:
    first, second, *others = mapped(rows_of("10_null_content.jsonl"))
    assert first == second
    assert first["messages"][1]["content"] == ""
    assert others == ["message 2 lacks content", "message 2 is empty"]


def test_calls_are_kept_without_tools() -> None:
    rows = rows_of("n02_call_no_tools.jsonl")
    assert mapped(rows) == rows


@pytest.mark.parametrize(
    "call",
    [
        {"role": "assistant", "content": None, "function_call": CALL},
        {"role": "assistant", "tool_calls": [{"function": CALL}], "content": " "},
        {"role": "assistant", "tool_calls": json.dumps([{"function": CALL}])},
        {"from": "function_call", "value": json.dumps(CALL)},
        {
            "role": "assistant",
            "tool_calls": [
                {"function": {**CALL, "arguments": json.dumps(CALL["arguments"])}}
            ],
            "function_call": {"name": None, "arguments": None},
        },
        {
            "role": "assistant",
            "content": "<|channel|>commentary to=functions.rain <|constrain|>json"
            f"<|message|>{json.dumps(CALL['arguments'])}<|call|>",
        },
    ],
)
def test_a_call_in_any_shape(call: dict[str, Any]) -> None:
    (_, message) = learned([ASKED, call])
    assert message == {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"type": "function", "function": CALL}],
    }


def test_several_calls_and_their_results() -> None:
    calls = [{"id": n, "type": "function", "function": CALL} for n in "ab"]
    results = [
        {"role": "tool", "tool_call_id": "a", "content": {"rain": "none"}},
        {"role": "tool", "tool_call_id": "b", "content": ""},
    ]
    messages = learned([ASKED, {"role": "assistant", "tool_calls": calls}, *results])
    assert messages[1]["tool_calls"] == calls  # what follows it is not learned
    messages = learned(
        [ASKED, {"role": "assistant", "tool_calls": calls}, *results, SAID]
    )
    assert [m["content"] for m in messages[2:]] == ['{"rain": "none"}', "", "No rain."]


def test_fillers_of_a_table_say_nothing() -> None:
    filled = [
        {"tool_calls": None, "name": None, "tool_call_id": None, "weight": None, **m}
        for m in (ASKED, SAID)
    ]
    assert learned(filled) == [ASKED, SAID]
    tool = {
        "name": "rain",
        "parameters": {"properties": {"town": {"type": "string"}, "word": None}},
    }
    arguments = {"town": "Oslo", "word": None}
    call = {"role": "assistant", "tool_calls": [{**CALL, "arguments": arguments}]}
    row = MAPPERS["messages"]({"messages": [ASKED, call], "tools": [tool]})
    (kept,) = row["messages"][1]["tool_calls"]
    assert kept["function"]["arguments"] == {"town": "Oslo"}
    assert row["tools"][0]["function"]["parameters"] == {
        "properties": {"town": {"type": "string"}}
    }
    # Without a declaration a null may be meant.
    (kept,) = learned([ASKED, call])[1]["tool_calls"]
    assert kept["function"]["arguments"] == arguments


def test_calls_in_a_text_stay_text() -> None:
    text = '<tool_call>\n{"name": "rain", "arguments": {}}\n</tool_call>'
    assert learned([ASKED, {**SAID, "content": text}])[1]["content"] == text


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            {**SAID, "tool_calls": [{"name": "rain", "arguments": "Oslo"}]},
            "message 2 calls a tool with arguments that are text",
        ),
        (
            {"role": "tool", "content": "x", "tool_calls": [CALL]},
            "message 2 calls a tool and is not the assistant's",
        ),
    ],
)
def test_odd_calls_are_refused(message: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        learned([ASKED, message, SAID])
    assert str(refused.value) == reason
    assert chinese(reason)


def test_flags_of_the_cases() -> None:
    for row in mapped(rows_of("n03_flags.jsonl")):
        _, bad, _, good = row["messages"]
        assert bad == {"role": "assistant", "content": "BAD", "weight": 0}
        assert good == {"role": "assistant", "content": "GOOD"}


@pytest.mark.parametrize(
    ("flag", "only_read"),
    [
        *[({"weight": w}, True) for w in (0, 0.0, "0", "0.0", " 0 ", False)],
        *[({"weight": w}, False) for w in (1, 1.0, "1", None, "", True)],
        *[({"train": t}, True) for t in (False, 0, "false", "False")],
        *[({"trainable": t}, False) for t in (True, 1, "true", None)],
        *[({"masked": m}, True) for m in (True, 1, "true")],
        *[({"mask": m}, False) for m in (False, 0, None)],
        ({"weight": 1, "learn": False}, True),
    ],
)
def test_a_flag_in_any_spelling(flag: dict[str, Any], only_read: bool) -> None:
    messages = learned([ASKED, {**SAID, **flag}, ASKED, SAID])
    assert ("weight" in messages[1]) == only_read
    assert "weight" not in messages[3]


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ({"weight": 0.5}, "message 2 has the weight 0.5, and an answer is learned or"),
        ({"loss": "some"}, "message 2 has a loss that is neither true nor false"),
        ({"train_detail": [{"train": False}]}, "message 2 marks parts of itself"),
        ({"weight": 0}, "marks every answer as not learned"),
    ],
)
def test_a_flag_that_cannot_be_honoured_is_refused(flag: dict, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        learned([ASKED, {**SAID, **flag}])
    assert str(refused.value).startswith(reason)
    assert chinese(str(refused.value))


def test_flags_in_a_list_beside_the_messages_are_refused() -> None:
    for name in ("weights", "mask", "loss_mask"):
        with pytest.raises(ValueError, match=f"^{name} stands beside the messages"):
            learned([ASKED, SAID], **{name: [0, 1]})
        assert learned([ASKED, SAID], **{name: [1, 2, 3]}) == [ASKED, SAID]


def test_uneven_conversations() -> None:
    first, second, third, _ = mapped(rows_of("13_uneven.jsonl"))
    assert [m["role"] for m in first["messages"]] == ["assistant", "user", "assistant"]
    assert [m["content"] for m in second["messages"][1:]] == [
        "Yes.",
        "In three colours.",
    ]
    assert third == "holds no answer of the assistant"


def test_mixed_types() -> None:
    results = mapped(rows_of("20_mixed_types.json"))
    said = [r if isinstance(r, str) else r["messages"][1]["content"] for r in results]
    assert said == [
        *("4", "4b", "true"),
        "output is a list, not text",
        "lacks output",
        "lacks output",
        "output is an infinite number, not text",
    ]
