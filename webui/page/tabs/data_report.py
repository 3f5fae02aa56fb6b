"""The report of all rows: what is left out, too long, twice, or leaks."""

import shutil
from collections.abc import Iterator
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.figures import duration, whole
from webui.files import downloads
from webui.page.frame import Page
from webui.page.tables import bars, figures, problem_card, table
from webui.page.view import View
from webui.planner.errors import PlannerError
from webui.planner.report.duplicates import Place
from webui.planner.report.job import CANCELLED, Progress
from webui.planner.report.lengths import Lengths
from webui.planner.report.report import Report
from webui.recipe import Recipe
from webui.recipe.field import Text

CHECK = Text("Check all rows", "检查全部数据")
CANCEL = Text("Cancel", "取消")
DOWNLOAD = Text("Download the rows left out", "下载被排除的数据")
USE_LENGTH = Text("Set the longest sequence to {}", "将最大序列长度设为 {}")
CHANGED = Text(
    "The rows or settings changed since this report: check again.",
    "生成此报告后数据或设置有改动：请重新检查。",
)
FIGURES = {
    "kept": Text("rows to use", "可用数据"),
    "rejected": Text("left out", "被排除"),
    "heldout": Text("held out", "留出"),
    "empty": Text("empty", "空数据"),
    "exact": Text("exact repeats", "完全重复"),
    "near": Text("near repeats", "近似重复"),
    "leaked": Text("held-out rows that are also trained on", "留出数据也在训练中"),
    "nearly": Text("held-out rows nearly trained on", "留出数据与训练数据近似"),
    "hidden": Text("rows that teach nothing", "学不到内容的数据"),
    "tokens": Text("tokens an epoch", "每轮 token"),
    "trained": Text("trained on", "参与训练"),
}
EARLIER_REPORT = Text("The earlier report", "之前的报告")
LENGTHS = Text("Length of a row in tokens", "每条数据的 token 数")
TRUNCATED = Text(
    "{} of the rows ({}) are longer than {} tokens and are cut (hatched); "
    "{} would hold 99 %.",
    "{} 条数据（{}）超过 {} 个 token 会被截断（斜线部分）；设为 {} 可完整容纳 99%。",
)
ALL_FIT = Text(
    "Every row fits into {} tokens; {} would hold 99 %.",
    "所有数据都在 {} 个 token 以内；设为 {} 即可容纳 99%。",
)
LABELS = Text("Labels", "标签")
LONGEST = Text("The longest rows", "最长的数据")
REASONS = Text("Why rows were left out", "排除原因")
WHERE, HOW_MANY, WHY = Text("where", "位置"), Text("rows", "条数"), Text("why", "原因")
TOKENS, BEGINS = Text("tokens", "token 数"), Text("begins with", "开头")
REPEATS = Text("Rows that repeat others", "重复的数据")
ROW, EARLIER, ALIKE = (
    Text("row", "数据"),
    Text("repeats", "重复于"),
    Text("alike", "相似"),
)
TOOK = Text("read in {}", "用时 {}")
TO_MEND = {
    "rejected": Text(
        "Rows that cannot be used are left out of the training. Download them, mend "
        "them, and upload the file again.",
        "无法使用的数据不参与训练。可下载后修正，再重新上传文件。",
    ),
    "hidden": Text(
        "In some rows no token counts for the loss, as their answer is empty or cut "
        "off: fill it in, or raise the longest sequence.",
        "有些数据没有任何 token 计入损失（回答为空或被截断）："
        "请补全回答，或调大最大序列长度。",
    ),
    "leaked": Text(
        "Held-out rows that are trained on make the result look better than it is: "
        "remove the repeats, or hold out by groups (More, Group by).",
        "留出数据若参与了训练，效果会显得虚高：请删除重复数据，"
        "或按分组留出（更多 → 分组依据）。",
    ),
    "exact": Text(
        "Rows that come several times are learned more strongly; remove the repeats "
        "unless you want that.",
        "多次出现的数据会被更强地学习；如非有意，请删除重复数据。",
    ),
}


