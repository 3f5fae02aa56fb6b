"""What a chat template does to rows is told: what it loses, and what that costs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui.recipe import Recipe
from webui.rows.preview import check_rows
from webui.rows.warned import Warned

pytestmark = pytest.mark.train

Build = Callable[..., Recipe]
TOOL = {"type": "function", "function": {"name": "tide_at", "parameters": {}}}
CALL = {"type": "function", "function": {"name": "tide_at", "arguments": {"day": 3}}}
ASKS = {"role": "user", "content": "When is high water?"}
TELLS = {"role": "assistant", "content": "It is at noon."}
THINKS = TELLS | {"reasoning_content": "The moon is new."}
CALLS = {"role": "assistant", "content": "", "tool_calls": [CALL]}
PLAIN = {"messages": [ASKS, TELLS]}

# A template that writes all there is, and ways to spoil it.
WHOLE = """
{%- if tools %}<|im_start|>tools
{{ tools | tojson }}<|im_end|>
{% endif %}
{%- for m in messages %}<|im_start|>{{ m.role }}
{% if m.reasoning_content %}<think>
{{ m.reasoning_content }}
</think>

{% endif %}{{ m.content }}
{%- if m.tool_calls %}{{ m.tool_calls | tojson }}{% endif %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def spoilt(old: str, new: str) -> str:
    """The template with something else in the place of a part of it."""
    assert old in WHOLE
    return WHOLE.replace(old, new)


def without(role: str) -> str:
    """The template without the messages of a role."""
    return spoilt("for m in messages", f"for m in messages if m.role != '{role}'")


def told(build: Build, rows: list[dict], template: str, **data: Any) -> list[Warned]:
    """The warnings about conversations through a template."""
    chosen = {"template": "custom", "custom_template": template}
    recipe = build(rows, format="messages", **chosen, **data)
    found = list(check_rows(recipe, "train").warnings)
    assert all(warned.text.zh != warned.text.en for warned in found)
    return found


LOST = {
    "answer": (
        spoilt(
            "{{ m.content }}",
            "{{ m.content[:7] if m.role == 'assistant' else m.content }}",
        ),
        PLAIN,
        ("the text of an answer", "回答的文本"),
        ("choose another template", "请选择其他对话模板"),
    ),
    "thought": (
        # It reads thoughts, but no long ones.
        spoilt("if m.reasoning_content", "if m.reasoning_content == 'Tprobe'"),
        {"messages": [ASKS, THINKS]},
        ("the thought behind an answer", "回答的思考过程"),
        (
            "choose another template, or set data.thoughts to leave_out",
            "请选择其他对话模板，或将 data.thoughts 设为 leave_out",
        ),
    ),
    "call": (
        spoilt("if m.tool_calls", "if false"),
        {"messages": [ASKS, CALLS], "tools": [TOOL]},
        ("a call of a tool", "工具调用"),
        (
            "choose one that knows tools, such as qwen",
            "请选择支持工具的模板，如 qwen",
        ),
    ),
    "question": (
        spoilt("for m in messages", "for m in messages if 'tomorrow' not in m.content"),
        {"messages": [{"role": "user", "content": "And tomorrow?"}, TELLS]},
        ("a question", "提问"),
        ("choose another template", "请选择其他对话模板"),
    ),
    "system": (
        without("system"),
        {"messages": [{"role": "system", "content": "Be short."}, ASKS, TELLS]},
        ("the system prompt", "系统提示词"),
        ("choose another template", "请选择其他对话模板"),
    ),
    "result": (
        without("tool"),
        {
            "messages": [ASKS, CALLS, {"role": "tool", "content": "12:04"}, TELLS],
            "tools": [TOOL],
        },
        ("what a tool has answered", "工具返回的结果"),
        (
            "choose one that knows tools, such as qwen",
            "请选择支持工具的模板，如 qwen",
        ),
    ),
    "tools": (
        spoilt("if tools", "if false"),
        PLAIN | {"tools": [TOOL]},
        ("the tools that may be called", "可调用的工具"),
        (
            "choose one that knows tools, such as qwen",
            "请选择支持工具的模板，如 qwen",
        ),
    ),
}


@pytest.mark.parametrize("kind", LOST)
def test_what_a_template_loses_is_counted_and_stops_a_training(
    starter_recipe: Build, kind: str
) -> None:
    template, row, what, way_out = LOST[kind]
    rows = [PLAIN, row, PLAIN, row, row, row]
    lines = [2, 4, 5]
    if kind == "answer":  # of the others as well
        lines = [1, 2, 3]
    count = 6 if kind == "answer" else 4
    first = ", ".join(f"rows.jsonl, line {line}" for line in lines)
    zh_first = "、".join(f"rows.jsonl 第 {line} 行" for line in lines)
    (warned,) = told(starter_recipe, rows, template)
    assert warned.blocks
    assert warned.text.en == (
        f"The chat template loses {what[0]} in {count} of the first 6 rows "
        f"(first: {first}); {way_out[0]}."
    )
    assert warned.text.zh == (
        f"前 6 条中有 {count} 条经对话模板处理后丢失了{what[1]}"
        f"（最先出现在：{zh_first}）；{way_out[1]}。"
    )


@pytest.mark.parametrize("kind", LOST)
def test_a_template_that_writes_all_loses_nothing(
    starter_recipe: Build, kind: str
) -> None:
    assert told(starter_recipe, [PLAIN, LOST[kind][1]], WHOLE) == []


END = "<|im_end|>"


def of_family(name: str) -> str:
    """TRL's copy of a family's template."""
    import trl

    folder = Path(trl.__file__).parent / "chat_templates"
    return (folder / f"{name}.jinja").read_text("utf-8")


def test_calls_without_named_tools(starter_recipe: Build) -> None:
    called = {"messages": [ASKS, CALLS]}
    rows = [PLAIN, called, called | {"tools": [TOOL]}, called | {"tools": []}]
    (warned,) = told(starter_recipe, rows, WHOLE)
    assert warned.blocks
    assert warned.text.en == (
        "2 of the first 4 rows call tools but name none (first: rows.jsonl, line 2, "
        "rows.jsonl, line 4), so the model would learn to call what it is not "
        "offered; add a column tools."
    )
    assert warned.text.zh == (
        "前 4 条中有 2 条调用了工具，却没有列出工具（最先出现在：rows.jsonl 第 2 行、"
        "rows.jsonl 第 4 行），模型会学着调用并未提供的工具；请添加 tools 列。"
    )


def test_thoughts_that_are_opened_for_nothing(starter_recipe: Build) -> None:
    """R1 is asked with an opened thought; it is closed at once where there is none."""
    template = of_family("deepseek_r1_distill").replace("<｜end▁of▁sentence｜>", END)
    rows = [PLAIN, {"messages": [ASKS, THINKS]}, PLAIN]
    (warned,) = told(starter_recipe, rows, template)
    assert not warned.blocks
    assert warned.text.en == (
        "The chat template opens a thought before each answer, and 2 of the first 3 "
        "rows hold none: the model learns to close it at once and to answer without "
        "thinking."
    )
    assert warned.text.zh == (
        "对话模板在每个回答前都会开启思考，而前 3 条中有 2 条没有思考过程："
        "模型会学着立即结束思考，直接作答。"
    )
    assert told(starter_recipe, [rows[1]], template) == []
    (left_out,) = told(starter_recipe, [rows[1]], template, thoughts="leave_out")
    assert "1 of the first 1 rows hold none" in left_out.text.en


@pytest.mark.parametrize("answer", [TELLS, CALLS | {"content": "Let me look."}])
def test_an_opened_thought_is_told_of_whatever_follows_it(
    starter_recipe: Build, answer: dict
) -> None:
    asks = "<|im_start|>assistant\n{% endif %}"
    opens = spoilt(asks, asks.replace("{% endif %}", "<think>\n{% endif %}"))
    for end in ("<|im_end|>", ""):  # with an end of its own, and without
        template = opens.replace("<|im_end|>\n{% endfor", f"{end}\n{{% endfor")
        row = {"messages": [ASKS, answer], "tools": [TOOL]}
        (warned,) = told(starter_recipe, [row], template)
        assert "opens a thought before each answer, and 1 of" in warned.text.en


TALK = {"messages": [ASKS, THINKS, ASKS, THINKS]}


def test_answers_that_stand_apart_and_what_that_costs(starter_recipe: Build) -> None:
    """Qwen3 leaves the thoughts of earlier turns out."""
    recipe_rows = [TALK, {"messages": [ASKS, THINKS]}]
    (warned,) = told(starter_recipe, recipe_rows, of_family("qwen3"))
    found = check_rows(
        starter_recipe(
            recipe_rows,
            format="messages",
            template="custom",
            custom_template=of_family("qwen3"),
        ),
        "train",
    )
    first, second = found.encoded
    assert (len(first), len(second)) == (2, 1)
    together = first[1].whole + second[0].whole
    times = (first[0].whole + together) / together
    assert not warned.blocks
    assert warned.text.en == (
        "The chat template rewrites earlier turns, so each answer becomes a row of its "
        f"own, as it will be asked for: 3 from the first 2 rows, {times:.1f} times as "
        "many tokens."
    )
    assert warned.text.zh == (
        "对话模板会改写先前的轮次，因此每个回答单独成为一条数据，与推理时的提问一致："
        f"前 2 条变为 3 条，token 数为 {times:.1f} 倍。"
    )
    assert told(starter_recipe, recipe_rows[1:], of_family("qwen3")) == []


def test_thinking_that_is_switched_off(starter_recipe: Build) -> None:
    rows = [PLAIN, {"messages": [ASKS, THINKS]}, PLAIN]
    (warned,) = told(starter_recipe, rows, of_family("qwen3"))
    assert not warned.blocks
    assert warned.text.en == (
        "Answers of 2 of the first 3 rows have no thought, so they are trained as this "
        "template asks for them with enable_thinking=False; ask the tuned model in the "
        "same way."
    )
    assert warned.text.zh == (
        "前 3 条中有 2 条的回答没有思考过程，因此按模板在 enable_thinking=False "
        "时的提问方式训练；使用微调后的模型时也请这样提问。"
    )
    (all_of_them,) = told(
        starter_recipe, rows, of_family("qwen3"), thoughts="leave_out"
    )
    assert "Answers of 3 of the first 3 rows" in all_of_them.text.en


def test_all_that_a_template_does_is_told_the_worst_first(
    starter_recipe: Build,
) -> None:
    system = {"role": "system", "content": "Be short."}
    template = of_family("qwen3").replace(
        "{%- if messages[0].role == 'system' %}", "{%- if false %}"
    )
    assert template != of_family("qwen3")
    template = template.replace('message.role == "system"', "false")
    rows = [
        {"messages": [system, *TALK["messages"], ASKS, CALLS]},
        {"messages": [ASKS, TELLS]},
    ]
    found = told(starter_recipe, rows, template)
    words = ["loses the system prompt", "name none", "rewrites", "enable_thinking"]
    assert len(found) == len(words)
    for warned, said in zip(found, words, strict=True):
        assert said in warned.text.en
    assert [warned.blocks for warned in found] == [True, True, False, False]


def test_a_training_text_is_never_warned_of(starter_recipe: Build) -> None:
    rows = [{"text": "Once there was a tide."}]
    assert check_rows(starter_recipe(rows, format="text"), "train").warnings == ()
