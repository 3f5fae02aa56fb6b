"""Templates and answers that are odd: nothing of them is misread in silence."""

import time
from functools import lru_cache
from typing import Any

import pytest

from chat.conversations import TIDE, assistant, call, thinking, user
from chat.families import known_templates, template_of
from webui.chat.conversation import Chat, Rendered, chat_of, render
from webui.chat.opened import OPENS
from webui.chat.template import Template
from webui.rows.reading.reasons import in_both

CHATML = (
    "{%- for m in messages -%}{{- '<|im_start|>' ~ m.role ~ '\n' ~ m.content ~ "
    "'<|im_end|>\n' -}}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}"
)
TALK = [user("When?"), assistant("At noon.")]


@lru_cache
def chat(text: str) -> Chat:
    return chat_of(template_of(text))


def rendered(text: str, messages: list[dict], tools: Any = None) -> Rendered:
    return render({"messages": messages, "tools": tools}, chat(text))


def learned(found: Rendered) -> list[str]:
    return [s.text[a:b] for s in found.sequences for a, b in s.learned]


def test_named_variants_are_each_used_for_what_they_are() -> None:
    made = template_of(CHATML)
    with_tools = CHATML.replace("im_start|>", "im_start|>{{ tools | tojson }}", 1)
    made.tokenizer.chat_template = {"default": CHATML, "tool_use": with_tools}
    found = render({"messages": TALK}, chat_of(made, several=True))
    assert learned(found) == ["At noon.<|im_end|>\n"]


def test_what_a_template_refuses_is_told() -> None:
    with pytest.raises(ValueError, match=r"refuses it \(Never\)"):
        rendered("{{ raise_exception('Never') }}", TALK)
    with pytest.raises(ValueError, match="refuses it"):
        rendered("{{ tools | length }}" + CHATML.replace("m.role", "m.no.role"), TALK)


def test_a_template_that_does_not_parse_is_a_reason() -> None:
    with pytest.raises(ValueError, match="refuses it"):
        rendered("{% for m in %}", TALK)


def test_tokens_that_a_tokenizer_lacks_are_no_word_in_the_text() -> None:
    made = template_of("{{ bos_token }}" + CHATML)
    made.tokenizer.bos_token = None
    found = render({"messages": TALK}, chat_of(made))
    assert found.sequences[0].text.startswith("<|im_start|>user")
    assert "None" not in found.sequences[0].text


def test_the_date_of_today_is_read() -> None:
    found = rendered("{{ strftime_now('%Y') }}" + CHATML, TALK)
    assert found.sequences[0].text.startswith(time.strftime("%Y"))


def test_a_role_that_a_template_drops_is_told() -> None:
    deaf = CHATML.replace("-%}{{-", "-%}{%- if m.role != 'system' -%}{{-", 1)
    deaf = deaf.replace("{%- endfor", "{%- endif -%}{%- endfor")
    talk = [{"role": "system", "content": "You know every harbour."}, *TALK]
    assert rendered(deaf, talk).lost == {"system"}


def test_turns_in_reverse_are_refused() -> None:
    reverse = CHATML.replace("in messages", "in messages | reverse")
    with pytest.raises(ValueError, match="in another way than it writes one"):
        rendered(reverse, TALK)


def test_a_question_that_is_written_twice_is_read_twice() -> None:
    twice = CHATML.replace("m.content", "m.content ~ m.content", 1)
    twice = twice.replace(
        "m.content ~ m.content", "m.content ~ (m.content if m.role == 'user' else '')"
    )
    found = rendered(twice, TALK)
    assert "When?When?" in found.sequences[0].text
    assert learned(found) == ["At noon.<|im_end|>\n"]


@pytest.mark.parametrize("name", ["qwen3", "deepseek_r1_distill", "our chatml"])
def test_a_thought_that_holds_a_tag_or_the_answer_is_learned_whole(name: str) -> None:
    text = known_templates()[name]
    for thought in ("One closes it by </think> here.", "Is it At noon.?"):
        found = rendered(text, [user("When?"), thinking(thought, "At noon.")])
        [answer] = learned(found)
        assert thought in answer and answer.count("At noon.") >= 1
        assert not found.lost


@pytest.mark.parametrize("name", known_templates())
@pytest.mark.parametrize("said", ["When?", "u", "<", "<|im_end|> is an end", "\n"])
def test_an_answer_like_the_template_is_learned_with_its_end(
    name: str, said: str
) -> None:
    try:
        found = rendered(known_templates()[name], [user("When?"), assistant(said)])
    except ValueError as error:
        assert "channel" in str(error)
        return
    [answer] = learned(found)
    assert said.strip() in answer
    assert chat(known_templates()[name]).template.is_ended(answer)
    assert "When?" in found.sequences[0].text[: found.sequences[0].learned[0][0]]


def test_a_tag_in_the_answer_itself_is_kept_where_a_thought_is_opened() -> None:
    opens = CHATML.replace("assistant\n'", "assistant\n<think>\n'")
    said = "Write </think> to close it."
    [answer] = learned(rendered(opens, [user("How?"), assistant(said)]))
    assert answer == f"\n</think>\n\n{said}<|im_end|>\n"
    assert rendered(opens, TALK).sequences[0].made == OPENS


def test_a_null_in_a_call_is_never_learned_as_none() -> None:
    messages = [user("When?"), assistant("", tool_calls=[call(1, harbour=None)])]
    for name in ("qwen3_5_think", "nemotron_3_nano", "llama3_1"):
        [answer] = learned(rendered(known_templates()[name], messages, [TIDE]))
        assert "null" in answer and "None" not in answer
    with pytest.raises(ValueError, match="None where they hold null"):
        rendered(known_templates()["gemma4_v4"], messages, [TIDE])


def test_fields_without_a_value_are_left_out() -> None:
    empty = {"tool_calls": None, "name": None, "reasoning_content": None}
    messages = [{**user("When?"), "name": None}, {**assistant("At noon."), **empty}]
    found = rendered(known_templates()["gptoss"], messages)
    assert learned(found) == ["<|channel|>final<|message|>At noon.<|return|>"]


def test_an_end_that_only_the_last_answer_gets_parts_the_rows() -> None:
    talk = [*TALK, user("Why?"), assistant("The moon.")]
    found = rendered(known_templates()["gptoss"], talk)
    assert [answer[-10:] for answer in learned(found)] == ["<|return|>"] * 2


def test_an_unreadable_source_has_no_switches() -> None:
    made: Template = template_of("{% if %}")
    assert chat_of(made).dialect.silent == {}


@pytest.mark.parametrize("said", ["It ends with </think>.", "a </think> b </think> c"])
def test_an_answer_that_mentions_a_tag_is_refused_for_that(said: str) -> None:
    with pytest.raises(ValueError, match="the answer itself mentions </think>") as why:
        rendered(known_templates()["qwen3"], [user("How?"), assistant(said)])
    told = in_both(str(why.value))
    assert "回答本身提到了 </think>" in told.zh and "无法使用" not in told.zh
