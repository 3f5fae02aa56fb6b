"""Mappers: a conversation from each format, or a reason why a row has none."""

import copy
import json
from typing import Any

import pytest

from webui.recipe.formats import FORMATS
from webui.rows.mapping.mappers import MAPPERS, TALKS, mapper_of
from webui.rows.mapping.values import (
    add_prompts,
    list_of,
    name_labels,
    select,
    text_of,
    two_turns,
)

HALF = "half \ud83d"
HI_HO = two_turns("Hi", "Ho")
NO = {"role": "assistant", "content": "No"}
SYSTEM = {"role": "system", "content": "Be brief."}

# A good row of each format, and the question and the answer that it gives.
GOOD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "alpaca": (
        {"instruction": "Sort.", "input": "b a", "output": "a b"},
        ("Sort.\n\nb a", "a b"),
    ),
    "question_answer": ({"question": "Hi", "answer": "Ho"}, ("Hi", "Ho")),
    "prompt_completion": ({"prompt": "Hi", "completion": "Ho"}, ("Hi", "Ho")),
    "messages": ({"messages": HI_HO}, ("Hi", "Ho")),
    "transcript": ({"text": "Human: Hi\n\nAssistant: Ho"}, ("Hi", "Ho")),
    "reading": (
        {"sentence": "Ada waves.", "question": "Who?", "answer": "Ada"},
        ("Ada waves.\n\nWho?", "Ada"),
    ),
    "translation": ({"source": "Hi", "target": "你好"}, ("Hi", "你好")),
    "classification": ({"text": "Fine.", "label": 1}, ("Fine.", "1")),
    "summary": ({"article": "Long.", "summary": "L"}, ("Long.", "L")),
    "code": ({"description": "One.", "code": "\n1\n"}, ("One.", "\n1\n")),
    "triple": (
        {"subject": "茶", "predicate": "产地", "object": "中国"},
        ("(茶, 产地, ?)", "中国"),
    ),
    "ner": (
        {"tokens": ["Ada", "Lee", "flies"], "labels": ["B-PER", "I-PER", "O"]},
        ("Ada Lee flies", '[{"entity": "Ada Lee", "type": "PER"}]'),
    ),
    "pos": (
        {"tokens": ["我", "喜欢"], "labels": ["PRON", "VERB"]},
        ("我 喜欢", "我/PRON 喜欢/VERB"),
    ),
    "preference": ({"prompt": "Hi", "chosen": "Ho", "rejected": "No"}, ("Hi", "Ho")),
    "preferred": ({"prompt": "Hi", "preferred_response": "Ho"}, ("Hi", "Ho")),
    "rating": ({"prompt": "Hi", "completion": "Ho", "label": True}, ("Hi", "Ho")),
}
PLAIN = {"text": "Once upon a time."}


@pytest.mark.parametrize("name", GOOD)
def test_a_row_becomes_a_conversation(name: str) -> None:
    row, (question, answer) = GOOD[name]
    before = copy.deepcopy(row)
    assert MAPPERS[name](row)["messages"] == two_turns(question, answer)
    assert row == before


def test_plain_text_stays_plain() -> None:
    assert MAPPERS["text"](PLAIN) == PLAIN


BAD = {
    "null": None,
    "empty": "",
    "blank": " \n",
    "no_list": [],
    "list": [[], {}],
    "object": {"a": "b"},
    "half": HALF,
    "half_in_list": [HALF],
    "nan": float("nan"),
}
REQUIRED = [(name, role.name) for name in FORMATS for role in FORMATS[name].required]


def good(name: str) -> dict[str, Any]:
    return dict(PLAIN if name == "text" else GOOD[name][0])


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(("name", "role"), REQUIRED)
def test_a_required_part_that_is_no_text_is_refused(
    name: str, role: str, bad: str
) -> None:
    with pytest.raises(ValueError) as refused:
        MAPPERS[name]({**good(name), role: BAD[bad]})
    assert type(refused.value) is ValueError  # not of Unicode or of JSON
    assert str(refused.value)[0].islower()