def build(page: Page) -> None:
    """A button that starts or cancels the report, and below it the report."""
    with gr.Row():
        check = gr.Button(page.say(CHECK), elem_id="check-rows", size="sm")
        hidden: dict[str, Any] = {"size": "sm", "visible": False}
        cancel = gr.Button(page.say(CANCEL), elem_id="cancel-report", **hidden)
        download = gr.DownloadButton(
            page.say(DOWNLOAD), elem_id="rejected-rows", **hidden
        )
        use = gr.Button("", elem_id="use-length", **hidden)
    page.html(lambda view: drawn(page, view), elem_id="report")
    page.watch(check, check_button)
    page.watch(cancel, lambda view: gr.update(visible=view.report_runs))
    page.watch(use, lambda view: use_button(page, view))
    page.watch(download, rejected_file)
    studio = page.studio
    page.when_pressed(check, studio.start_report)
    page.when_pressed(cancel, studio.cancel_report, form=False)

    def use_length(recipe: Recipe) -> None:
        report = page.view().report
        if isinstance(report, Report):
            suggested = report.lengths.suggested
            studio.draft.commit_all({"model.max_seq_length": suggested})
            studio.start_report(studio.draft.recipe)

    page.when_pressed(use, use_length)


def check_button(view: View) -> Any:
    """Not to be pressed while a report is being made, or without rows."""
    return gr.update(visible=view.has_source, interactive=not view.report_runs)


def use_button(page: Page, view: View) -> Any:
    """Offered while the report has another length to suggest than the recipe's."""
    report = view.report
    if not isinstance(report, Report) or view.report_is_old:
        return gr.update(visible=False)
    length = report.lengths.suggested
    other = length != view.recipe.model.max_seq_length
    return gr.update(visible=other, value=page.say(USE_LENGTH).format(whole(length)))


def rejected_file(view: View) -> Any:
    """The download of the rows that were left out, if there are any."""
    report = view.report
    told = isinstance(report, Report) and not view.report_is_old
    if not told or not report.rejections:
        return gr.update(visible=False)
    served = downloads() / "left-out-rows.jsonl"
    try:
        shutil.copyfile(report.rejected_file, served)
    except OSError:
        return gr.update(visible=False)  # it was tidied away with an old report
    return gr.update(visible=True, value=str(served))


def drawn(page: Page, view: View) -> Markup:
    """The progress of a report, or the report."""
    report = view.report
    if isinstance(report, PlannerError):
        cancelled = report.text == CANCELLED
        return (quiet if cancelled else problem_card)(page.say(report.text))
    if isinstance(report, Report):
        return whole_report(page, view, report)
    if view.report_progress is None:
        return Markup("")
    return Markup('<div class="report">{}</div>').format(
        progress_bar(page, view.report_progress)
    )


def progress_bar(page: Page, progress: Progress) -> Markup:
    """How far the report is, and how long it will still take."""
    told = [page.say(progress.stage)]
    if progress.rows:
        rows = Text(f"{whole(progress.rows)} rows", f"{whole(progress.rows)} 条")
        told.append(page.say(rows))
    if progress.seconds_left is not None:
        left = duration(progress.seconds_left)
        told.append(page.say(Text(f"{left} left", f"还需 {left}")))
    percent = round(100 * (progress.share or 0))
    return Markup(
        '<div class="track" role="progressbar" aria-valuenow="{0}" aria-valuemin="0"'
        ' aria-valuemax="100"><div style="width:{0}%"></div></div>'
        '<p class="quiet">{1}</p>'
    ).format(percent, " · ".join(told))


def whole_report(page: Page, view: View, report: Report) -> Markup:
    """The report; folded once it tells of other rows or settings than today's."""
    inside = Markup("").join(parts(page, report))
    if not view.report_is_old:
        return inside
    changed = Markup('<p class="state stale">↻ {}</p>').format(page.say(CHANGED))
    return changed + folded(page.say(EARLIER_REPORT), inside)


def parts(page: Page, report: Report) -> Iterator[Markup]:
    """The parts of the report, the most important first."""
    yield figures([(page.say(FIGURES[n]), text) for n, text in main_figures(report)])
    yield from to_mend(page, report)
    yield from reasons(page, report)
    yield from lengths(page, report.lengths)
    yield from labels(page, report)
    yield from repeats(page, report)
    yield quiet(page.say(TOOK).format(duration(report.seconds)))


def labels(page: Page, report: Report) -> Iterator[Markup]:
    """How often each label comes, where the format has labels."""
    shown = [
        (label.name, label.count, f"{whole(label.count)} ({label.share:.0%})")
        for label in report.labels[:20]
    ]
    if shown:
        yield folded(page.say(LABELS), bars(shown))


def main_figures(report: Report) -> Iterator[tuple[str, str]]:
    """What a glance should tell; what is zero and good stays away."""
    yield "kept", whole(report.train.kept)
    if report.heldout.kept:
        yield "heldout", whole(report.heldout.kept)
    for name, count in spoiled(report).items():
        if count or name == "rejected":
            yield name, f"! {whole(count)}" if count else "0"
    yield "tokens", whole(report.lengths.tokens)
    share = report.lengths.trained / max(report.lengths.tokens, 1)
    yield "trained", f"{share:.0%}"


