"""The report of all rows, made in a process of its own while the page goes on.

A report is made once for the same rows, and found in the cache after that.
"""

from pathlib import Path

from webui.errors import PlannerError
from webui.files import new_scratch
from webui.planner.job import Gauge, Job, has_died
from webui.recipe import Recipe
from webui.rows.each import source_files
from webui.rows.report.cache import cached, report_key, reports_folder, tidy_reports
from webui.rows.report.measured import Measured, Stamp, files_stamp
from webui.rows.report.report import Report
from webui.rows.report.work import STAGES, Known, finished_report
from webui.text import Text

REPORT = Text("The report", "报告")
_measured: dict[Stamp, Measured] = {}  # so that no file is hashed twice


def start_report(recipe: Recipe) -> Job[Report]:
    """Begin to make the report of a recipe's rows.

    If it is in the cache and the files are as they were when this process last saw
    them, it is there at once.
    """
    job = Job(REPORT, report_at_hand(recipe))
    if job.result is None:
        tidy_reports()
        scratch, gauge = new_scratch(reports_folder()), Gauge(STAGES)
        args = (recipe, scratch, dict(_measured), gauge)
        job.begin(
            finished_report, *args, gauge=gauge, scratch=scratch, take=kept_report
        )
    return job


def kept_report(answer: tuple[str, Known]) -> Report | PlannerError:
    """The report that the process put into the cache."""
    key, measured = answer
    _measured.update(measured)
    return cached(key) or PlannerError(has_died(REPORT))


def report_at_hand(recipe: Recipe) -> Report | None:
    """The report, if it can be found without reading a file."""
    files = source_files(recipe)
    measured = [_measured.get(files_stamp(Path(file))) for file in files]
    if not files or None in measured:
        return None
    return cached(report_key(recipe, [one for one in measured if one]))
