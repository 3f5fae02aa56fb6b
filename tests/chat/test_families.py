"""Every family's template with every shape of conversation, token by token."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from chat.conversations import CASES, THOUGHT, assistant, user
from chat.families import known_templates, template_of
from chat.own_templates import OWN
from webui.chat.answers import is_learned
from webui.chat.conversation import Chat, Rendered, chat_of, render
from webui.chat.sequences import Sequence
from webui.chat.spoken import spoken
from webui.recipe import Recipe
from webui.rows.each import Kept
from webui.rows.encoding import encode
from webui.rows.prepare.trl_rows import train_rows
from webui.rows.reading.sources import Record
from webui.text import Text

TEMPLATES = known_templates() | {n: text.strip() for n, text in OWN.items()}
EMPTY_THOUGHT = re.compile(r"<(\w*think)>\s*</\1>|\[THINK\]\s*\[/THINK\]")
LONG = Recipe(model={"max_seq_length": 8192})
# Why a template may refuse a conversation; all of these are its own words but one.
REFUSES = (
    "must alternate",
    "System role not supported",
    "single tool-calls at once",
    "Only user and assistant roles",
    "No user query found",
    "it writes None where they hold null",
)


@lru_cache
def chat(name: str, several: bool = False) -> Chat:
    return chat_of(template_of(TEMPLATES[name]), several=several)


@lru_cache
def kept(name: str, several: bool = False) -> dict[str, Rendered]:
    """The cases that a template takes."""
    found = {}
    for case, (messages, tools) in CASES.items():
        try:
            row = {"messages": messages, "tools": tools}
            found[case] = render(row, chat(name, several))
        except ValueError as error:
            assert any(reason in str(error) for reason in REFUSES), f"{case}: {error}"
    return found


def parts(sequence: Sequence) -> Iterator[tuple[int, str, str]]:
    """Each answer's turn, what stands before it, and what is learned of it."""
    for turn, (start, end) in zip(sequence.turns, sequence.learned, strict=True):
        yield turn, sequence.text[:start], sequence.text[start:end]


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_read_is_what_the_template_asks_with(name: str) -> None:
    tokenizer, dialect = chat(name).template.tokenizer, chat(name).dialect
    for case, rendered in kept(name).items():
        messages, tools = CASES[case]
        turns = spoken(messages, dialect, thoughts=True)
        for sequence in rendered.sequences:
            [encoded] = encode(LONG, tokenizer, [sequence])
            for turn, read, _ in parts(sequence):
                if not any(m["role"] == "user" for m in turns[:turn]):
                    continue  # some families take no conversation without a question
                asked = tokenizer.apply_chat_template(
                    turns[:turn],
                    tools=tools,
                    add_generation_prompt=True,
                    tokenize=True,
                    return_dict=False,
                    **(sequence.options or {}),
                )
                # Where TRL marks answers, a line break before one may be in the mark.
                ids = tokenizer(read, add_special_tokens=False)["input_ids"]
                assert tokenizer.decode(asked).rstrip() == (
                    tokenizer.decode(ids).rstrip()
                ), case
                # The last token may hold the answer's first letters as well.
                assert encoded.ids[: len(asked) - 1] == asked[:-1], case


@pytest.mark.parametrize("name", TEMPLATES)
def test_all_that_an_answer_says_is_learned_with_its_end(name: str) -> None:
    template = chat(name).template
    for case, rendered in kept(name).items():
        messages = CASES[case][0]
        for sequence in rendered.sequences:
            for turn, _, learned in parts(sequence):
                message = messages[turn]
                said = message["content"].strip()
                thought = message.get(THOUGHT, "")
                assert said in learned or "answer" in rendered.lost, case
                assert thought in learned or "thought" in rendered.lost, case
                for call in message.get("tool_calls", ()):
                    harbour = call["function"]["arguments"]["harbour"] or "null"
                    found = harbour in learned or "harbour=None" in learned
                    assert found or "call" in rendered.lost, case
                assert template.is_ended(learned), (case, learned)
                assert not EMPTY_THOUGHT.search(learned), (case, learned)
                for other in messages[:turn]:
                    if len(other["content"]) > 9 and other["content"] != said:
                        assert other["content"] not in learned, case


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_answer_is_learned_once_and_no_other_text(name: str) -> None:
    for case, rendered in kept(name).items():
        wanted = [n for n, m in enumerate(CASES[case][0]) if is_learned(m)]
        assert [n for s in rendered.sequences for n in s.turns] == wanted, case
        for sequence in rendered.sequences:
            if case != "a call with null, truth and a list":
                assert "None" not in sequence.text, case
            for turn, read, _ in parts(sequence):
                questions = [m for m in CASES[case][0][:turn] if m["role"] == "user"]
                assert all(m["content"].strip() in read for m in questions), case


