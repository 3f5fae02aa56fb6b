"""Chat templates: the family's marks, nothing said is changed, text only grows."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from webui.models.pretrained import read_tokenizer
from webui.notebook.chat_templates import BASE, FOLDER, TEMPLATES

# Turns end where the family's tokens say, so the marks are visible in these texts.
EXPECTED = {
    "alpaca": (
        "<s>Be kind.\n\n### Instruction:\nHi\n\n### Response:\nHello</s>\n\n"
        "### Instruction:\nBye\n\n### Response:\nCiao</s>"
    ),
    "chatml": (
        "<|im_start|>system\nBe kind.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"
        "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\nCiao<|im_end|>\n"
    ),
    "gemma": (
        "<s><start_of_turn>user\nBe kind.\n\nHi<end_of_turn>\n"
        "<start_of_turn>model\nHello<end_of_turn>\n"
        "<start_of_turn>user\nBye<end_of_turn>\n"
        "<start_of_turn>model\nCiao<end_of_turn>\n"
    ),
    "llama2": (
        "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Hello </s>"
        "<s>[INST] Bye [/INST] Ciao </s>"
    ),
    "llama3": (
        "<s><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nCiao<|eot_id|>"
    ),
    "mistral": ("<s>[INST] Be kind.\n\nHi[/INST] Hello</s>[INST] Bye[/INST] Ciao</s>"),
    "phi": (
        "<|system|>Be kind.<|end|><|user|>Hi<|end|><|assistant|>Hello<|end|>"
        "<|user|>Bye<|end|><|assistant|>Ciao<|end|>"
    ),
    "qwen": (
        "<|im_start|>system\nBe kind.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"
        "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\nCiao<|im_end|>\n"
    ),
    "zephyr": (
        "<s><|system|>\nBe kind.</s>\n"
        "<|user|>\nHi</s>\n<|assistant|>\nHello</s>\n"
        "<|user|>\nBye</s>\n<|assistant|>\nCiao</s>\n"
    ),
}
CALL = {"type": "function", "function": {"name": "sky", "arguments": {"city": "Ulm"}}}
ASKED = [
    {"role": "user", "content": "Rain?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "name": "sky", "content": "晴"},
]
TOOL = {"type": "function", "function": {"name": "sky", "description": "天 <b>"}}


def said(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


TALK = [
    said("system", "Be kind."),
    said("user", "Hi"),
    said("assistant", "Hello"),
    said("user", "Bye"),
    said("assistant", "Ciao"),
]


class Marks(Extension):
    """The tags around an answer, which Transformers reads and others leave out."""

    tags = {"generation"}

    def parse(self, parser: Any) -> Any:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def environment(trim: bool) -> ImmutableSandboxedEnvironment:
    """The sandbox as Transformers sets it up; other programs may not trim blocks."""
    sandbox = ImmutableSandboxedEnvironment(
        trim_blocks=trim, lstrip_blocks=trim, extensions=[loopcontrols, Marks]
    )
    sandbox.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return sandbox


SANDBOX = environment(trim=True)
COMPILED = {name: SANDBOX.from_string(text) for name, text in TEMPLATES.items()}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
each = pytest.mark.parametrize("name", sorted(TEMPLATES))


def render(name: str, messages: list[dict[str, Any]], **more: Any) -> str:
    return COMPILED[name].render(messages=messages, **(TOKENS | more))


def test_every_file_is_a_template_and_each_family_is_there() -> None:
    assert sorted(TEMPLATES) == sorted(EXPECTED)
    assert len(list(FOLDER.glob("[!_]*.jinja"))) == len(TEMPLATES)


@pytest.mark.parametrize("trim", [True, False])
@pytest.mark.parametrize("ask", [True, False])
def test_a_base_model_gets_the_plain_part_of_zephyr_s(trim: bool, ask: bool) -> None:
    base = environment(trim=trim).from_string(BASE)
    text = base.render(messages=TALK, add_generation_prompt=ask, **TOKENS)
    assert text == render("zephyr", TALK, add_generation_prompt=ask)


@each
def test_system_message_and_two_turns(name: str) -> None:
    assert render(name, TALK) == EXPECTED[name]


@each
def test_same_text_where_blocks_are_not_trimmed(name: str) -> None:
    other = environment(trim=False).from_string(TEMPLATES[name])
    for messages in (TALK, ASKED):
        text = other.render(messages=messages, tools=[TOOL], **TOKENS)
        assert text == render(name, messages, tools=[TOOL])


@each
def test_generation_prompt_ends_where_the_answer_begins(name: str) -> None:
    question = render(name, TALK[:4], add_generation_prompt=True)
    answer = EXPECTED[name].removeprefix(question)
    assert answer.startswith(("Ciao", " Ciao"))
    # Nothing but the mark of the end, and a newline in some families, comes after.
    assert len(answer.strip().removeprefix("Ciao").strip().split()) == 1


def test_missing_tokens_are_left_out() -> None:
    text = COMPILED["zephyr"].render(messages=TALK[1:3])
    assert text == "<|user|>\nHi\n<|assistant|>\nHello\n"


def test_only_qwen_has_a_system_message_of_its_own() -> None:
    assert render("qwen", TALK[1:2]).startswith(
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
    )
    assert render("chatml", TALK[1:2]) == "<|im_start|>user\nHi<|im_end|>\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "chatml",
            '<tool_call>\n{"name": "sky", "arguments": {"city": "Ulm"}}\n</tool_call>'
            "<|im_end|>\n<|im_start|>tool\n<tool_response>\n晴\n</tool_response>",
        ),
        (
            "qwen",
            '<tool_call>\n{"name": "sky", "arguments": {"city": "Ulm"}}\n</tool_call>'
            "<|im_end|>\n<|im_start|>user\n<tool_response>\n晴\n</tool_response>",
        ),
        (
            "llama3",
            '{"name": "sky", "parameters": {"city": "Ulm"}}<|eot_id|>'
            "<|start_header_id|>ipython<|end_header_id|>\n\n晴<|eot_id|>",
        ),
        (
            "gemma",
            '<start_of_turn>model\n{"name": "sky", "arguments": {"city": "Ulm"}}'
            "<end_of_turn>\n<start_of_turn>user\n晴<end_of_turn>",
        ),
    ],
)
def test_calls_and_their_results(name: str, expected: str) -> None:
    assert expected in render(name, ASKED)


@each
def test_definitions_of_functions_are_shown_once(name: str) -> None:
    for messages in (ASKED, TALK):
        text = render(name, messages, tools=[TOOL])
        assert text.count('"description": "天 <b>"') == 1
    assert "Be kind." in text


@each
def test_arguments_may_be_json_text_and_calls_may_have_no_wrapper(name: str) -> None:
    bare = {"name": "sky", "arguments": '{"city": "Ulm"}'}
    one = [ASKED[0], {"role": "assistant", "tool_calls": [bare]}, ASKED[2]]
    assert render(name, one) == render(name, ASKED)
    two = said("assistant", "Wait.") | {"tool_calls": [CALL, CALL]}
    assert render(name, [ASKED[0], two]).count('"city": "Ulm"') == 2
    assert "Wait.\n" in render(name, [ASKED[0], two])


messages = st.builds(
    said, st.sampled_from(["system", "user", "assistant", "tool"]), st.text()
)
called = st.builds(
    lambda message: message | {"role": "assistant", "tool_calls": [CALL]}, messages
)
conversations = st.lists(messages | called, min_size=1, max_size=6)


@each
@given(conversation=conversations, tools=st.sampled_from([None, [TOOL]]))
def test_text_only_grows_and_holds_what_was_said(
    name: str, conversation: list[dict[str, Any]], tools: list[Any] | None
) -> None:
    text = render(name, conversation, tools=tools)
    for turn, message in enumerate(conversation):
        answered = render(name, conversation[: turn + 1], tools=tools)
        assert text.startswith(answered)
        assert message["content"] in text
        if message["role"] == "assistant":
            question = render(
                name, conversation[:turn], tools=tools, add_generation_prompt=True
            )
            assert answered.startswith(question)
            assert (
                answered[len(question) :]
                .lstrip(" ")
                .startswith(message["content"].lstrip(" "))
            )


def test_a_template_cannot_reach_python() -> None:
    for attack in (
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.append(1) }}",
        "{{ cycler.__init__.__globals__.os }}",
    ):
        text = TEMPLATES["chatml"] + attack
        with pytest.raises(SecurityError):
            SANDBOX.from_string(text).render(messages=TALK)


@pytest.mark.train
@each
def test_transformers_writes_the_same(name: str) -> None:
    tokenizer = read_tokenizer("starter")
    for messages, tools in ((TALK, None), (ASKED, [TOOL])):
        text = tokenizer.apply_chat_template(
            messages, tools=tools, chat_template=TEMPLATES[name], tokenize=False
        )
        tokens = {
            "bos_token": tokenizer.bos_token,
            "eos_token": tokenizer.eos_token,
        }
        assert text == render(name, messages, tools=tools, **tokens)


@pytest.mark.train
def test_transformers_renders_in_a_sandbox() -> None:
    tokenizer = read_tokenizer("starter")
    with pytest.raises(SecurityError):
        tokenizer.apply_chat_template(
            TALK, chat_template="{{ ''.__class__.__mro__ }}", tokenize=False
        )