@pytest.mark.parametrize(("name", "role"), REQUIRED)
def test_a_required_part_that_is_missing_is_refused(name: str, role: str) -> None:
    row = good(name)
    del row[role]
    with pytest.raises(ValueError, match=f"^lacks {role}$"):
        MAPPERS[name](row)


OPTIONAL = [
    (name, role.name)
    for name in FORMATS
    for role in FORMATS[name].roles
    if role.optional
]


@pytest.mark.parametrize("nothing", [None, "", " ", [], float("nan")])
@pytest.mark.parametrize(("name", "role"), OPTIONAL)
def test_an_optional_part_may_be_empty(name: str, role: str, nothing: Any) -> None:
    if name == "preference" and role == "prompt":
        return  # only where the answers are whole conversations, see below
    row = {**good(name), role: nothing}
    without = {key: value for key, value in row.items() if key != role}
    mapper = mapper_of(name, {role: role})
    assert mapper(row) == mapper(without)


@pytest.mark.parametrize(("name", "role"), OPTIONAL)
@pytest.mark.parametrize("bad", [{"a": 1}, HALF, [[1], {}]])
def test_an_optional_part_that_is_there_is_checked(
    name: str, role: str, bad: Any
) -> None:
    with pytest.raises(ValueError):
        mapper_of(name, {role: role})({**good(name), role: bad})


# --- columns and texts


def test_select_follows_paths() -> None:
    row = {"a": {"text": ["x", "y"]}, "b.c": 1, "d": None, "e": 2}
    columns = {"one": "a.text.1", "two": "b.c", "three": "d", "four": "a.text.2"}
    found = {"one": "y", "two": 1, "three": None, "four": None}
    assert select(row, columns) == row | found
    missing = {"one": None, "two": None}
    assert select(row, {"one": "a.text.x", "two": "e.f.0"}) == row | missing
    assert select({"q": 1, "a": 2}, {"a": "q", "q": "a"}) == {"q": 2, "a": 1}


