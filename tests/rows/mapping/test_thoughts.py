"""A thought before an answer is found wherever a data set keeps it."""

from typing import Any

import pytest

from rows.mapping.cases import answers, mapped, rows_of
from webui.rows.detection.detect import detect
from webui.rows.mapping.mappers import MAPPERS, mapper_of
from webui.rows.reading.reasons import chinese

ASKED = {"role": "user", "content": "Is 21 prime?"}
HELD = [("It is 3 times 7.", "No.")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "03_think_turns.jsonl",
            [
                [
                    ("Six and seven make thirteen.", "13"),
                    ("Thirteen twice is twenty-six.", "26"),
                ],
                [("Nine less four is five.", "5"), ("", "3")],
            ],
        ),
        (
            "04_reasoning_field.jsonl",
            [
                [("21 can be divided by 3.", "No, it is 3 times 7.")],
                [("Neither 2 nor 3 divides 23.", "Yes.")],
                [("25 ends in 5.", "No, it is 5 times 5.")],
            ],
        ),
        ("05_no_thought.jsonl", [[("", "White.")], [("", "Black.")]]),
        (
            "07_channels.jsonl",
            [[("Think of the outer ones.", "Jupiter.")], [("", "Mercury.")]],
        ),
        ("n04_thinking.jsonl", [[("SECRET", "ANS")]] * 3),
        (
            "n04b_columns.jsonl",
            [
                [("six sevens are forty-two", "42")],
                [("six eights", "48")],
                [("six nines", "54")],
            ],
        ),
    ],
)
def test_thoughts_of_the_cases(name: str, expected: list[Any]) -> None:
    assert [answers(row) for row in mapped(rows_of(name))] == expected


@pytest.mark.parametrize(
    "text",
    [
        "<think>It is 3 times 7.</think>No.",
        "\n<think>\nIt is 3 times 7.\n</think>\n\nNo.",
        "<THINK>It is 3 times 7.</Think> No.",
        "<thinking>\r\nIt is 3 times 7.\r\n</thinking>\r\n\r\nNo.",
        "<reasoning>It is 3 times 7.</reasoning>\nNo.",
        "[THINK]It is 3 times 7.[/THINK]No.",
        "It is 3 times 7.\n</think>\n\nNo.",
        "It is 3 times 7.</think>No.",
        "<|begin_of_thought|>\nIt is 3 times 7.\n<|end_of_thought|>\n\n"
        "<|begin_of_solution|>\nNo.\n<|end_of_solution|>",
        "<|start|>assistant<|channel|>analysis<|message|>It is 3 times 7.<|end|>"
        "<|start|>assistant<|channel|>final<|message|>No.<|return|>",
    ],
)
def test_a_thought_at_the_start_of_a_text(text: str) -> None:
    rows = {
        "messages": {"messages": [ASKED, {"role": "assistant", "content": text}]},
        "question_answer": {"question": "Is 21 prime?", "answer": text},
        "alpaca": {"instruction": "Is 21 prime?", "output": text},
        "prompt_completion": {"prompt": "Is 21 prime?", "completion": text},
        "preference": {"prompt": "Is 21 prime?", "chosen": text, "rejected": "Yes."},
        "rating": {"prompt": "Is 21 prime?", "completion": text, "label": True},
    }
    for format, row in rows.items():
        assert answers(MAPPERS[format](row)) == HELD


@pytest.mark.parametrize(
    "message",
    [
        {"content": "No.", "reasoning": "It is 3 times 7."},
        {"content": "No.", "reasoning_content": "It is 3 times 7.", "thinking": True},
        {"content": "No.", "thought": "It is 3 times 7.", "reasoning_content": None},
        {"content": "No.", "思考": "It is 3 times 7."},
        {"content": "No.", "reasoning": "It is 3 times 7.", "thoughts": [""]},
        {
            "content": "<think>It is 3 times 7.</think>No.",
            "reasoning_content": "It is 3 times 7.",
        },
        {"content": "No.", "reasoning_details": [{"text": "It is 3 times 7."}]},
        {
            "content": [
                {"type": "reasoning", "text": "It is 3 times 7.", "thinking": None},
                {"type": "output_text", "text": "No."},
            ]
        },
        {"parts": [{"text": "It is 3 times 7.", "thought": True}, {"text": "No."}]},
        {"content": None, "value": "No.", "thinking": "It is 3 times 7."},
    ],
)
def test_a_thought_in_a_field_or_a_part_of_a_message(message: dict) -> None:
    row = {"messages": [ASKED, {"role": "assistant", **message}]}
    assert answers(MAPPERS["messages"](row)) == HELD


