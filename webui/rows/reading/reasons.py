"""Why a row cannot be used, in both languages.

The functions that the notebook carries say it in plain English; here is the Chinese.
"""

import re

from webui.rows.reading.unreadable import clean
from webui.text import Text

LONGEST = 300  # characters; a chat template may quote the whole row in its error
NAME, KIND = "(?P<name>.+)", "(?P<kind>.+)"

# Each reason as a pattern, the narrow ones first. What a group matches is put into
# the Chinese under its name, translated where ``part`` knows how.
PATTERNS = {
    # readers
    "(?P<reason>.+); the rest is left out": "{reason}；其余部分已略去",
    "(?P<reason>.+); the rows before it are kept": "{reason}；此前的数据行已保留",
    "the JSON ends too early": "JSON 不完整",
    "has single quotes, where JSON has double ones": "使用了单引号，JSON 应使用双引号",
    "holds a comment, which JSON has none of": "含有注释，而 JSON 没有注释",
    "has not one value for each column": "值的个数与列数不符",
    f"was shortened by the hub's server, in {NAME}": "被模型库服务器截短：{name}",
    f"holds several arrays that may be the rows: {NAME}; keep only one": (
        "有多个数组可能是数据行：{name}；请只保留一个"
    ),
    f"holds no file to train on: {NAME}; choose the one that you want": (
        "没有用于训练的文件：{name}；请直接选择所需文件"
    ),
    "may be written in (?P<first>.+) or in (?P<second>.+); save it as UTF-8": (
        "编码可能是 {first} 或 {second}；请另存为 UTF-8"
    ),
    "is written in an encoding unknown here; save it as UTF-8": (
        "编码无法识别；请另存为 UTF-8"
    ),
    "repeats the names of the columns": "重复了列名",
    r"is not JSON \((?P<json>.+)\)": "不是有效的 JSON（{json}）",
    r"is not CSV \((?P<csv>.+)\)": "不是有效的 CSV（{csv}）",
    f"is not a readable {KIND}": "不是可读取的{kind}",
    "is not an object": "不是对象",
    r"begins with neither \[ nor \{": "开头既不是 [ 也不是 {{",
    "holds a number that is too long": "含有位数过多的数字",
    "is nested too deeply": "嵌套过深",
    f"has the key {NAME} twice": "键 {name} 重复",
    "has (?P<values>.+) values for (?P<columns>.+) columns": (
        "有 {values} 个值，但共有 {columns} 列"
    ),
    f"has two columns with the name {NAME}": "有两列同名：{name}",
    "line (?P<line>.+) is longer than (?P<most>.+) characters": (
        "第 {line} 行超过 {most} 个字符"
    ),
    "the text ends within a character": "文本在一个字符中间中断",
    "the file is cut off or damaged": "文件不完整或已损坏",
    "has no split called train; its splits: (?P<splits>.+)": (
        "没有名为 train 的部分；现有：{splits}"
    ),
    # chat templates
    "holds no answer that is learned": ("没有要学习的回答"),
    r"the chat template refuses it \(it asks for an answer in another way than it "
    r"writes one\)": "对话模板不接受它（请求回答的方式与书写回答的方式不同）",
    r"the chat template refuses it \(the answer itself mentions (?P<tag>.+), which the "
    r"template takes for the end of a thought; write it in another way\)": (
        "对话模板不接受它（回答本身提到了 {tag}，模板会把它当作思考的结尾；"
        "请换一种写法）"
    ),
    r"the chat template refuses calls of tools \(it writes None where they hold "
    r"null\)": "对话模板不接受工具调用（遇到 null 时会写成 None）",
    r"the chat template refuses it \((?P<detail>.+)\)": "对话模板不接受它（{detail}）",
    r"the chat template refuses calls of tools \((?P<detail>.+)\)": (
        "对话模板不接受工具调用（{detail}）"
    ),
    # formats
    f"{NAME} lacks content": "{name} 缺少内容",
    f"{NAME} lacks a role": "{name} 缺少角色",
    f"{NAME} has an unknown role": "{name} 的角色未知",
    f"lacks {NAME}": "缺少 {name}",
    "the label (?P<label>.+) has no name": "标签 {label} 没有名称",
    f"{NAME} holds a thought that is {KIND}, not text": (
        "{name} 中的思考应为文本，而不是{kind}"
    ),
    f"{NAME} is {KIND}, not text": "{name} 应为文本，而不是{kind}",
    f"{NAME} is {KIND}, not a list": "{name} 应为列表，而不是{kind}",
    f"{NAME} is {KIND}, not an object": "{name} 应为对象，而不是{kind}",
    f"{NAME} is empty": "{name} 为空",
    f"{NAME} is not JSON": "{name} 不是有效的 JSON",
    f"{NAME} holds bytes that are no text; save the file as UTF-8": (
        "{name} 含有无法解码的字节；请把文件另存为 UTF-8"
    ),
    rf"{NAME} holds half a character \(a lone surrogate\)": (
        "{name} 含有半个字符（孤立的代理项）"
    ),
    f"{NAME} holds an image or another part that is not text": (
        "{name} 含有图像或其他非文本内容"
    ),
    f"{NAME} holds tool calls that are no list": "{name} 的工具调用不是列表",
    f"{NAME} holds a tool call that is no object": "{name} 的工具调用不是对象",
    f"{NAME} holds a tool call without a name": "{name} 的工具调用没有名称",
    "tools holds a value that is no object": "tools 中有不是对象的值",
    f"{NAME} opens a thought with (?P<tag>.+) and never ends it": (
        "{name} 以 {tag} 开始思考，但没有结束"
    ),
    f"{NAME} ends a thought with (?P<tag>.+) and opens none": (
        "{name} 以 {tag} 结束思考，但没有开始"
    ),
    f"{NAME} is a thought without an answer": "{name} 只有思考，没有回答",
    "holds a thought without an answer": "有一段思考没有对应的回答",
    f"{NAME} has channels that do not fit together": "{name} 的通道标记不完整",
    f"{NAME} calls a tool with arguments that are {KIND}": (
        "{name} 的工具调用参数应为对象，而不是{kind}"
    ),
    f"{NAME} calls a tool and is not the assistant's": (
        "{name} 含有工具调用，但不是助手的消息"
    ),
    f"{NAME} marks parts of itself as learned; mark it whole": (
        "{name} 只把一部分标为学习；请对整条消息作标记"
    ),
    f"{NAME} has the weight (?P<weight>.+), and an answer is learned or not: "
    "write 1 or 0": "{name} 的权重是 {weight}，但回答只能学或不学：请写 1 或 0",
    f"{NAME} has a (?P<key>.+) that is neither true nor false": (
        "{name} 的 {key} 既不是 true 也不是 false"
    ),
    f"{NAME} stands beside the messages; write into each message its own weight, "
    "0 or 1": "{name} 与消息并列；请在每条消息中写入各自的 weight（0 或 1）",
    "marks every answer as not learned": "所有回答都标为不学习",
    "prefers none of its responses": "没有优选任何一个回答",
    "preferred_response does not say which response it is": (
        "preferred_response 没有说明是哪个回答"
    ),
    "preferred_response is a number; write a or b": (
        "preferred_response 是数字；请写 a 或 b"
    ),
    "text holds no turns marked like Human: and Assistant:": (
        "text 中没有以 `Human:` 和 `Assistant:` 标记的轮次"
    ),
    "preferred_response is not the number of a response": (
        "preferred_response 不是回答的编号"
    ),
    "is rated bad, so there is nothing to imitate": "评价为差，没有可学习的内容",
    "has no rejected answer beside the chosen one": "除选中的回答外没有被拒绝的回答",
    "does not say whether its answer is good": "没有说明回答的好坏",
    "label is neither true nor false": "label 既不是 true 也不是 false",
    "holds no answer of the assistant": "没有助手的回答",
    "has (?P<tokens>.+) tokens but (?P<tags>.+) labels": (
        "有 {tokens} 个词，但有 {tags} 个标签"
    ),
    "labels has positions that are no pairs": "labels 中的位置不是成对的数字",
    "labels holds an entity without text or type": "labels 中有实体缺少文本或类型",
    "labels names an entity that is not in the text": "labels 中有实体不在文本中",
    "labels holds entities that are neither list nor object": (
        "labels 中有实体既不是列表也不是对象"
    ),
    f"{NAME} holds a value that is {KIND}": "{name} 中有的值是{kind}",
    "history is not a list of questions with their answers": (
        "history 不是由问题和回答组成的列表"
    ),
}
KINDS = {
    "a list": "列表",
    "an object": "对象",
    "text": "文本",
    "null": "空值",
    "an infinite number": "无穷大",
    "Parquet file": " Parquet 文件",
    "XLSX workbook": " XLSX 工作簿",
    "ZIP file": " ZIP 文件",
}
CSV_ERRORS = {
    "unexpected end of data": "引号没有结束",
    r"'.+' expected after '\"'": "结束的引号之后应为分隔符",
    r"field larger than field limit \(.+\)": "有一个值过长",
    "line contains NUL": "含有空字符",
}
JSON_ERRORS = {
    "Extra data": "对象之后还有多余的文本",
    "Expecting value": "此处缺少值",
    "Expecting ',' delimiter": "缺少逗号",
    "Expecting ':' delimiter": "缺少冒号",
    "Expecting property name enclosed in double quotes": "键名应放在双引号中",
    "Illegal trailing comma before end of object": "末尾有多余的逗号",
    "Illegal trailing comma before end of array": "末尾有多余的逗号",
    "Invalid control character": "含有控制字符",
}


def in_both(reason: str) -> Text:
    """A reason of a carried function in English and Chinese, on one line.

    It is the end of a sentence, without its full stop. Of one that is not known the
    Chinese quotes the English.
    """
    english = clean(reason)
    if len(english) > LONGEST:
        english = english[: LONGEST - 3] + "..."
    return Text(english, chinese(english) or f"无法使用（{english}）")


def chinese(reason: str) -> str | None:
    """A reason in Chinese; None for one that is not known."""
    for pattern, translation in PATTERNS.items():
        if found := re.fullmatch(pattern, reason):
            parts = found.groupdict().items()
            return translation.format(
                **{name: part_in_chinese(name, text) for name, text in parts}
            )
    return None


def part_in_chinese(name: str, text: str) -> str:
    """A part of a reason in Chinese, where it is none of the file's own words."""
    if name == "reason":
        return chinese(text) or text
    if name == "kind":
        return KINDS.get(text, f" {text.removeprefix('of the type ')}")
    if name == "json":
        return JSON_ERRORS.get(text, text)
    if name == "csv":
        return next((zh for p, zh in CSV_ERRORS.items() if re.fullmatch(p, text)), text)
    return re.sub("^message ([0-9]+)$", r"第 \1 条消息", text)