def test_names_replace_numbers_of_labels() -> None:
    names = ["bad", "good"]
    for label in (1, "1", " 1", 1.0, "good"):
        assert name_labels({"label": label}, "label", names) == {"label": "good"}
    row = {"labels": [0, 1], "id": 7}
    assert name_labels(row, "labels", names) == {"labels": names, "id": 7}
    assert name_labels({"id": 7}, "label", names) == {"id": 7}
    for label in ("--1", "1.5", None, float("inf")):
        assert name_labels({"label": label}, "label", names) == {"label": label}
    for label in (2, -1, "-1", [0, 5]):
        with pytest.raises(ValueError, match=r"^the label -?\d has no name$"):
            name_labels({"label": label}, "label", names)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a ", " a "),
        (3, "3"),
        (0, "0"),
        (False, "false"),
        (True, "true"),
        (["a"], "a"),
        ("😀", "😀"),
    ],
)
def test_numbers_and_a_single_text_in_a_list_count_as_text(
    value: Any, text: str
) -> None:
    assert text_of({"a": value}, "a") == text


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "lacks a"),
        ([None], "lacks a"),
        ("", "a is empty"),
        (["x", "y"], "a is a list, not text"),
        ({}, "a is an object, not text"),
        (b"x", "a is of the type bytes, not text"),
        (HALF, "a holds half a character (a lone surrogate)"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(value: Any, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        text_of({"a": value}, "a")
    assert str(refused.value) == reason


def test_a_list_may_be_written_as_json() -> None:
    assert list_of({"a": "[1, 2]"}, "a") == [1, 2]
    for text, reason in {
        "[1,": "a is not JSON",
        "x": "a is text, not a list",
        "{}": "a is an object, not a list",
        "[" * 100_000: "a is not JSON",
    }.items():
        with pytest.raises(ValueError, match=f"^{reason}$"):
            list_of({"a": text}, "a")


def test_prompts_are_put_before_the_first_question() -> None:
    row = {"messages": HI_HO + HI_HO, "tools": [1]}
    added = add_prompts(row, "Answer.", "Be brief.")
    assert added["messages"] == [SYSTEM, *two_turns("Answer.\n\nHi", "Ho"), *HI_HO]
    assert added["tools"] == [1]
    assert row["messages"] == HI_HO + HI_HO
    assert add_prompts(row, "", "") == row
    assert add_prompts(PLAIN, "Answer.", "Be brief.") == PLAIN


def test_a_conversation_keeps_its_own_system_prompt() -> None:
    row = {"messages": [{"role": "system", "content": "Mine."}, *HI_HO]}
    assert add_prompts(row, "", "Be brief.") == row
    own = TALKS["question_answer"]({"question": "Hi", "answer": "Ho", "system": "A"})
    assert add_prompts(own, "", "Be brief.")["messages"][0]["content"] == "A"


# --- alpaca, triples


def test_earlier_turns_come_first() -> None:
    row = {"instruction": "Hi", "output": "Ho", "history": [["1", "2"], ["3", "4"]]}
    assert MAPPERS["alpaca"](row) == {"messages": HI_HO}
    assert TALKS["alpaca"](row)["messages"] == [
        *two_turns("1", "2"),
        *two_turns("3", "4"),
        *HI_HO,
    ]
    for history in ("x", [["1"]], ["12"], [["1", None]]):
        with pytest.raises(ValueError, match="history"):
            TALKS["alpaca"]({**row, "history": history})


def test_two_texts_may_share_a_label() -> None:
    row = {"text": "It rains.", "second_text": "It is wet.", "label": "follows"}
    expected = {"messages": two_turns("It rains.\n\nIt is wet.", "follows")}
    assert MAPPERS["classification"](row) == expected


def test_an_input_may_look_like_nothing() -> None:
    for text in ("[]", "null", "0"):
        row = {"instruction": "Sort.", "input": text, "output": "Done."}
        question = MAPPERS["alpaca"](row)["messages"][0]["content"]
        assert question == f"Sort.\n\n{text}"


# --- conversations

SHAPES = {
    "role/content": HI_HO,
    "from/value": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}],
    "other names": [
        {"role": "prompter", "content": "Hi"},
        {"from": "Bot", "content": "Ho", "weight": 1},
    ],
    "texts": ["Hi", "Ho"],
    "both sides": [{"human": "Hi", "assistant": "Ho"}],
    "XTuner": [{"input": "Hi", "output": "Ho", "system": ""}],
    "parts": [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {"role": "assistant", "content": ["H", {"type": "text", "text": "o"}]},
    ],
    "columns of a table": [{**message, "tool_calls": None} for message in HI_HO],
    "empty system prompt": [{"role": "system", "content": ""}, *HI_HO],
    "question left open": [*HI_HO, {"role": "user", "content": "And?"}],
    "JSON": json.dumps(HI_HO),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_messages_come_in_many_shapes(shape: str) -> None:
    assert MAPPERS["messages"]({"messages": SHAPES[shape]}) == {"messages": HI_HO}


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"role": "user", "content": "Hi"}], "holds no answer of the assistant"),
        ([{"role": "user"}], "message 1 lacks content"),
        ([{"content": "Hi"}], "message 1 lacks a role"),
        ([{"from": "function_call"}], "message 1 lacks content"),
        ([{"role": "narrator", "content": "Hi"}], "message 1 has an unknown role"),
        (["Hi", 3], "message 2 is of the type int, not an object"),
        ([{"role": "user", "content": {}}], "message 1 is an object, not text"),
        ([HI_HO[0], {"role": "assistant", "content": " "}], "message 2 is empty"),
        ([{"from": "human", "value": HALF}], "message 1 holds half a character"),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}],
            "message 1 holds an image or another part that is not text",
        ),
        (
            [{"role": "user", "content": [{"type": "text", "text": None}]}],
            "lacks text",
        ),
        ([{"from": "function_call", "value": "wind()"}], "message 1 holds tool calls"),
        ([{"from": "function_call", "value": "{"}], "message 1 is not JSON"),
        (
            [{"role": "assistant", "tool_calls": [{"function": {}}]}],
            "message 1 holds a tool call without a name",
        ),
        (
            [{"role": "assistant", "tool_calls": [{"function": {"name": HALF}}]}],
            "message 1 holds half a character",
        ),
    ],
)
def test_messages_that_cannot_be_learned_are_refused(
    messages: list, reason: str
) -> None:
    with pytest.raises(ValueError) as refused:
        MAPPERS["messages"]({"messages": messages})
    assert str(refused.value).startswith(reason)