def spoiled(report: Report) -> dict[str, int]:
    """How many rows have which fault."""
    twins = report.duplicates
    return {
        "rejected": report.train.rejected + report.heldout.rejected,
        "empty": report.empty.count,
        "hidden": max(report.lengths.hidden - report.empty.count, 0),
        "exact": twins.exact.count,
        "near": twins.near.count,
        "leaked": twins.leaked.count,
        "nearly": twins.nearly_leaked.count,
    }


def to_mend(page: Page, report: Report) -> Iterator[Markup]:
    """For each kind of fault what it does, and what to do."""
    counts = spoiled(report)
    counts["hidden"] += counts["empty"]
    counts["leaked"] += counts["nearly"]
    told = [page.say(text) for name, text in TO_MEND.items() if counts[name]]
    if told:
        items = Markup("").join(Markup("<li>{}</li>").format(text) for text in told)
        yield Markup('<ul class="to-mend">{}</ul>').format(items)


def reasons(page: Page, report: Report) -> Iterator[Markup]:
    """Why rows were left out, and the first of them."""
    if not report.reasons:
        return
    counted = [(whole(r.rows), page.say(r.text)) for r in report.reasons]
    first = [(at(page, r.place), page.say(r.reason)) for r in report.rejections[:20]]
    yield folded(
        page.say(REASONS),
        table([page.say(HOW_MANY), page.say(WHY)], counted, numbers={0})
        + table([page.say(WHERE), page.say(WHY)], first),
    )


def lengths(page: Page, found: Lengths) -> Iterator[Markup]:
    """The histogram of lengths, what is cut, and the longest rows."""
    if not found.histogram:
        return
    limit, suggested = whole(found.max_length), whole(found.suggested)
    if found.longer:
        share = f"{found.longer_share:.1%}"
        text = page.say(TRUNCATED).format(whole(found.longer), share, limit, suggested)
    else:
        text = page.say(ALL_FIT).format(limit, suggested)
    yield Markup('<div class="pane-title">{}</div>').format(page.say(LENGTHS))
    yield histogram(found)
    yield quiet(text)
    longest = [
        (at(page, row.place), whole(row.tokens), row.beginning) for row in found.longest
    ]
    titles = [page.say(WHERE), page.say(TOKENS), page.say(BEGINS)]
    yield folded(page.say(LONGEST), table(titles, longest, numbers={1}))


def histogram(found: Lengths) -> Markup:
    """Upright bars; those of rows that are cut differ by more than their colour."""
    most = max(bin.rows for bin in found.histogram)
    shown = Markup("").join(
        Markup('<div class="{}" style="height:{}%" title="{}"></div>').format(
            "cut" if bin.first > found.max_length else "whole",
            f"{max(100 * bin.rows / most, 1 if bin.rows else 0):.1f}",
            f"{whole(bin.first)}–{whole(bin.last)}: {whole(bin.rows)}",
        )
        for bin in found.histogram
    )
    first, last = whole(found.histogram[0].first), whole(found.histogram[-1].last)
    return Markup(
        '<div class="histogram" role="img" aria-label="{}">{}</div>'
        '<div class="axis"><span>{}</span><span>{}</span></div>'
    ).format(f"{first}–{last}", shown, first, last)


def repeats(page: Page, report: Report) -> Iterator[Markup]:
    """The first rows that repeat others."""
    twins = report.duplicates
    kinds = {
        "exact": twins.exact,
        "near": twins.near,
        "leaked": twins.leaked,
        "nearly": twins.nearly_leaked,
    }
    rows = [
        (
            page.say(FIGURES[kind]),
            at(page, t.row),
            at(page, t.earlier),
            f"{t.similarity:.0%}",
        )
        for kind, found in kinds.items()
        for t in found.examples[:5]
    ]
    if rows:
        titles = ["", page.say(ROW), page.say(EARLIER), page.say(ALIKE)]
        yield folded(page.say(REPEATS), table(titles, rows, numbers={3}))


def at(page: Page, place: Place) -> str:
    """A row's place in words."""
    english = f"{place.file}, {place.unit.en} {place.number}"
    return page.say(Text(english, f"{place.file} 第 {place.number} {place.unit.zh}"))


def quiet(text: str) -> Markup:
    """A line that stays in the background."""
    return Markup('<p class="quiet">{}</p>').format(text)


def folded(title: str, inside: Markup) -> Markup:
    """Something to be opened on demand."""
    return Markup('<details class="output"><summary>{}</summary>{}</details>').format(
        title, inside
    )
