"""What a demo says, in both languages."""

from webui.text import Text

TITLE = Text("Before and after fine-tuning", "微调前后对比")
SENTENCE = Text(
    "A language model before and after fine-tuning. Both can be wrong. Your question "
    "goes to the computer of whoever shows you this page.",
    "同一个语言模型在微调前后的回答。两者都可能出错；你的提问会发送到本页面主人的电脑。",
)
WORDS = {
    "place": Text("In line: {} before you.", "正在排队：前面还有 {} 个提问。"),
    "asking": Text("Asking …", "正在提问……"),
    "base": Text("The base model answers …", "基座模型正在回答……"),
    "tuned": Text("The fine-tuned model answers …", "微调后的模型正在回答……"),
    "done": Text("", ""),
    "left": Text("Stopped.", "已停止。"),
    "time": Text(
        "The time for one answer is over; ask for a shorter one.",
        "单次回答的时间已用完；请缩短回答长度。",
    ),
    "failed": Text(
        "There was no answer this time; try again in a while.",
        "这次没有得到回答；请稍后再试。",
    ),
    "gone": Text(
        "The demo cannot be reached; it may have ended.",
        "无法连接到演示页面；它可能已经结束。",
    ),
    "until": Text("Open until {}.", "开放至 {}。"),
}