TOOL = {"name": "wind", "parameters": {"type": "object", "properties": {}}}
CALL = {"type": "function", "function": {"name": "wind", "arguments": {"at": "sea"}}}


def test_calls_of_tools_are_kept_with_their_arguments_as_objects() -> None:
    written = {"name": "wind", "arguments": '{"at": "sea"}'}
    openai = [
        HI_HO[0],
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": written}],
        },
        {"role": "tool", "tool_call_id": "c1", "name": "wind", "content": "calm"},
        HI_HO[1],
    ]
    tools = [{"type": "function", "function": TOOL}]
    mapped = MAPPERS["messages"]({"messages": openai, "tools": json.dumps(tools)})
    assert mapped["tools"] == tools
    assert mapped["messages"][1] == {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": "c1", **CALL}],
    }
    assert mapped["messages"][2:] == openai[2:]


def test_sharegpt_calls_of_tools_become_the_same() -> None:
    call = json.dumps({"name": "wind", "arguments": {"at": "sea"}})
    turns = [
        {"from": "human", "value": "Hi"},
        {"from": "function_call", "value": call},
        {"from": "observation", "value": "calm"},
        {"from": "gpt", "value": "Ho"},
    ]
    mapped = MAPPERS["messages"]({"messages": turns, "tools": json.dumps([TOOL])})
    called = {"role": "assistant", "content": "", "tool_calls": [CALL]}
    answered = {"role": "tool", "content": "calm"}
    assert mapped["messages"] == [HI_HO[0], called, answered, HI_HO[1]]
    assert mapped["tools"] == [{"type": "function", "function": TOOL}]
    assert "tools" not in MAPPERS["messages"]({"messages": turns, "tools": "[]"})


def test_a_call_of_the_old_kind_is_a_call_too() -> None:
    call = {"name": "wind", "arguments": '{"at": "sea"}'}
    turns = [HI_HO[0], {"role": "assistant", "content": None, "function_call": call}]
    (_, called) = MAPPERS["messages"]({"messages": turns})["messages"]
    assert called["tool_calls"] == [CALL]


@pytest.mark.parametrize(
    "text",
    [
        "Human: Hi\nAssistant: Ho",
        "\n\nHuman: Hi\n\nAssistant: Ho",
        "### Human: Hi### Assistant: Ho",
        "### Human: Hi\n### Assistant: Ho### Human: And?",
        "USER: Hi\nASSISTANT: Ho",
        "\u7528\u6237\uff1aHi\n\u52a9\u624b\uff1aHo",
        "Q: Hi\nA: Ho",
        "### Instruction:\nHi\n\n### Response:\nHo",
        "USER: Hi\n\n\nASSISTANT: Ho <|endoftext|>\n\n\n",
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n",
        "<|user|>\nHi</s>\n<|assistant|>\nHo</s>\n",
        "<|prompter|>Hi<|endoftext|><|assistant|>Ho<|endoftext|>",
        "<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nHo",
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHo<|eot_id|>",
        "<s>[INST] Hi [/INST] Ho </s>",
    ],
)
def test_a_transcript_is_cut_at_its_markers(text: str) -> None:
    assert MAPPERS["transcript"]({"text": text}) == {"messages": HI_HO}


def test_only_the_first_pair_of_markers_counts() -> None:
    text = "Human: Which?\nA: one\nB: two\n\nAssistant: B, said as\nQ: what?"
    question, answer = "Which?\nA: one\nB: two", "B, said as\nQ: what?"
    expected = {"messages": two_turns(question, answer)}
    assert MAPPERS["transcript"]({"text": text}) == expected
    inline = "### Human: Hi### Assistant: Ho\nHuman: quoted"
    (_, answered) = MAPPERS["transcript"]({"text": inline})["messages"]
    assert answered["content"] == "Ho\nHuman: quoted"


