"""The preferred answer is learned, and the other one never."""

import json
from typing import Any

import pytest

from rows.mapping.cases import answers, mapped, rows_of
from webui.errors import PlannerError
from webui.rows.detection.detect import detect
from webui.rows.mapping.mappers import MAPPERS

ASKED = {"role": "user", "content": "Hi there"}
GOOD = {"role": "assistant", "content": "Ho ho"}
BAD = {"role": "assistant", "content": "No no"}
TALKS = [ASKED, GOOD], [ASKED, BAD]
FROM = [{"from": "gpt", "value": m["content"]} for m in (GOOD, BAD)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("n09b_preference_openai.jsonl", ["Hello"] * 3),
        ("n13_preference_question.jsonl", ["4", "Lima"]),
    ],
)
def test_the_cases(name: str, said: list[str]) -> None:
    rows = mapped(rows_of(name))
    assert [answers(row) for row in rows] == [[("", one)] for one in said]
    assert all(row["rejected"][0]["content"] not in said for row in rows)


BETTER = "better_response_id"
PAIRS = [
    {"prompt": "Hi there", "accepted": "Ho ho", "declined": "No no"},
    {"question": "Hi there", "response_j": "Ho ho", "response_k": "No no"},
    {"question": "Hi there", "answer_good": "Ho ho", "answer_bad": "No no"},
    {"prompt": "Hi there", "chosen": [GOOD], "rejected": [BAD], "score_chosen": 8.5},
    {"conversations": [ASKED], "chosen": FROM[0], "rejected": FROM[1]},
    {"chosen": TALKS[0], "rejected": TALKS[1], "messages": TALKS[0]},
    {"chosen": json.dumps(TALKS[0]), "rejected": json.dumps(TALKS[1])},
    {
        "prompt": "\n\nHuman: Hi there\n\nAssistant:",
        "chosen": "\n\nHuman: Hi there\n\nAssistant: Ho ho",
        "rejected": "\n\nHuman: Hi there\n\nAssistant: No no",
    },
    *[
        {"prompt": "Hi there", f"{a}a": "No no", f"{a}b": "Ho ho", "winner": w}
        for a in ("response_", "answer_")
        for w in ("b", "B", "model_b", f"{a}b", "Ho ho", "[[B]]")
    ],
    *[
        {"prompt": "Hi there", "output_1": one, "output_2": two, "preference": n}
        for one, two, n in (("Ho ho", "No no", 1), ("No no", "Ho ho", "2"))
    ],
    *[
        {
            "prompt": "Hi there",
            "response_0": a,
            "response_1": b,
            "better_response_id": n,
        }
        for a, b, n in (("Ho ho", "No no", 0), ("No no", "Ho ho", 1.0))
    ],
    {"conversation_a": TALKS[1], "conversation_b": TALKS[0], "winner": "model_b"},
]


@pytest.mark.parametrize("row", PAIRS)
def test_the_better_of_two_is_learned_and_the_other_kept(row: dict[str, Any]) -> None:
    (found,) = mapped([row])
    assert found == {"messages": TALKS[0], "rejected": [BAD]}


def test_the_input_of_an_instruction_is_part_of_the_prompt() -> None:
    row = {"instruction": "Sort.", "input": "b a", "chosen": "a b", "rejected": "b a"}
    (found,) = mapped([row])
    assert found["messages"][0]["content"] == "Sort.\n\nb a"


@pytest.mark.parametrize(
    ("winner", "reason"),
    [
        ("tie", "prefers none of its responses"),
        ("tie (bothbad)", "prefers none of its responses"),
        (1, "preferred_response is a number; write a or b"),
        ("banana", "preferred_response does not say which response it is"),
        (None, "lacks preferred_response"),
    ],
)
def test_a_row_that_prefers_none_is_refused(winner: Any, reason: str) -> None:
    row = {"prompt": "Hi there", "response_a": "Ho ho", "response_b": "No no"}
    _, last = mapped([{**row, "winner": "a"}, {**row, "winner": winner}])
    assert last == reason


def test_two_responses_without_a_verdict_are_refused() -> None:
    row = {"prompt": "Hi there", "answer_0": "Ho ho", "answer_1": "No no", "score": 1.0}
    with pytest.raises(PlannerError, match="do not say which is the best"):
        detect([row])


