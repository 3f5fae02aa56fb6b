"""What the Model tab shows of the chosen model: its facts, template, and download."""

import time
from typing import Any, Literal

from markupsafe import Markup

from webui.counts.about import About
from webui.errors import PlannerError
from webui.figures import duration, in_bytes, whole
from webui.models.progress import Progress, measure_download
from webui.models.sizes import Download
from webui.models.source import source_of
from webui.page.frame import Page
from webui.page.language import WAIT
from webui.page.tables import figures, problem_card, quiet, track
from webui.page.view import View
from webui.text import Text

LABELS = {
    "architecture": Text("architecture", "架构"),
    "parameters": Text("parameters", "参数量"),
    "context": Text("context, in tokens", "上下文长度（token）"),
    "vocabulary": Text("vocabulary", "词表大小"),
    "licence": Text("licence", "许可证"),
    "access": Text("access", "获取方式"),
    "download": Text("download", "下载量"),
    "disk": Text("free disk", "可用磁盘"),
    "origin": Text("read from", "读取自"),
}
ORIGINS = {
    "folder": Text("a folder here", "本机文件夹"),
    "gguf": Text("a GGUF file", "GGUF 文件"),
    "cache": Text("the cache here", "本机缓存"),
    "hub": Text("the hub", "模型库"),
    "catalogue": Text("the built-in catalogue", "内置目录"),
}
GATED = Text("gated: needs HF_TOKEN", "需授权（HF_TOKEN）")
OPEN = Text("open", "公开")
ALL_HERE = Text("all of it is here", "已全部下载")
ABOUT = Text("about {}", "约 {}")
PART_HERE = Text("{}, of which {} here", "{}，其中 {} 已在本机")
NO_ROOM = Text(
    "The disk has no room for it: {} are still to come and {} are free.",
    "磁盘空间不足：还需下载 {}，仅剩 {}。",
)
TEMPLATE = Text("Chat template", "对话模板")
NO_TEMPLATE = Text(
    "It has no chat template: a base model. The Data tab gives it one.",
    "它没有对话模板（基座模型）；“数据”页会为它提供模板。",
)
DOWNLOADING = Text("downloading: {} of {}", "正在下载：{} / {}")
LEFT = Text(", about {} left", "，约剩 {}")
LOADING = Text("loading the weights into memory …", "正在把权重载入内存……")
Risk = Literal["code", "pickles"]
CODE = Text(
    "This model brings code of its own. Loading it lets the model's authors run any "
    "program on this machine, with your files and your keys. Do you trust them, and "
    "have you read the code?",
    "这个模型自带代码。加载它意味着允许模型作者在本机运行任意程序，"
    "可接触你的文件和密钥。你信任作者，并且看过这些代码吗？",
)


PICKLES = Text(
    "This model's weights are pickles. Reading them lets whoever made the files run "
    "any program on this machine. A copy with safetensors is safe; do you trust these?",
    "这个模型的权重是 pickle 格式。读取它们意味着允许文件作者在本机运行任意程序。"
    "safetensors 版本是安全的；你信任这些文件吗？",
)
RISKS: dict[Risk, Text] = {"code": CODE, "pickles": PICKLES}


def draw_facts(page: Page, view: View) -> Markup:
    """The facts of the recipe's model, and below them what stands in its way."""
    known = view.about
    if known is None:
        return quiet(page.say(WAIT))
    if isinstance(known, PlannerError):
        return problem_card(page.say(known.text))
    told = figures(facts(page, known)) + room(page, known.download)
    # These two are asked below instead.
    if known.problem and not (known.wants_code or is_asked(view, "pickles")):
        told += problem_card(page.say(known.problem))
    return told + template(page, known)


def facts(page: Page, known: About) -> list[tuple[str, str]]:
    """Label and value of everything that is known, in the page's language."""
    values: dict[str, Any] = {
        "architecture": known.architecture,
        "parameters": grouped_or_none(known.parameters),
        "context": grouped_or_none(known.context),
        "vocabulary": grouped_or_none(known.vocabulary),
        "licence": known.licence,
    }
    if known.gated is not None:
        values["access"] = page.say(GATED if known.gated else OPEN)
    if known.download:
        values["download"] = amount(page, known.download)
        free = known.download.free
        values["disk"] = None if free is None else in_bytes(free)
    if known.origin:
        values["origin"] = page.say(ORIGINS[known.origin])
    return [(page.say(LABELS[key]), value) for key, value in values.items() if value]


def grouped_or_none(value: int | None) -> str | None:
    """A grouped figure; None for what is not known."""
    return None if value is None else whole(value)


def amount(page: Page, download: Download) -> str:
    """How much there is to download, and what of it is here."""
    if not download.left:
        return page.say(ALL_HERE)
    total = in_bytes(download.total)
    if not download.exact:
        total = page.say(ABOUT).format(total)
    if not download.present:
        return total
    return page.say(PART_HERE).format(total, in_bytes(download.present))


def room(page: Page, download: Download | None) -> Markup:
    """That the disk is too small, if it is."""
    if download is None or download.free is None or download.fits:
        return Markup("")
    left, free = in_bytes(download.left), in_bytes(download.free)
    return problem_card(page.say(NO_ROOM).format(left, free))


def template(page: Page, known: About) -> Markup:
    """The model's own chat template, folded; a sentence where it has none."""
    if known.template is None:
        return Markup("")
    if not known.template:
        return quiet(page.say(NO_TEMPLATE))
    return Markup(
        '<details class="output" id="chat-template"><summary>{}</summary>'
        '<pre tabindex="0">{}</pre></details>'
    ).format(page.say(TEMPLATE), known.template)


def question(risk: Risk, page: Page, view: View) -> Markup:
    """The question before something may run; nothing for models without it."""
    if not is_asked(view, risk):
        return Markup("")
    return Markup(
        '<div class="card bad-card"><span class="warn">⚠</span> {}</div>'
    ).format(page.say(RISKS[risk]))


def is_asked(view: View, risk: Risk) -> bool:
    """Whether the model brings a risk, or it was allowed to."""
    known, allowed = view.about, view.recipe.model
    if risk == "code":
        return allowed.trust_remote_code or bool(getattr(known, "wants_code", False))
    return allowed.allow_pickle or bool(getattr(known, "only_pickles", False))


def loading(page: Page, view: View) -> Markup:
    """How far the weights have come, while the model cell runs."""
    if view.state("model") != "running":
        return Markup("")
    now = download_progress(view)
    if now is None or now.done >= now.total:
        return Markup('<p class="quiet" role="status">{}</p>').format(page.say(LOADING))
    told = page.say(DOWNLOADING).format(in_bytes(now.done), in_bytes(now.total))
    if now.seconds_left is not None:
        told += page.say(LEFT).format(duration(now.seconds_left))
    return with_bar(told, now.share)


def with_bar(text: str, share: float) -> Markup:
    """What goes on, and a bar of how much of it is done."""
    told = Markup('<p class="quiet" role="status">{}</p>').format(text)
    return told + track(share)


def download_progress(view: View) -> Progress | None:
    """The download that the model cell waits for; None where nothing is downloaded."""
    known = view.about
    if not isinstance(known, About) or known.download is None:
        return None
    began = view.kernel.cells["model"]["started"]
    path = source_of(view.recipe.model).path
    return measure_download(path, known.download.total, began, time.time())
