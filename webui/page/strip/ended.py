"""What came of the last thing that ran, in one sentence, and where to look."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from webui.counts.memory.measuring import is_measuring
from webui.diagnosis import explain
from webui.figures import brief, duration, in_bytes, whole
from webui.metrics import metric
from webui.notebook.cells import kind_of
from webui.page.frame import Page
from webui.page.mending import failure_of
from webui.page.strip.places import place_of
from webui.page.view import View
from webui.runs import folder as runs
from webui.runs import scores as scoring
from webui.runs.events import Event, Failed, Finished, Scored, Step
from webui.runs.scores import BASE, TUNED, Score
from webui.runs.trials import best_trial, no_best, ranked
from webui.text import Text

RIGHT = Text(
    "{tuned} of {rows} held-out answers {are} right, {base} before.",
    "{rows} 条留出数据中答对 {tuned} 条，训练前 {base} 条。",
)
MEASURED = Text(
    "{title}: {tuned} on {rows} held-out rows, {base} before.",
    "{title}：{rows} 条留出数据上为 {tuned}，训练前 {base}。",
)
TRAINED = Text(
    "Trained for {steps} in {time}{loss}.", "训练了 {steps}，用时 {time}{loss}。"
)
STEPS = Text("{} steps", "{} 步")
ONE_STEP = Text("1 step", "1 步")
FELL = Text("; the loss fell from {} to {}", "；损失从 {} 降到 {}")
WENT = Text("; the loss went from {} to {}", "；损失从 {} 变为 {}")
STOPPED = Text("Stopped after step {} of {}{}.", "在第 {} 步停止（共 {} 步）{}。")
STOPPED_EARLY = Text("Stopped before the first step.", "在第一步之前停止。")
SAVED = Text("; what it learned is saved", "；已学到的内容已保存")
NOT_SAVED = Text("; nothing is saved", "；未保存任何内容")
SWEPT = Text("{} trials; the best came to {}.", "{} 次试验；最佳结果为 {}。")
TRIALS = Text("{} trials.", "{} 次试验。")
PEAK = Text("Two steps were measured: {} at the peak.", "已实测两步：峰值 {}。")
DONE = Text("{} is done, in {}.", "“{}”已完成，用时 {}。")
FAILED = Text("{} failed: {}", "“{}”失败：{}")
KERNEL = Text("The kernel ended: {}", "内核退出：{}")
CELL_STOPPED = Text("{} was stopped.", "“{}”已停止。")
SEE = Text("See them", "查看")
SEE_IT = Text("See it", "查看")
COMPARE = Text("Compare", "去对比")
RESUME = Text("Resume or train anew", "继续或重新训练")
MEND = Text("What to do", "如何处理")

Mark = Literal["finished", "failed", "stopped"]


@dataclass(frozen=True)
class End:
    """How something ended: when (seconds since 1970), a sentence, and a link."""

    at: float
    mark: Mark
    sentence: str
    link: str
    place: str


def last_end(page: Page, view: View) -> End | None:
    """The end of what ran last; None before anything has."""
    found = [
        *end_of_run(page, view),
        *end_of_sweep(page, view),
        *end_of_cell(page, view),
    ]
    return max(found, key=lambda end: end.at, default=None)


# ---- a run


def end_of_run(page: Page, view: View) -> Iterator[End]:
    """How the shown run ended."""
    ended = view.last(Finished)
    if ended is None or view.run is None:
        return
    at = ended.time
    if ended.status == "failed":
        if failed := view.last(Failed):
            yield failure(page, failed, max(at, failed.time))
    elif ended.status == "stopped":
        yield stopped(page, view, at)
    elif is_measuring(view.run):
        peak = max(measured_peaks(view), default=0)
        told = page.say(PEAK).format(in_bytes(peak))
        place = place_of("adapter")
        yield End(at, "finished", told, page.say(SEE_IT), place)
    elif scored := view.last(Scored):
        told = " ".join(scores(page, tuple(scored.scores)))
        place = place_of("score")
        yield End(max(at, scored.time), "finished", told, page.say(SEE), place)
    else:
        told, place = trained(page, view), place_of("compare")
        yield End(at, "finished", told, page.say(COMPARE), place)


def end_of_sweep(page: Page, view: View) -> Iterator[End]:
    """How the latest sweep ended."""
    swept = view.swept
    ended = swept.last(Finished) if swept else None
    if swept is None or ended is None:
        return
    place = place_of("sweep")
    if ended.status != "failed":
        yield End(ended.time, mark_of(ended), *sweep(page, swept.history), place)
    elif failed := swept.last(Failed):
        yield failure(page, failed, max(ended.time, failed.time), place)


def mark_of(ended: Finished) -> Mark:
    """How a run ended, as the page marks it."""
    return "stopped" if ended.status == "stopped" else "finished"


def measured_peaks(view: View) -> Iterator[int]:
    """Bytes that the shown run took, as far as it says."""
    if view.run is not None:
        peak = runs.read_run(view.run).summary.get("peak_memory")
        if isinstance(peak, int):
            yield peak
    if (step := view.last(Step)) and step.memory:
        yield step.memory


def failure(page: Page, failed: Failed, at: float, place: str = "") -> End:
    """What failed, and where it says what to do."""
    what = page.say(explain(failed).what)
    if failed.error == "KernelDied":
        told = page.say(KERNEL).format(what)
    else:
        told = page.say(FAILED).format(page.say(kind_of(failed.cell).title), what)
    # The kernel's end is told in Train, whatever cell it was in.
    cell = "train" if failed.error == "KernelDied" else failed.cell
    return End(at, "failed", told, page.say(MEND), place or place_of(cell))


def stopped(page: Page, view: View, at: float) -> End:
    """How far a run had come when it was stopped."""
    training = view.training
    if training is None or not training.step:
        told, link = page.say(STOPPED_EARLY), page.say(SEE_IT)
        return End(at, "stopped", told, link, place_of("train"))
    saved = view.run is not None and runs.saved_adapter(view.run)
    step, total = whole(training.step), whole(training.max_steps)
    tail = page.say(SAVED if saved else NOT_SAVED)
    told = page.say(STOPPED).format(step, total, tail)
    return End(at, "stopped", told, page.say(RESUME), place_of("train"))


def trained(page: Page, view: View) -> str:
    """Steps, time and loss of a training that is over."""
    training, followed = view.training, view.followed
    if training is None or followed is None:
        return page.say(DONE).format(page.say(kind_of("train").title), "–")
    steps = (
        page.say(ONE_STEP)
        if training.step == 1
        else page.say(STEPS).format(whole(training.step))
    )
    losses = [each for each in followed.curve.logged("loss") if each == each]
    loss = ""
    if len(losses) > 1:
        first, last = losses[0], losses[-1]
        loss = page.say(FELL if last < first else WENT)
        loss = loss.format(brief(first, 3), brief(last, 3))
    time = duration(training.seconds)
    return page.say(TRAINED).format(steps=steps, time=time, loss=loss)


def sweep(page: Page, history: Sequence[Event]) -> tuple[str, str]:
    """How many trials a sweep had, the best, and what to look at."""
    trials = ranked(history)
    best = best_trial(history)
    if not best:
        why = no_best(history)
        told = page.say(TRIALS).format(len(trials))
        return f"{told} {page.say(why)}" if why else told, page.say(SEE)
    told = page.say(SWEPT).format(len(trials), brief(best["value"]))
    return told, page.say(SEE)


def scores(page: Page, found: tuple[Score, ...]) -> Iterator[str]:
    """A sentence for each metric: the tuned model, and the base before."""
    for name, listed in scoring.by_metric(found).items():
        by_whom = {score.who: score for score in listed}
        base, tuned = by_whom.get(BASE), by_whom.get(TUNED)
        if base is None or tuned is None:
            continue
        rows = tuned.rows
        if name == "exact_match" and rows:
            right = round(tuned.value * rows)
            yield page.say(RIGHT).format(
                tuned=whole(right),
                rows=whole(rows),
                are="is" if right == 1 else "are",
                base=whole(round(base.value * rows)),
            )
        else:
            yield page.say(MEASURED).format(
                title=title_of(page, name),
                tuned=tuned.written,
                rows=whole(rows or 0),
                base=base.written,
            )


def title_of(page: Page, name: str) -> str:
    """A metric's title at the beginning of a sentence."""
    title = page.say(metric(name).title)
    return title[:1].upper() + title[1:]


# ---- a cell without a run of its own


def end_of_cell(page: Page, view: View) -> Iterator[End]:
    """How the cell ended that the kernel ran last, where it was no run's."""
    ended = {n: r for n, r in view.kernel.cells.items() if r.get("ended")}
    if not ended or view.kernel.word == "busy":
        return
    name = max(ended, key=lambda cell: ended[cell]["ended"])
    record = ended[name]
    at, title = record["ended"], page.say(kind_of(name).title)
    swept_end = view.swept.last(Finished) if view.swept else None
    ends = [end.time for end in (view.last(Finished), swept_end) if end]
    if ends and at <= max(ends):
        return
    if failed := failure_of(record):
        yield failure(page, failed, at)
    elif record["status"] == "stopped":
        told, see = page.say(CELL_STOPPED).format(title), page.say(SEE_IT)
        yield End(at, "stopped", told, see, place_of(name))
    elif name == "score" and (scored := view.last(Scored)):
        told = " ".join(scores(page, tuple(scored.scores)))
        yield End(at, "finished", told, page.say(SEE), place_of(name))
    else:
        took = duration(at - record["started"])
        told, see = page.say(DONE).format(title, took), page.say(SEE_IT)
        yield End(at, "finished", told, see, place_of(name))
