"""Why a run failed, in one sentence, and what to do next: from its failed event."""

import re

from webui.diagnosis.by_hand import BY_HAND, with_way_back
from webui.diagnosis.cause import Cause, Diagnosis
from webui.diagnosis.disk import DISK
from webui.diagnosis.hub import HUB
from webui.diagnosis.kernel_deaths import KERNEL_DEATHS, ended_by
from webui.diagnosis.learning import LEARNING
from webui.diagnosis.memory import MEMORY
from webui.diagnosis.models import MODELS
from webui.diagnosis.numbers import NUMBERS
from webui.diagnosis.packages import PACKAGES
from webui.diagnosis.rows import ROWS
from webui.runs.events import Failed
from webui.text import Text

__all__ = ["CAUSES", "Diagnosis", "explain"]

# The first that matches counts, so the narrow ones stand before the wide ones.
CAUSES: tuple[Cause, ...] = (
    *BY_HAND,
    *KERNEL_DEATHS,
    *MEMORY,
    *NUMBERS,
    *LEARNING,
    *DISK,
    *HUB,
    *MODELS,
    *PACKAGES,
    *ROWS,
)
OTHER = Cause(
    "other",
    "",
    "The cell {cell} ended with: {found}",
    "单元 {cell} 出错：{found}",
    "The log in the run's folder has every line; the kernel is still there, so "
    "mend the setting and run again.",
    "运行文件夹中的日志有完整信息；内核仍在，改好设置后再运行即可。",
)


def explain(failed: Failed) -> Diagnosis:
    """The diagnosis of a failure: the first cause whose pattern is in it.

    Libraries hide some errors behind others. Its ``causes`` are what lay behind; they
    are looked at only where the error itself says nothing. Where cells were edited by
    hand, it says so.
    """
    error, message, cell = failed.error or "error", failed.message, failed.cell or "?"
    if error == "KernelDied":
        message = ended_by(failed.code)
    own = f"{error}: {message}"
    for told in (own, *map(str, failed.causes)):
        if diagnosis := recognized(cell, told):
            return with_way_back(diagnosis, failed)
    other = fill_texts(OTHER, found=last_line(own), cell=cell)
    return with_way_back(other, failed)


def recognized(cell: str, told: str) -> Diagnosis | None:
    """The diagnosis of an error of a cell; None for one that is not known."""
    for cause in CAUSES:
        if match := re.search(cause.pattern, f"{cell} {told}", re.DOTALL):
            found = next((group for group in match.groups() if group), "")
            return fill_texts(cause, **match.groupdict(""), found=found, cell=cell)
    return None


def fill_texts(cause: Cause, **names: str) -> Diagnosis:
    """The texts of a cause with their names filled in; values are never templates."""

    def fill(text: Text) -> Text:
        english, chinese = (
            re.sub(r"\{(\w+)\}", lambda match: names[match[1]], part) for part in text
        )
        return Text(english, chinese)

    return Diagnosis(fill(cause.what), fill(cause.next_step), cause.kind)


def last_line(text: str) -> str:
    """The last line that says anything: where libraries put the point."""
    lines = [line.strip() for line in text.splitlines() if line.strip(" :")]
    return lines[-1][:400] if lines else "?"
