"""Formats with instructions or conversations of their own, and plain text."""

from webui.recipe.formats.format import REASONING, SYSTEM, TURNS, Format, Role
from webui.text import Text

HISTORY = Role(
    "history",
    Text("earlier turns", "历史对话"),
    "chat_history 历史 历史对话",
    optional=True,
    kinds=("pairs",),
)

ALPACA = Format(
    "alpaca",
    Text("instruction, input, output (Alpaca)", "指令、输入、输出（Alpaca）"),
    Text(
        "A row holds an instruction, maybe an input for it, and the output; the model "
        "learns to follow such instructions.",
        "每条包含一个指令、可选的输入和输出；模型学习执行这类指令。",
    ),
    (
        Role(
            "instruction",
            Text("instruction", "指令"),
            "instruct instruction_zh instruction_en 指令 任务",
        ),
        Role(
            "input",
            Text("input", "输入"),
            "context inputs input_zh input_en 输入 上下文",
            optional=True,
        ),
        Role(
            "output",
            Text("output", "输出"),
            "response outputs completion answer target output_zh output_en 输出 回答 "
            "回复",
        ),
        SYSTEM,
        HISTORY,
        REASONING,
    ),
)

QUESTION_ANSWER = Format(
    "question_answer",
    Text("question and answer", "问答对"),
    Text(
        "A row holds a question and its answer; the model learns to answer so.",
        "每条包含一个问题及其答案；模型学习这样回答。",
    ),
    (
        Role(
            "question",
            Text("question", "问题"),
            "query problem input inputs ask prompt user_query user_message "
            "user_input message user questions human q 问题 提问 问 题目 输入 用户 "
            "客户 title",
        ),
        Role(
            "answer",
            Text("answer", "答案"),
            "response answers.text answers answer.text output outputs target targets "
            "solution reply assistant bot generated_solution best_answer "
            "correct_answer long_answer human_answers answer.value completion "
            "bot_response assistant_response model_response ai_response "
            "deepseek_solution a 答案 回答 回复 答 答复 输出 助手 客服",
        ),
        SYSTEM,
        HISTORY,
        REASONING,
    ),
)

PROMPT_COMPLETION = Format(
    "prompt_completion",
    Text("prompt and completion", "提示与续写"),
    Text(
        "A row holds a prompt and how it goes on, as texts or as messages; the model "
        "learns to go on in this way.",
        "每条包含一个提示及其后续内容（文本或消息列表）；模型学习这样续写。",
    ),
    (
        Role(
            "prompt",
            Text("prompt", "提示"),
            "prompts 提示 提示词 开头 instruction input",
            kinds=TURNS,
        ),
        Role(
            "completion",
            Text("completion", "续写"),
            "completions response continuation output target generation 续写 补全 回复",
            kinds=(*TURNS, "number"),
        ),
        SYSTEM,
        REASONING,
    ),
)

MESSAGES = Format(
    "messages",
    Text("conversations (a list of messages)", "多轮对话（消息列表）"),
    Text(
        "A row holds a conversation: messages with role and content, ShareGPT's from "
        "and value, or texts that take turns, maybe with tools; the model learns every "
        "answer of the assistant.",
        "每条是一段对话：role/content 消息、ShareGPT 的 from/value，或轮流的文本，"
        "可带工具；模型学习助手的每一次回答。",
    ),
    (
        Role(
            "messages",
            Text("messages", "消息"),
            "conversations conversation chat dialog dialogue turns dialogs dialogues "
            "conversation_turns data 对话 消息 多轮对话",
            kinds=("messages", "texts"),
        ),
        Role(
            "tools",
            Text("tools", "工具"),
            "functions available_tools 工具",
            optional=True,
            kinds=("objects",),
        ),
        SYSTEM,
    ),
)

TRANSCRIPT = Format(
    "transcript",
    Text("conversations in one text", "写成一段文本的对话"),
    Text(
        "A row holds a conversation as one text with markers such as Human: and "
        "Assistant:; the model learns every answer of the assistant.",
        "每条是写成一段文本的对话，带有“Human:”“Assistant:”“用户：”“助手：”等标记；"
        "模型学习助手的每一次回答。",
    ),
    (
        Role(
            "text",
            Text("text", "文本"),
            "conversation conversations dialogue dialog chat content transcript 对话 "
            "文本 内容",
            kinds=("transcript",),
        ),
        SYSTEM,
    ),
)

PLAIN_TEXT = Format(
    "text",
    Text("plain text", "纯文本"),
    Text(
        "A row holds plain text (continued pretraining); the model learns all of it "
        "and no questions.",
        "每条是一段纯文本（继续预训练）；模型学习全文，不区分问与答。",
    ),
    (
        Role(
            "text",
            Text("text", "文本"),
            "content raw_content document body story passage article sentence "
            "paragraph code 文本 内容 正文 原文 文章",
            kinds=("text",),
        ),
    ),
)

CHATS = (ALPACA, QUESTION_ANSWER, PROMPT_COMPLETION, MESSAGES, TRANSCRIPT, PLAIN_TEXT)