def test_what_was_rejected_is_learned_by_no_format() -> None:
    found = detect([{"rejected": TALKS[1], "note": "It was rude."}])
    assert "rejected" not in found.columns.values()


def test_a_rejected_answer_keeps_its_flags() -> None:
    row = {"prompt": [ASKED], "chosen": [GOOD], "rejected": [{**BAD, "weight": 0}]}
    mapped = MAPPERS["preference"](row)
    assert mapped["messages"] == TALKS[0]
    assert mapped["rejected"] == [{**BAD, "weight": 0}]


def test_ratings_in_mixed_spellings() -> None:
    rows = [
        {"prompt": "Hi there", "completion": "Ho ho", "label": label}
        for label in (True, "True", 1, "False", False)
    ]
    *good, one, two = mapped(rows)
    assert good == [{"messages": TALKS[0], "label": True}] * 3
    assert one == two == "is rated bad, so there is nothing to imitate"


@pytest.mark.parametrize("format", ["prompt_completion", "preference", "rating"])
def test_only_what_follows_the_last_question_is_learned(format: str) -> None:
    asked = [said("user", "Hi"), said("assistant", "Hello"), said("user", "Bye")]
    answer = [said("assistant", "Ciao")]
    row = {
        "prompt": asked,
        "completion": answer,
        "chosen": answer,
        "rejected": [said("assistant", "No")],
        "label": True,
    }
    messages = MAPPERS[format](row)["messages"]
    assert [m.get("weight") for m in messages] == [None, 0, None, None]
    whole = {**row, "chosen": asked + answer, "rejected": asked + answer}
    if format == "preference":
        del whole["prompt"]
        messages = MAPPERS[format](whole)["messages"]
        assert [m.get("weight") for m in messages] == [None, 0, None, None]


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


@pytest.mark.parametrize(
    "answer",
    [
        '{"role": "agent", "text": "hello", "mood": "calm"}',
        '{"from": "Paris", "to": "London"}',
        '[{"from": "Paris", "to": "London"}]',
        '[{"role": "admin", "name": "Ada"}]',
        '[{"role": "user", "age": 7}]',
    ],
)
def test_an_answer_that_is_json_stays_whole(answer: str) -> None:
    row = {"prompt": "Who?", "completion": answer}
    assert MAPPERS["prompt_completion"](row)["messages"][-1]["content"] == answer
    row = {"prompt": "Who?", "chosen": answer, "rejected": "no"}
    assert MAPPERS["preference"](row)["messages"][-1]["content"] == answer
    rows = [{"question": f"Who is {n}?", "answer": answer} for n in range(9)]
    assert detect(rows).format == "question_answer"


def test_a_table_holds_messages_as_json_text() -> None:
    asked = json.dumps([said("user", "Hi")])
    answer = json.dumps([said("assistant", "Ho")])
    row = {"prompt": asked, "completion": answer}
    messages = MAPPERS["prompt_completion"](row)["messages"]
    assert [m["content"] for m in messages] == ["Hi", "Ho"]


@pytest.mark.parametrize("spare", ["", ', {"role": "tool"}'])
def test_an_odd_message_in_a_table_is_no_text(spare: str) -> None:
    asked = '[{"role": "user", "content": "Hi"}, {"role": "critic", "content": "Bad"}'
    row = {"prompt": f"{asked}{spare}]", "completion": "Ho"}
    with pytest.raises(ValueError, match="message 2 has an unknown role"):
        MAPPERS["prompt_completion"](row)


@pytest.mark.parametrize("kept", [20, 40, 60])
def test_messages_that_are_broken_off_in_a_table_are_no_text(kept: int) -> None:
    asked = json.dumps([said("user", "Hi"), said("assistant", "Ho, and so on")])[:kept]
    with pytest.raises(ValueError, match="prompt is not JSON"):
        MAPPERS["prompt_completion"]({"prompt": asked, "completion": "Ho"})
    for told in ('[{"role": "admin"}] is right', '[{"from": "Paris", "to'):
        row = {"prompt": "Who?", "completion": told}
        assert MAPPERS["prompt_completion"](row)["messages"][-1]["content"] == told
