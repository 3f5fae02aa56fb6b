"""The report of all rows: what is left out, too long, twice, or leaks."""

import shutil
from collections.abc import Iterator
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.figures import duration, whole
from webui.files import downloads
from webui.page.frame import Page
from webui.page.studio import View
from webui.page.tables import bars, figures, problem_card, table
from webui.planner.errors import PlannerError
from webui.planner.report.duplicates import Place, Repeats
from webui.planner.report.job import Progress
from webui.planner.report.lengths import Lengths
from webui.planner.report.report import Report
from webui.recipe import Recipe
from webui.recipe.field import Text

CHECK = Text("Check all rows", "检查全部数据")
CANCEL = Text("Cancel", "取消")
DOWNLOAD = Text("Rows that were left out", "下载被排除的数据")
USE_LENGTH = Text("Use the suggested length", "使用建议的长度")
CHANGED = Text("Settings changed since this report.", "生成此报告后设置有改动。")
FIGURES = {
    "kept": Text("rows to use", "可用数据"),
    "rejected": Text("left out", "被排除"),
    "heldout": Text("held out", "留出"),
    "empty": Text("empty", "空数据"),
    "exact": Text("exact repeats", "完全重复"),
    "near": Text("near repeats", "近似重复"),
    "leaked": Text("held-out rows seen in training", "留出数据出现在训练中"),
    "tokens": Text("tokens an epoch", "每轮 token"),
    "trained": Text("trained on", "参与训练"),
}
LENGTHS = Text("Length of a row in tokens", "每条数据的 token 数")
TRUNCATED = Text(
    "{} of the rows ({}) are longer than {} tokens and are cut; {} would hold 99 %.",
    "{} 条数据({})超过 {} 个 token 会被截断;设为 {} 可完整容纳 99%。",
)
ALL_FIT = Text(
    "Every row fits into {} tokens; {} would hold 99 %.",
    "所有数据都在 {} 个 token 以内;设为 {} 即可容纳 99%。",
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


def build(page: Page) -> None:
    """A button that starts or cancels the report, and below it the report."""
    with gr.Row():
        check = gr.Button(page.say(CHECK), elem_id="check-rows", size="sm")
        cancel = gr.Button(page.say(CANCEL), elem_id="cancel-report", size="sm")
        use = gr.Button(page.say(USE_LENGTH), elem_id="use-length", size="sm")
        download = gr.DownloadButton(
            page.say(DOWNLOAD), elem_id="rejected-rows", size="sm"
        )
    page.html(lambda view: drawn(page, view), elem_id="report")
    page.watch(check, lambda view: gr.update(visible=view.has_source))
    page.watch(cancel, lambda view: gr.update(visible=view.report_runs))
    page.watch(use, lambda view: gr.update(visible=suggests(view)))
    page.watch(download, rejected_file)
    studio = page.studio
    page.when_pressed(check, studio.start_report)
    page.when_pressed(cancel, studio.cancel_report, form=False)

    def use_length(recipe: Recipe) -> None:
        report = studio.view().report
        if isinstance(report, Report):
            suggested = report.lengths.suggested
            studio.draft.commit_all({"model.max_seq_length": suggested})

    page.when_pressed(use, use_length)


def suggests(view: View) -> bool:
    """Whether the report has another length to suggest than the recipe's."""
    report = view.report
    if not isinstance(report, Report):
        return False
    return report.lengths.suggested != view.recipe.model.max_seq_length


def rejected_file(view: View) -> Any:
    """The download of the rows that were left out, if there are any."""
    report = view.report
    if not isinstance(report, Report) or not report.rejections:
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
        return problem_card(page.say(report.text))
    if isinstance(report, Report):
        return Markup("").join(parts(page, view, report))
    if view.report_progress is None:
        return Markup("")
    return progress_bar(page, view.report_progress)


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


def parts(page: Page, view: View, report: Report) -> Iterator[Markup]:
    """The report, the most important first."""
    if view.report_is_old:
        yield quiet(page.say(CHANGED))
    yield figures([(page.say(FIGURES[n]), text) for n, text in main_figures(report)])
    yield from reasons(page, report)
    yield from lengths(page, report.lengths)
    if report.labels:
        shown = [
            (label.name, label.count, f"{whole(label.count)} ({label.share:.0%})")
            for label in report.labels[:20]
        ]
        yield folded(page.say(LABELS), bars(shown))
    yield from repeats(page, report)
    yield quiet(page.say(TOOK).format(duration(report.seconds)))


def main_figures(report: Report) -> Iterator[tuple[str, str]]:
    """What a glance should tell; what is zero and good stays away."""
    twins = report.duplicates
    yield "kept", whole(report.train.kept)
    if report.heldout.kept:
        yield "heldout", whole(report.heldout.kept)
    for name, count in (
        ("rejected", report.train.rejected + report.heldout.rejected),
        ("empty", report.empty.count),
        ("exact", twins.exact.count),
        ("near", twins.near.count),
        ("leaked", twins.leaked.count + twins.nearly_leaked.count),
    ):
        if count or name == "rejected":
            yield name, whole(count)
    yield "tokens", whole(report.lengths.tokens)
    share = report.lengths.trained / max(report.lengths.tokens, 1)
    yield "trained", f"{share:.0%}"


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
    first, last = found.histogram[0].first, found.histogram[-1].last
    return Markup(
        '<div class="histogram" role="img" aria-label="{}">{}</div>'
        '<div class="axis"><span>{}</span><span>{}</span></div>'
    ).format(f"{whole(first)}–{whole(last)}", shown, whole(first), whole(last))


def repeats(page: Page, report: Report) -> Iterator[Markup]:
    """The first rows that repeat others."""
    twins = report.duplicates
    kinds = {
        "exact": twins.exact,
        "near": twins.near,
        "leaked": joined(twins.leaked, twins.nearly_leaked),
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


def joined(first: Repeats, second: Repeats) -> Repeats:
    """Two kinds of repeats shown as one."""
    examples = first.examples + second.examples
    return Repeats(first.count + second.count, 0.0, examples)


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
