"""The report of all rows: what is left out, too long, twice, or leaks."""

import shutil
from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.errors import PlannerError
from webui.figures import duration, whole
from webui.files import downloads
from webui.page.frame import Page
from webui.page.patches.given_away import served
from webui.page.tables import problem_card, quiet, track
from webui.page.tabs.data_report_parts import folded, report_parts
from webui.page.view import View
from webui.planner.job import Progress, was_cancelled
from webui.recipe import Recipe
from webui.rows.report.job import REPORT
from webui.rows.report.report import Report
from webui.text import Text

CHECK = Text("Check all rows", "检查全部数据")
CANCEL = Text("Cancel", "取消")
DOWNLOAD = Text("Download the rows left out", "下载被排除的数据")
USE_LENGTH = Text("Set the longest sequence to {}", "将最大序列长度设为 {}")
CHANGED = Text(
    "The rows or settings changed since this report: check again.",
    "生成此报告后数据或设置有改动：请重新检查。",
)
EARLIER_REPORT = Text("The earlier report", "之前的报告")


def build(page: Page) -> None:
    """A button that starts or cancels the report, and below it the report."""
    studio = page.studio
    with gr.Row():
        check = page.button(CHECK, "check-rows", studio.start_report)
        page.button(
            CANCEL,
            "cancel-report",
            studio.cancel_report,
            form=False,
            shown=lambda view: view.report_runs,
        )
        download = gr.DownloadButton(
            page.say(DOWNLOAD), elem_id="rejected-rows", size="sm", visible=False
        )
        use = page.button(
            USE_LENGTH, "use-length", partial(use_length, page), visible=False
        )
    page.html(draw_report, elem_id="report")
    page.watch(check, check_button)
    page.watch(use, lambda view: use_button(page, view))
    page.watch(download, rejected_file)


def use_length(page: Page, recipe: Recipe) -> None:
    """Cut rows where the report suggests to, and report anew."""
    studio, report = page.studio, page.view().report
    if isinstance(report, Report):
        suggested = report.lengths.suggested
        studio.draft.commit_all({"model.max_seq_length": suggested})
        studio.start_report(studio.draft.recipe)


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
    named = downloads() / "left-out-rows.jsonl"
    try:
        shutil.copyfile(report.rejected_file, named)
        return gr.update(visible=True, value=served(named))
    except OSError:
        return gr.update(visible=False)  # it was tidied away with an old report


def draw_report(page: Page, view: View) -> Markup:
    """The progress of a report, or the report."""
    report = view.report
    if isinstance(report, PlannerError):
        cancelled = report.text == was_cancelled(REPORT)
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
    return track(progress.share or 0.0) + quiet(" · ".join(told))


def whole_report(page: Page, view: View, report: Report) -> Markup:
    """The report; folded once it tells of other rows or settings than today's."""
    inside = Markup("").join(report_parts(page, report))
    if not view.report_is_old:
        return inside
    changed = Markup('<p class="state stale">↻ {}</p>').format(page.say(CHANGED))
    return changed + folded(page.say(EARLIER_REPORT), inside)