@lru_cache
def trainer() -> Any:
    """TRL's trainer with a model of one small layer; it learns nothing here."""
    import unsloth  # noqa: F401  # patches TRL, so it comes first
    from datasets import Dataset
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    size = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    tokenizer = chat("our chatml").template.tokenizer
    shape = LlamaConfig(vocab_size=len(tokenizer), num_hidden_layers=1, **size)
    arguments = SFTConfig(
        output_dir="unused", report_to="none", use_cpu=True, bf16=False, max_length=None
    )
    rows = [{"prompt": [user("?")], "completion": [assistant("!")]}]
    return SFTTrainer(
        model=LlamaForCausalLM(shape),
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(rows),
        args=arguments,
    )


def by_trl(rows: list[dict], name: str, *, marked: bool) -> list[dict[str, Any]]:
    """Token ids and labels as TRL makes them of rows in its own words."""
    from datasets import IterableDataset

    made, tokenizer = trainer(), chat(name).template.tokenizer
    made._tokenizer = tokenizer
    marks = chat(name, several=True).marked
    made.chat_template = marks if marked else tokenizer.chat_template
    made.args.assistant_only_loss, made.completion_only_loss = marked, not marked
    data = IterableDataset.from_generator(lambda: iter(rows))
    return list(made._prepare_dataset(data, tokenizer, made.args, False, None, "train"))


def written_for_trl(name: str, marked: bool) -> Iterator[tuple[dict, Sequence]]:
    """The rows that TRL gets, each with the sequence that it is to make of it."""
    for case, rendered in kept(name, marked).items():
        messages, tools = CASES[case]
        mapped = {"messages": messages, "tools": tools}
        row = Kept(
            Record("rows.jsonl", 1, Text("line", "行"), {}),
            {},
            mapped,
            rendered.sequences,
        )
        if any(s.made for s in rendered.sequences):
            continue
        if marked and all(s.marked for s in rendered.sequences):
            rows = train_rows(row, chat(name), "messages")
        elif not marked and all(len(s.learned) == 1 for s in rendered.sequences):
            rows = train_rows(row, chat(name), "completion")
        else:
            continue
        for made, sequence in zip(rows, rendered.sequences, strict=True):
            if not is_parted(name, sequence):
                yield made, sequence


def is_parted(name: str, sequence: Sequence) -> bool:
    """Whether this tokenizer parts line breaks otherwise in front of a word: TRL then
    learns from where the tokens differ, and the cell makes them itself."""
    tokenizer = chat(name).template.tokenizer
    read = sequence.text[: sequence.learned[0][0]]
    ids = tokenizer([read, sequence.text], add_special_tokens=False)["input_ids"]
    return bool(ids[1][: len(ids[0])] != ids[0])


@pytest.mark.parametrize("marked", [False, True], ids=["completion", "messages"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_trl_makes_the_same_tokens_and_labels(name: str, marked: bool) -> None:
    pairs = list(written_for_trl(name, marked))
    if not pairs:
        pytest.skip("TRL cannot make these, and does not")
    made = by_trl([row for row, _ in pairs], name, marked=marked)
    ours = encode(LONG, chat(name).template.tokenizer, [s for _, s in pairs])
    for trl, encoded in zip(made, ours, strict=True):
        assert trl["input_ids"] == encoded.ids
        assert trl["labels"] == encoded.labels
