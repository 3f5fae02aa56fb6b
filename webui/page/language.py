"""The two languages of the page, and the words that stand in more than one place."""

from typing import Literal

from webui.text import Text

Language = Literal["en", "zh"]

RUN = Text("Run", "运行")
RUN_ALL = Text("Run all", "全部运行")
STOP = Text("Stop", "停止")
MORE = Text("More", "更多")
WAIT = Text("working it out …", "正在计算……")
COLON = Text(": ", "：")

STATES = {
    "new": Text("new", "未运行"),
    "fresh": Text("fresh", "已是最新"),
    "stale": Text("stale: settings changed, run again", "已过期：设置已改，请重新运行"),
    "running": Text("running", "运行中"),
    "failed": Text("failed", "失败"),
    "stopped": Text("stopped", "已停止"),
    "finished": Text("finished", "已完成"),
}

# A mark beside the word, so that no state is told by colour alone.
MARKS = {
    "new": "○",
    "fresh": "✓",
    "finished": "✓",
    "stale": "↻",
    "running": "▶",
    "failed": "✗",
    "stopped": "■",
}
