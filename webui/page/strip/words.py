"""The words of the strip."""

from webui.text import Text

SILENT = Text(
    "The server does not answer; the page asks again by itself. What the kernel trains "
    "goes on meanwhile.",
    "服务器没有响应；页面会自动重试。内核中的训练不受影响。",
)
NOTHING = Text(
    "Nothing runs. “Run all” runs every cell in order.",
    "当前没有任务。点击“全部运行”会依次运行所有单元。",
)
STEP = Text("step", "步")
LOSS = Text("loss", "损失")
LEFT = Text("left", "剩余")
LEFT_ABOUT = Text("about {} left", "约剩 {}")
MEMORY = Text("memory", "内存")
LAST_TIME = Text("{} last time", "上次 {}")
TRIAL = Text("trial {} of {}", "试验 {} / {}")
PREPARES = Text("getting rows and trainer ready", "准备数据与训练器")
FIRST_STEP = Text("first step", "第一步")
SAVES = Text("saving", "保存中")
ROWS = Text("{} of {} rows", "{} / {} 条")
BASE = Text("the base answers", "基座回答中")
TUNED = Text("the tuned model answers", "微调后模型回答中")
ARRIVED = Text("{} of {} downloaded", "已下载 {} / {}")
WAITS = Text("{} in the queue", "队列中 {} 个")
STOPPING = Text("stopping after this step, then saving", "本步结束后停止并保存")
INTERRUPTING = Text("stopping", "正在停止")
DISCARDING = Text("stopping; the run is deleted then", "正在停止，随后删除该运行")
NEXT = Text("then {} from the queue", "随后运行队列中的 {}")
FROM_QUEUE = Text(
    "{} was stopped; this one is from the queue", "{} 已停止；当前任务来自队列"
)
REPORT = Text("Report on all rows", "检查全部数据")
UNPACKS = Text("Unpacking a GGUF file", "解包 GGUF 文件")

# What the planner is asked, by the name of the function that answers.
ASKED = {
    "count": Text("Counting parameters", "统计参数"),
    "grid": Text("Counting parameters", "统计参数"),
    "structure": Text("Reading the model’s structure", "读取模型结构"),
    "fit": Text("Estimating memory", "估算内存"),
    "about": Text("Looking up the model", "查询模型信息"),
    "found": Text("Reading the rows’ source", "读取数据来源"),
    "preview": Text("Rendering rows", "渲染数据预览"),
    "prepare": Text("Preparing rows", "准备数据"),
    "search": Text("Searching models", "搜索模型"),
    "overlap": Text("Comparing with rows learned before", "与已学数据比对"),
    "training_rows": Text("Counting rows", "统计数据条数"),
    "learning_rates": Text("Working out the learning rates", "计算学习率"),
}
AND_MORE = Text("{} more after it", "之后还有 {} 项")
WORKS = Text("Working something out", "计算中")
