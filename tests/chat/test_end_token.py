"""The end token that a template asks for, over templates and kinds of tokenizers."""

from typing import Any

import pytest
from tiny_bases import TOKENIZERS

from chat.families import starter
from webui.chat.end_token import ending_of, with_ending
from webui.notebook.chat_templates import BASE, TEMPLATES
from webui.notebook.ending import MARKS, Ending, expected_ending
from webui.recipe import Recipe
from webui.recipe.sections import Data

ALL = {**TEMPLATES, "base": BASE}
TURNS = [
    {"role": "user", "content": "Q?"},
    {"role": "assistant", "content": "An answer"},
]
CHATML = TEMPLATES["chatml"]


def changed(name: str, template: str, stops: list[int]) -> tuple[Any, Ending]:
    """A tokenizer as it will be used, and what had to be changed of it."""
    tokenizer = TOKENIZERS[name]()
    tokenizer.chat_template = template
    ending = ending_of(tokenizer, stops)
    return with_ending(tokenizer, ending), ending


@pytest.mark.parametrize("template", ALL)
@pytest.mark.parametrize("name", TOKENIZERS)
def test_an_answer_ends_with_the_end_token(name: str, template: str) -> None:
    tokenizer, ending = changed(name, ALL[template], [1])
    text = tokenizer.apply_chat_template(TURNS, tokenize=False)
    ids = tokenizer(text.rstrip(), add_special_tokens=False)["input_ids"]
    assert ids[-1] == tokenizer.eos_token_id
    assert (tokenizer.eos_token_id == 1) != ending.widened
    assert not ending.widened or ending.others == (1,)  # the others are kept


@pytest.mark.parametrize("template", ALL)
def test_a_model_that_stops_right_is_left_alone(template: str) -> None:
    tokenizer, ending = changed("starter", ALL[template], [2])
    lacking = MARKS.get(template, "<|im_end|>")
    assert ending == Ending(lacking=lacking if lacking != "<|im_end|>" else "")
    assert tokenizer.eos_token == "<|im_end|>"


def test_how_each_kind_of_base_is_mended() -> None:
    assert changed("base", CHATML, [0])[1] == Ending(
        "<|im_end|>", widened=True, others=(0,)
    )
    assert changed("bare", CHATML, [1])[1] == Ending(lacking="<|im_end|>")
    word = changed("plain word", CHATML, [1])[1]
    assert (word.token, word.special) == ("<|im_end|>", False)
    none = changed("no end", CHATML, [1])[1]
    assert none == Ending("</s>", lacking="<|im_end|>")


def test_a_template_s_further_end_tokens_are_looked_at() -> None:
    # As Phi-3 writes it: the mark, then the end token after the last message.
    both = CHATML + "{{ eos_token if not add_generation_prompt }}"
    assert changed("base", both, [0])[1] == Ending()
    # Of several marks the one at which the model stops already.
    several = CHATML.replace("<|im_end|>", "<|im_end|><|endoftext|>")
    tokenizer, ending = changed("starter", several, [0])
    assert tokenizer.eos_token == "<|im_end|>" and ending.others == (0,)


def test_plain_marks_do_not_become_the_end_token() -> None:
    for end in ("]", "###", "\n", " [/A]"):
        written = "{% for m in messages %}[{{ m.role }}: {{ m.content }}" + end
        tokenizer, ending = changed("bare", written + "{% endfor %}", [1])
        assert tokenizer.eos_token == "</s>"
        assert ending == Ending(lacking="[/A]" if "A" in end else "")


def test_texts_end_with_the_tokenizer_s_own() -> None:
    tokenizer = TOKENIZERS["base"]()
    tokenizer.chat_template = CHATML
    assert ending_of(tokenizer, [0], chats=False) == Ending()
    assert ending_of(tokenizer, [5], chats=False) == Ending(widened=True, others=(5,))


def test_the_tokenizer_that_is_kept_stays_as_it_was() -> None:
    kept = starter()
    with_ending(kept, Ending("<|endoftext|>"))
    assert kept.eos_token == "<|im_end|>"


def test_what_is_expected_is_what_is_found() -> None:
    for template in TEMPLATES:
        recipe = Recipe(data=Data(template=template))
        written = changed("starter", TEMPLATES[template], [2])[0].apply_chat_template(
            TURNS, tokenize=False
        )
        expected = expected_ending(recipe).token
        assert bool(expected) == (template in MARKS)
        if expected == "<|im_end|>":
            assert written.rstrip().endswith(expected)
        elif expected:
            assert expected in TEMPLATES[template] and expected not in written