def test_a_thought_may_be_a_turn_of_its_own() -> None:
    said = {"role": "assistant", "content": "No.", "channel": "final"}
    for thought in (
        {"role": "reasoning", "content": "It is 3 times 7."},
        {"from": "thinking", "value": "It is 3 times 7."},
        {"role": "assistant", "channel": "analysis", "content": "It is 3 times 7."},
    ):
        row = {"messages": [ASKED, thought, said]}
        assert answers(MAPPERS["messages"](row)) == HELD
        with pytest.raises(ValueError, match="^holds a thought without an answer$"):
            MAPPERS["messages"]({"messages": [ASKED, thought, ASKED, said]})


def test_a_transcript_in_channels() -> None:
    text = (
        "<|start|>user<|message|>Is 21 prime?<|end|><|start|>assistant<|channel|>"
        "analysis<|message|>It is 3 times 7.<|end|><|start|>assistant<|channel|>final"
        "<|message|>No.<|return|>"
    )
    assert answers(MAPPERS["transcript"]({"text": text})) == HELD


def test_a_tag_that_the_prompt_opens_leaves_the_prompt() -> None:
    for row in (
        {"prompt": "Is 21 prime?\n<think>\n", "completion": "x</think>No."},
        {"prompt": [ASKED], "completion": "<think>x</think>No."},
    ):
        mapped = MAPPERS["prompt_completion"](row)["messages"]
        assert mapped[0] == ASKED
        assert mapped[1]["reasoning_content"] == "x"


@pytest.mark.parametrize(
    "text",
    [
        "The tag <think> opens and </think> closes a thought.",
        "Write `</think>`\nto end it.",
        "```\n<think>\n</think>\n```",
        "I think <b>so</b>.",
    ],
)
def test_a_tag_that_an_answer_speaks_of_is_text(text: str) -> None:
    row = {"question": "How?", "answer": text}
    assert answers(MAPPERS["question_answer"](row)) == [("", text)]


def test_empty_thoughts_are_none() -> None:
    for text in ("<think>\n\n</think>\n\nNo.", "<think></think>No.", "</think>\n\nNo."):
        row = {"question": "How?", "answer": text}
        assert answers(MAPPERS["question_answer"](row)) == [("", "No.")]
    for thought in (None, "", " ", [], float("nan"), False):
        said = {"role": "assistant", "content": "No.", "thinking": thought}
        assert "reasoning_content" not in str(
            MAPPERS["messages"]({"messages": [ASKED, said]})
        )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<think> hm", "answer opens a thought with <think> and never ends it"),
        ("<think>hm</think>\n", "answer is a thought without an answer"),
        ("想想</think>不是", "answer ends a thought with </think> and opens none"),
        ("<|channel|>final<|mess", "answer has channels that do not fit together"),
    ],
)
def test_half_a_thought_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        MAPPERS["question_answer"]({"question": "How?", "answer": text})
    assert str(refused.value) == reason
    assert chinese(reason)


@pytest.mark.parametrize(
    "name",
    ["reasoning", "Complex_CoT", "thinking", "rationale", "chain of thought", "思维链"],
)
@pytest.mark.parametrize(
    "asked",
    [
        {"question": "Is 21 prime?", "answer": "No."},
        {"instruction": "Is 21 prime?", "input": "", "output": "No."},
        {"prompt": "Is 21 prime?", "completion": "No."},
        {"context": "A number.", "question": "Is 21 prime?", "answer": "No."},
        {"问题": "21是质数吗?", "答案": "No."},
    ],
)
def test_a_thought_in_a_column(name: str, asked: dict[str, str]) -> None:
    rows = [{name: "It is 3 times 7.", **asked}, {**asked, name: None}]
    first, second = mapped(rows)
    assert answers(first) == HELD
    assert answers(second) == [("", "No.")]


@pytest.mark.parametrize("switch", ["on", "off", True, "high"])
def test_a_column_that_only_switches_thoughts_is_none(switch: Any) -> None:
    row = {"question": "Is 21 prime?", "answer": "No.", "reasoning": switch}
    assert "reasoning" not in detect([row]).columns
    assert answers(mapper_of("question_answer", {})(row)) == [("", "No.")]


def test_a_weak_name_is_no_thought() -> None:
    row = {"question": "Is 21 prime?", "answer": "No.", "explanation": "See 3 and 7."}
    assert "reasoning" not in detect([row]).columns