def test_what_stands_before_the_first_marker_is_the_system_prompt() -> None:
    text = "Be brief.\n\nHuman: Hi\n\nAssistant: Ho"
    assert MAPPERS["transcript"]({"text": text})["messages"] == [SYSTEM, *HI_HO]
    for text in ("No turns here.", "Human: Hi"):
        with pytest.raises(ValueError, match="holds no turns"):
            MAPPERS["transcript"]({"text": text})


@pytest.mark.parametrize(
    "text",
    [
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHo<|im_end|>",
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Ho </s>",
    ],
)
def test_a_template_that_is_taken_off_leaves_its_system_prompt(text: str) -> None:
    assert MAPPERS["transcript"]({"text": text})["messages"] == [SYSTEM, *HI_HO]


@pytest.mark.parametrize(
    "text", ["A mark <|im_start|>user\nHi <|im_start|>assistant\nHo", "<|user|>\nHi"]
)
def test_marks_inside_a_text_are_no_template(text: str) -> None:
    with pytest.raises(ValueError, match="holds no turns"):
        MAPPERS["transcript"]({"text": text})


def test_what_a_function_responds_is_not_the_assistants() -> None:
    text = "USER: Hi\n\nASSISTANT: call\n\nFUNCTION RESPONSE: 5\n\nASSISTANT: Ho"
    mapped = MAPPERS["transcript"]({"text": text, "system": "SYSTEM: Be brief."})
    assert mapped["messages"] == [
        SYSTEM,
        HI_HO[0],
        {"role": "assistant", "content": "call"},
        {"role": "tool", "content": "5"},
        HI_HO[1],
    ]


def test_a_table_holds_messages_and_objects_as_json_or_as_python_prints_them() -> None:
    for text in (json.dumps(HI_HO), str(HI_HO)):
        assert MAPPERS["messages"]({"messages": text}) == {"messages": HI_HO}
        row = {"chosen": text, "rejected": text}
        assert MAPPERS["preference"](row)["messages"] == HI_HO
    row = {"answers": "{'text': ['Ada', 'Lee']}", "broken": "{'text'"}
    assert select(row, {"answer": "answers.text.1"})["answer"] == "Lee"
    with pytest.raises(ValueError, match="broken.text is not JSON"):
        select(row, {"answer": "broken.text"})
    assert MAPPERS["rating"]({"prompt": "Hi", "completion": "[1, {}]", "label": 1})


def test_bytes_that_are_no_text_are_told_from_half_a_character() -> None:
    undecoded = b"caf\xe9 au lait".decode("utf-8", "surrogateescape")
    with pytest.raises(ValueError, match="bytes that are no text; save the file as"):
        text_of({"text": undecoded}, "text")
    with pytest.raises(ValueError, match="half a character"):
        text_of({"text": HALF}, "text")


def test_an_empty_list_is_called_empty() -> None:
    with pytest.raises(ValueError, match="^text is empty$"):
        text_of({"text": []}, "text")


def test_an_answer_with_the_weight_0_is_marked() -> None:
    turns = [*HI_HO, HI_HO[0], {**HI_HO[1], "weight": 1}]
    turns[1] = {**HI_HO[1], "weight": 0}
    (_, first, _, last) = MAPPERS["messages"]({"messages": turns})["messages"]
    assert first["weight"] == 0
    assert "weight" not in last


