"""What a chat template does to the rows: what it loses, and what that costs."""

from collections.abc import Iterator, Sequence

from webui.chat.conversation import Chat, has_thought
from webui.chat.thoughts import opened
from webui.chat.vanished import Lost
from webui.figures import whole
from webui.rows.each import Kept, place_of_row
from webui.rows.encoding import Encoded
from webui.rows.warned import Warned, of
from webui.text import Text

SHOWN = 3  # places
WHAT: dict[Lost, Text] = {
    "answer": Text("the text of an answer", "回答的文本"),
    "thought": Text("the thought behind an answer", "回答的思考过程"),
    "call": Text("a call of a tool", "工具调用"),
    "question": Text("a question", "提问"),
    "system": Text("the system prompt", "系统提示词"),
    "result": Text("what a tool has answered", "工具返回的结果"),
    "tools": Text("the tools that may be called", "可调用的工具"),
}
TOOLS: tuple[Lost, ...] = ("call", "result", "tools")


def chat_warnings(
    chat: Chat, kept: Sequence[Kept], encoded: Sequence[Sequence[Encoded]]
) -> Iterator[Warned]:
    """What the template loses, then what else is to be known of it."""
    for kind in WHAT:
        if some := [row for row in kept if kind in row.lost]:
            yield Warned(loses(kind, of(some, kept), some), blocks=True)
    if calls := [row for row in kept if calls_unnamed(row)]:
        yield Warned(unnamed_tools(calls, kept), blocks=True)
    if some := [row for row in kept if opens_for_nothing(chat, row)]:
        yield Warned(opened_thoughts(some, kept), blocks=False)
    if any(len(row.sequences) > 1 for row in kept):
        yield Warned(apart(kept, encoded), blocks=False)
    if options := chat.dialect.silent:
        silent = [r for r in kept if any(s.options == options for s in r.sequences)]
        if silent:
            yield Warned(switched_off(chat, silent, kept), blocks=False)


def first_places(some: Sequence[Kept]) -> Text:
    """Where the first of these rows stand."""
    first = [place_of_row(row.record) for row in some[:SHOWN]]
    return Text(", ".join(p.en for p in first), "、".join(p.zh for p in first))


def loses(kind: Lost, count: Text, some: Sequence[Kept]) -> Text:
    """Something that so many rows, first these, say and the template does not write."""
    where, what = first_places(some), WHAT[kind]
    out = Text("choose another template", "请选择其他对话模板")
    if kind in TOOLS:
        out = Text(
            "choose one that knows tools, such as qwen", "请选择支持工具的模板，如 qwen"
        )
    if kind == "thought":
        out = Text(
            "choose another template, or set data.thoughts to leave_out",
            "请选择其他对话模板，或将 data.thoughts 设为 leave_out",
        )
    return Text(
        f"The chat template loses {what.en} in {count.en} (first: {where.en}); "
        f"{out.en}.",
        f"{count.zh}经对话模板处理后丢失了{what.zh}（最先出现在：{where.zh}）；{out.zh}。",
    )


def calls_unnamed(row: Kept) -> bool:
    """Whether a row calls tools that nobody has named."""
    messages = row.mapped.get("messages", ())
    return not row.mapped.get("tools") and any(m.get("tool_calls") for m in messages)


def unnamed_tools(some: Sequence[Kept], kept: Sequence[Kept]) -> Text:
    """Calls without a list of tools: the model would call what it was never offered."""
    count, where = of(some, kept), first_places(some)
    return Text(
        f"{count.en} call tools but name none (first: {where.en}), so the model would "
        "learn to call what it is not offered; add a column tools.",
        f"{count.zh}调用了工具，却没有列出工具（最先出现在：{where.zh}），"
        "模型会学着调用并未提供的工具；请添加 tools 列。",
    )


def opens_for_nothing(chat: Chat, row: Kept) -> bool:
    """Whether a thought is opened for an answer that has none."""
    messages = row.mapped.get("messages", ())
    return any(
        opened(part.text[:begin])
        and not (chat.thoughts and has_thought(messages[turn]))
        for part in row.sequences
        for turn, (begin, _) in zip(part.turns, part.learned, strict=False)
    )


def opened_thoughts(some: Sequence[Kept], kept: Sequence[Kept]) -> Text:
    """The template asks for a thought, and the rows hold none."""
    count = of(some, kept)
    return Text(
        f"The chat template opens a thought before each answer, and {count.en} hold "
        "none: the model learns to close it at once and to answer without thinking.",
        f"对话模板在每个回答前都会开启思考，而{count.zh}没有思考过程："
        "模型会学着立即结束思考，直接作答。",
    )


def apart(kept: Sequence[Kept], encoded: Sequence[Sequence[Encoded]]) -> Text:
    """The template rewrites earlier turns; what it costs that answers stand alone."""
    made = [part for parts in encoded for part in parts]
    last = sum(parts[-1].whole for parts in encoded)
    times = sum(part.whole for part in made) / max(1, last)
    rows, sequences = whole(len(kept)), whole(len(made))
    return Text(
        "The chat template rewrites earlier turns, so each answer becomes a row of its "
        f"own, as it will be asked for: {sequences} from the first {rows} rows, "
        f"{times:.1f} times as many tokens.",
        "对话模板会改写先前的轮次，因此每个回答单独成为一条数据，与推理时的提问一致："
        f"前 {rows} 条变为 {sequences} 条，token 数为 {times:.1f} 倍。",
    )


def switched_off(chat: Chat, some: Sequence[Kept], kept: Sequence[Kept]) -> Text:
    """Answers without a thought are asked for with thinking switched off."""
    options = ", ".join(f"{k}={v}" for k, v in chat.dialect.silent.items())
    count = of(some, kept)
    return Text(
        f"Answers of {count.en} have no thought, so they are trained as this template "
        f"asks for them with {options}; ask the tuned model in the same way.",
        f"{count.zh}的回答没有思考过程，因此按模板在 {options} 时的提问方式训练；"
        "使用微调后的模型时也请这样提问。",
    )
