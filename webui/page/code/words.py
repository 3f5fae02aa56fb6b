"""What the code pane's script says, in both languages."""

import json

from webui.text import Text

# What the browser says, by the names that its script knows.
WORDS = {
    "hint": Text(
        "A click on a line leads to the field that decides it.",
        "点击一行，即可转到决定它的字段。",
    ),
    "one": Text("1 line changed: {}", "1 行已更改：{}"),
    "some": Text("{n} lines changed: {}", "{n} 行已更改：{}"),
    "oneGone": Text("1 line went, before line {}", "第 {} 行之前删去 1 行"),
    "someGone": Text("{n} lines went, before line {}", "第 {} 行之前删去 {n} 行"),
    "nobody": Text("No field decides this line.", "没有字段决定这一行。"),
    "line": Text("Line {}: ", "第 {} 行："),
    "or": Text("also decided by ", "另由以下字段决定："),
    "hidden": Text(
        "“{}” is not shown as the other settings are.",
        "在其他设置的当前取值下，“{}”不显示。",
    ),
    "copied": Text("Copied", "已复制"),
    "press": Text("Press Ctrl+C to copy", "按 Ctrl+C 复制"),
    "failed": Text("The server does not answer.", "服务器没有响应。"),
    "close": Text("Close", "关闭"),
}


def words_script() -> str:
    """The words as a line of the page's script."""
    words = {
        language: {name: getattr(text, language) for name, text in WORDS.items()}
        for language in Text._fields
    }
    return f"const CODE_WORDS = {json.dumps(words, ensure_ascii=False)};"