# --- judged answers


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "Hi", "chosen": "Ho", "rejected": "No"},
        {"prompt": HI_HO[:1], "chosen": HI_HO[1:], "rejected": [NO]},
        {"prompt": HI_HO[:1], "chosen": HI_HO[1], "rejected": NO},
        {"prompt": HI_HO, "chosen": HI_HO[1], "rejected": NO},
        {"prompt": HI_HO[:1], "chosen": json.dumps(HI_HO), "rejected": str(NO)},
        {"prompt": "Hi", "chosen": HI_HO, "rejected": two_turns("Hi", "No")},
        {"chosen": HI_HO, "rejected": two_turns("Hi", "No")},
        {
            "chosen": "\n\nHuman: Hi\n\nAssistant: Ho",
            "rejected": "\n\nHuman: Hi\n\nAssistant: No",
        },
        {"prompt": "\n\nHuman: Hi\n\nAssistant:", "chosen": "Ho", "rejected": "No"},
    ],
)
def test_the_chosen_answer_is_imitated_and_the_rejected_one_kept(row: dict) -> None:
    rejected = [{"role": "assistant", "content": "No"}]
    expected = {"messages": HI_HO, "rejected": rejected}
    assert MAPPERS["preference"](row) == expected


def test_two_bare_answers_without_a_prompt_are_refused() -> None:
    for row in ({"chosen": "Ho", "rejected": "No"}, {"chosen": HI_HO[1:]}):
        with pytest.raises(ValueError, match="^lacks prompt$"):
            MAPPERS["preference"](row)


@pytest.mark.parametrize("preferred", [1, "1", "Ho", [1]])
def test_the_preferred_response_is_a_text_or_a_number(preferred: Any) -> None:
    row = {"prompt": "Hi", "responses": ["No", "Ho"], "preferred_response": preferred}
    assert MAPPERS["preferred"](row) == {"messages": HI_HO}


@pytest.mark.parametrize("preferred", [2, -1, "2", True])
def test_a_number_without_a_response_is_refused(preferred: Any) -> None:
    row = {"prompt": "Hi", "responses": ["No", "Ho"], "preferred_response": preferred}
    with pytest.raises(ValueError, match="is not the number of a response"):
        MAPPERS["preferred"](row)
    with pytest.raises(ValueError, match="is not the number of a response"):
        MAPPERS["preferred"]({"prompt": "Hi", "preferred_response": 0})


def test_a_digit_may_itself_be_the_preferred_text() -> None:
    row = {"prompt": "1+1?", "preferred_response": "2"}
    expected = {"messages": two_turns("1+1?", "2")}
    assert MAPPERS["preferred"](row) == expected
    assert MAPPERS["preferred"]({**row, "responses": ["3", "2"]}) == expected


def test_only_what_was_rated_good_is_imitated() -> None:
    row = {"prompt": HI_HO[:1], "completion": HI_HO[1:]}
    for label in (True, 1, "true", "Good", "up", "\U0001f44d", "好"):
        expected = {"messages": HI_HO, "label": True}
        assert MAPPERS["rating"]({**row, "label": label}) == expected
    for label in (False, 0, "False", "bad", "thumbs_down", "\U0001f44e", "差"):
        with pytest.raises(ValueError, match="^is rated bad, so there is nothing"):
            MAPPERS["rating"]({**row, "label": label})
    with pytest.raises(ValueError, match="^label is neither true nor false$"):
        MAPPERS["rating"]({**row, "label": 3})


# --- tags


def ner(tokens: Any, labels: Any) -> tuple[str, Any]:
    """The question that a row gives, and its entities as pairs."""
    question, answer = MAPPERS["ner"]({"tokens": tokens, "labels": labels})["messages"]
    entities = json.loads(answer["content"])
    return question["content"], [(e["entity"], e["type"]) for e in entities]


@pytest.mark.parametrize(
    ("tokens", "labels", "entities"),
    [
        ("a b c", "O O O", []),
        ("a b c", "B-X I-X I-X", [("a b c", "X")]),
        ("a b c", "B-X B-X O", [("a", "X"), ("b", "X")]),
        ("a b c", "B-X I-Y O", [("a", "X"), ("b", "Y")]),
        ("a b c", "I-X I-X O", [("a b", "X")]),
        ("a b c", "B-X O I-X", [("a", "X"), ("c", "X")]),
        ("a b c", "B-X E-X S-X", [("a b", "X"), ("c", "X")]),
        ("a b c", "B-X L-X I-X", [("a b", "X"), ("c", "X")]),
        ("a b c", "B_X M_X E_X", [("a b c", "X")]),
        ("a b c", "X X O", [("a b", "X")]),
        ("a b c", "B I O", [("a b", "entity")]),
        ("a b c", "B-a-b I-a-b O", [("a b", "a-b")]),
    ],
)
def test_tags_are_decoded(tokens: str, labels: str, entities: list) -> None:
    assert ner(tokens.split(), labels.split()) == (tokens, entities)
    assert ner(tokens, labels) == (tokens, entities)


