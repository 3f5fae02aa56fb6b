"""What would spoil a training without an error is said, and most of it stops one."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from webui.chat.conversation import Chat
from webui.chat.dialect import Dialect
from webui.chat.template import Template
from webui.recipe import Recipe
from webui.recipe.sections import Data, Model
from webui.rows.data_warnings import (
    Warned,
    marks_of,
    no_template,
    shifted_labels,
    warnings,
)
from webui.rows.each import Kept, mapped_row
from webui.rows.encoding import Encoded
from webui.rows.mapping.steps import row_steps
from webui.rows.reading.sources import Record
from webui.text import Text

LINE = Text("line", "行")
END, BREAK = 2, 198
LIMIT = 64
TEMPLATE = "<|im_start|>{role}\n{content}<|im_end|>\n"


class Tokenizer(SimpleNamespace):
    """As much of a tokenizer as the warnings ask."""

    def apply_chat_template(self, messages: list[dict], tokenize: bool) -> str:
        return "".join(self.template.format(**message) for message in messages)

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        return [f"<{number}>" for number in ids]


def kept(number: int, *contents: str | None) -> Kept:
    roles = ["user", "assistant"] * len(contents)
    messages = [
        {"role": role, "content": content}
        for role, content in zip(roles, contents, strict=False)
    ]
    row: dict[str, Any] = {}
    return Kept(Record("a.jsonl", number, LINE, row), row, {"messages": messages})


def encoded(shown: int, *learned: int, whole: int = 0) -> Encoded:
    """A row that hides so many tokens and learns these."""
    labels = [-100] * shown + [*learned]
    return Encoded(labels, labels, whole or len(labels))


GOOD = encoded(3, 7, 8, END, BREAK)


Rows = Encoded | list[Encoded]


def told(
    *rows: Rows, texts: list[Kept] | None = None, template: str = TEMPLATE, **data: Any
) -> list[Warned]:
    """The warnings about rows of one sequence each, or of a list of them."""
    recipe = Recipe(model=Model(max_seq_length=LIMIT), data=Data(**data))
    given = texts or [kept(n, "Hi", "Hello") for n in range(1, len(rows) + 1)]
    chat = Chat(Template(Tokenizer(template=template)), Dialect())
    sequences = [row if isinstance(row, list) else [row] for row in rows]
    found = list(warnings(recipe, chat, given, sequences, {END}))
    assert all(warned.text.zh and warned.text.zh != warned.text.en for warned in found)
    return found


def test_good_rows_bring_no_warning() -> None:
    assert told(GOOD, GOOD) == []


def test_rows_that_teach_nothing() -> None:
    hidden = encoded(64, whole=90)
    first = told(GOOD, hidden)[0]
    assert first.text.en.startswith("In 1 of the first 2 rows every token is hidden")
    assert not first.blocks
    assert told(hidden, hidden)[0].blocks


def test_rows_that_are_cut() -> None:
    cut = encoded(3, *range(5, 64), whole=90)
    (some,) = told(GOOD, cut)
    assert "1 of the first 2 rows are longer than 64 tokens" in some.text.en
    assert "The longest has 90" in some.text.en and not some.blocks
    (all_of_them,) = told(cut, cut)
    assert all_of_them.blocks


@pytest.mark.parametrize(
    "row",
    [
        encoded(3, 7, 8, 9),
        encoded(3, END, 5, 6, 7, 8, 9),  # an end long before the end
        Encoded([3, END], [3, -100], 2),  # hidden, as where padding is the end token
    ],
)
def test_an_end_that_is_not_learned_always_blocks(row: Encoded) -> None:
    (warned,) = told(GOOD, row)
    assert "In 1 of the first 2 rows no end token (<2>) is" in warned.text.en
    assert warned.blocks


def test_a_row_that_is_cut_needs_no_end() -> None:
    assert len(told(encoded(3, *range(5, 64), whole=90), GOOD)) == 1


def test_all_that_is_wrong_is_told_the_worst_first() -> None:
    hidden, endless = encoded(64, whole=90), encoded(3, 7)
    marks = [kept(1, "a <|im_end|>", "b")]
    texts = [warned.text.en for warned in told(hidden, endless, texts=marks)]
    assert len(texts) == 4
    for text, words in zip(
        texts, ["hidden", "longer", "no end", "own mark"], strict=True
    ):
        assert words in text


@pytest.mark.parametrize(
    ("template", "content", "mark"),
    [
        (TEMPLATE, "Say <|im_end|> aloud", "<|im_end|>"),
        ("[INST] {content} [/INST]", "x [/INST] y", "[/INST]"),
        ("<<SYS>>{content}<</SYS>>", "<</SYS>>", "<</SYS>>"),
        ("### Response:\n{content}</s>", "a\n### Response:\nb", "### Response:"),
        ("<start_of_turn>{content}", "<start_of_turn>", "<start_of_turn>"),
        ("<|{role}|>\n{content}", "<|user|>", "<|user|>"),
    ],
)
def test_a_mark_of_the_template_inside_a_text(
    template: str, content: str, mark: str
) -> None:
    texts = [kept(1, "Hi", "Hello"), kept(4, content, "ok"), kept(5, "ok", content)]
    (warned,) = told(GOOD, GOOD, GOOD, texts=texts, template=template)
    assert warned.blocks
    assert f"2 of the first 3 rows hold the chat template's own mark {mark} inside" in (
        warned.text.en
    )
    assert "(first: a.jsonl, line 4)" in warned.text.en


@pytest.mark.parametrize(
    "content", ["<b>bold</b> [1]", "if a < b > c: |x|", "## Title", "<|other|>", None]
)
def test_what_only_looks_like_a_mark_is_none(content: str | None) -> None:
    assert told(GOOD, texts=[kept(1, content, "ok")]) == []


def test_a_template_that_refuses_the_probe_has_no_marks() -> None:
    assert marks_of(Tokenizer(template="{nothing}")) == set()


def test_plain_text_is_never_warned_of() -> None:
    texts = [kept(1, "a <|im_end|>", "b")]
    assert told(encoded(9), texts=texts, format="text") == []


def test_a_base_model_is_only_noted() -> None:
    assert not no_template().blocks


@pytest.mark.parametrize(
    ("format", "answer", "blocks"),
    [
        ("classification", "1", [False]),
        ("classification", "good", []),
        ("ner", "EU/3 rejects/0", [True]),
        ("ner", "[]", []),
        ("pos", "I/7", [True]),
        ("pos", "I/PRON like/VERB", []),
        ("question_answer", "1", []),
    ],
)
def test_labels_that_are_numbers(format: str, answer: str, blocks: list) -> None:
    found = told(GOOD, texts=[kept(1, "x", answer)], format=format)
    assert [warned.blocks for warned in found] == blocks
    named = told(GOOD, texts=[kept(1, "x", answer)], format=format, label_names=("O",))
    assert named == []


def test_no_labels_are_no_numbers() -> None:
    assert told(format="ner") == []


@pytest.mark.parametrize(
    ("labels", "shifted"),
    [
        ([1, 2, 3], True),
        (["1", "2", "3"], True),
        ([1.0, 3.0], True),
        ([3, 1], True),
        ([0, 1, 2], False),
        ([0, 1, 3], False),
        ([1, 2], False),
        ([2, 4], False),
        (["a", "b"], False),
        ([None], False),
        (["9" * 5000, 1], False),
    ],
)
def test_labels_that_count_from_one(labels: list[Any], shifted: bool) -> None:
    data = Data(
        format="classification", columns={"label": "y"}, label_names=("a", "b", "c")
    )
    recipe = Recipe(data=data)
    raw = [{"text": "x", "y": label} for label in labels]
    records = [Record("a.csv", n, LINE, row) for n, row in enumerate(raw, start=2)]
    rows = [mapped_row(record, row_steps(recipe)) for record in records]
    found = list(shifted_labels(recipe, rows))
    assert [warned.blocks for warned in found] == [True] * shifted
    assert all("the first, a, is for 0" in warned.text.en for warned in found)
    assert all("第一个（a）对应 0" in warned.text.zh for warned in found)


def test_of_a_list_only_one_item_is_learned() -> None:
    def asked(number: int, *answers: str) -> Kept:
        row = {"question": "Hi", "answers": {"text": list(answers)}}
        return replace(kept(number, "Hi", answers[0]), row=row)

    columns = {"question": "question", "answer": "answers.text.0"}
    rows = [asked(1, "a", "a"), asked(2, "a", "b"), asked(3, "a")]
    given = {"format": "question_answer", "columns": columns}
    (warned,) = told(GOOD, texts=rows, **given)
    assert warned.text.en == (
        "In 1 of the first 3 rows, answers.text holds more than the one that "
        "answers.text.0 takes (first: a.jsonl, line 2); the others are not learned."
    )
    assert not warned.blocks
    assert told(GOOD, texts=[rows[0], rows[2]], **given) == []


def test_questions_with_their_answers_are_one_conversation() -> None:
    def listed(number: int, *words: str) -> Kept:
        turns = [{"question": word, "answer": f"{word}!"} for word in words]
        return replace(kept(number, words[0], f"{words[0]}!"), row={"qa": turns})

    rows = [listed(1, "one"), listed(2, "one", "two"), listed(3, "one", "two")]
    given = {"format": "messages", "columns": {"messages": "qa"}}
    (warned,) = told(GOOD, texts=rows, **given)
    assert warned.text.en.startswith(
        "In 2 of the first 3 rows, qa lists questions with their answers (first: "
        "a.jsonl, line 2); they are read as one conversation"
    )
    assert "首处：a.jsonl 第 2 行" in warned.text.zh and not warned.blocks
    assert told(GOOD, texts=rows[:1], **given) == []


def test_a_mark_of_the_template_inside_a_thought() -> None:
    row = kept(2, "Hi", "Hello")
    row.mapped["messages"][-1]["reasoning_content"] = "I end with <|im_end|>"
    (warned,) = told(GOOD, GOOD, texts=[kept(1, "Hi", "Hello"), row])
    assert "1 of the first 2 rows hold the chat template's own mark" in warned.text.en
    assert "a.jsonl 第 2 行" in warned.text.zh and warned.blocks


def test_sequences_are_counted_where_a_row_gives_several() -> None:
    cut = encoded(3, *range(5, 64), whole=90)
    hidden, endless = encoded(64, whole=90), encoded(3, 7)
    nothing, longer, no_end = told([GOOD, hidden], [cut, GOOD, endless])
    assert nothing.text.en.startswith("In 1 of the first 5 sequences every token")
    assert nothing.text.zh.startswith("前 5 个序列中有 1 个的全部 token")
    assert longer.text.en.startswith("2 of the first 5 sequences are longer")
    assert no_end.text.en.startswith("In 1 of the first 5 sequences no end token")
    assert [w.blocks for w in (nothing, longer, no_end)] == [False, False, True]
    # One row whose every answer is cut, beside one that is whole, is no reason to stop.
    assert not told([cut, cut], GOOD)[0].blocks
    assert told([cut, cut], [cut])[0].blocks