def test_chinese_tokens_are_joined_without_blanks() -> None:
    tags = ["B-PER", "I-PER", "O", "B-LOC", "I-LOC"]
    found = ("王芳在北京", [("王芳", "PER"), ("北京", "LOC")])
    assert ner(list("王芳在北京"), tags) == found
    assert ner("王芳在北京", tags) == found
    assert (
        "王芳"
        in MAPPERS["ner"]({"tokens": "王芳", "labels": "B-P I-P"})["messages"][1][
            "content"
        ]
    )
    assert ner(["Ada", "met", "Li", "王"], ["O"] * 4)[0] == "Ada met Li 王"


def test_numbers_without_names_are_learned_as_they_are() -> None:
    for numbers in ([0, 3], ["0", "3"]):
        mapped = MAPPERS["ner"]({"tokens": ["a", "b"], "labels": numbers})
        assert mapped == {"messages": two_turns("a b", "a/0 b/3")}
    named = name_labels(
        {"tokens": ["a", "b"], "labels": [0, 1]}, "labels", ["O", "B-X"]
    )
    assert ner(**named) == ("a b", [("b", "X")])


@pytest.mark.parametrize(
    "labels",
    [
        {"address": {"北京": [[3, 4]]}, "name": {"王芳": [[0, 1]]}},
        {"address": ["北京"], "name": ["王芳"]},
        [[3, 5, "address"], [0, 2, "name"]],
        [{"start": 3, "end": 5, "label": "address"}, {"text": "王芳", "type": "name"}],
        '{"name": {"王芳": [[0, 1]]}, "address": {"北京": [[3, 4]]}}',
    ],
)
def test_entities_may_be_given_by_their_places(labels: Any) -> None:
    found = ("王芳在北京", [("王芳", "name"), ("北京", "address")])
    assert ner("王芳在北京", labels) == found


def test_an_entity_that_comes_twice_is_listed_twice() -> None:
    found = [("a", "x"), ("b", "y"), ("a", "x")]
    assert (
        ner("a b a", {"x": {"a": [[0, 0], [4, 4]]}, "y": {"b": [[2, 2]]}})[1] == found
    )


def test_a_text_may_have_no_entities() -> None:
    assert ner("Ada flies", {}) == ("Ada flies", [])
    assert ner("Ada flies", [])[1] == []


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ({"x": {"nobody": []}}, "labels names an entity that is not in the text"),
        ({"x": ["nobody"]}, "labels names an entity that is not in the text"),
        ({"x": {"Ada": [3]}}, "labels has positions that are no pairs"),
        ({"x": "Ada"}, "labels holds entities that are neither list nor object"),
        ([{"start": 0, "end": 3}], "labels holds an entity without text or type"),
        ([[0, 3]], "labels holds an entity without text or type"),
        ([[7, 9, "x"]], "labels holds an entity without text or type"),
        ([{"text": "nobody", "type": "x"}], "labels names an entity that is not in"),
        ({HALF: ["Ada"]}, "labels holds half a character"),
        ("{", "labels is not JSON"),
    ],
)
def test_entities_that_make_no_sense_are_refused(labels: Any, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        ner("Ada", labels)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("name", ["ner", "pos"])
def test_each_token_needs_a_tag(name: str) -> None:
    row = {"tokens": ["a", "b"], "labels": ["X"]}
    with pytest.raises(ValueError, match="^has 2 tokens but 1 labels$"):
        MAPPERS[name](row)
    for labels in (["X", None], ["X", ["Y"]]):
        with pytest.raises(ValueError, match="^labels holds a value that is"):
            MAPPERS[name]({**row, "labels": labels})
