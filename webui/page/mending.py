"""Below a failure and below what a training shows: the change that helps, a button."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from webui.counts.memory.fit import Fit
from webui.counts.memory.fit import fit as fit_on
from webui.diagnosis import explain
from webui.diagnosis.change import MEMORY, Change, change_for
from webui.kernel import resuming
from webui.notebook.cells import RUN
from webui.page.frame import Page
from webui.page.observing import observations, recipe_or_none
from webui.page.tables import each
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.paths import value_at
from webui.runs.events import Failed, Saved, record
from webui.runs.folder import PLAN, edits_of_run, read_object
from webui.runs.followed import Followed
from webui.text import Text

Found = Callable[[View], Change | None]

MAKE = Text("Make this change", "应用此改动")
HELPS = Text("What helps, changing the least:", "影响最小的改动：")
ANEW = Text("Run then starts anew with it.", "之后点“运行”将用新设置重新开始。")
RESUME = Text(
    "Run then starts anew with it; Resume goes on after step {step} with the settings "
    "that the run had.",
    "之后点“运行”将用新设置重新开始；点“继续”则按原设置从第 {step} 步之后接着训练。",
)
AND_RESUME = Text("Make this change and resume", "应用此改动并继续训练")
MADE = Text("Changed: {change}.", "已改动：{change}。")
DONE = Text("There is nothing to change any more.", "已无需改动。")


def build(page: Page) -> None:
    """In the Train tab: the way out after the kernel died, and what was observed."""
    place_change(page, "kernel", after_death)
    page.html(observed, elem_id="observations")
    place_change(page, "observed", advised)


def offer(page: Page, *names: str) -> None:
    """Below the output of some cells: the way out where one of them failed."""
    place_change(page, names[0], lambda view: after_failure(view, names))


def of_sweep(page: Page) -> None:
    """In the Sweep tab: the way out after the kernel died in one."""
    place_change(page, "swept", after_swept_death, of_training=False)


def place_change(
    page: Page, name: str, found: Found, *, of_training: bool = True
) -> None:
    """The change in words and a button that makes it; nothing where there is none.

    What is ``of_training`` may also go on from a checkpoint of the shown run.
    """
    page.html(
        lambda page, view: describe_change(
            page, view, found(view), of_training=of_training
        ),
        elem_id=f"mending-{name}",
    )
    action = partial(make, page, found)
    page.button(MAKE, f"mend-{name}", action, shown=lambda view: bool(found(view)))
    if not of_training:
        return
    action = partial(go_on, page, found)
    page.button(AND_RESUME, f"resume-{name}", action, shown=partial(resumes, found))


def resumes(found: Found, view: View) -> bool:
    """Whether the shown run can go on from a checkpoint with the change."""
    change = found(view)
    fits = change is not None and {*change.values} <= {*resuming.RESUMABLE}
    return bool(fits and view.ended == "failed" and view.run and view.last(Saved))


def go_on(page: Page, found: Found, recipe: Recipe) -> None:
    """Put the change into the draft, and let the shown run go on with it."""
    view = page.view()
    change = found(view)
    if change is None or view.run is None:
        page.warn(page.say(DONE))
        return
    resuming.resume(page.kernel, view.run, values=change.values)
    page.studio.draft.commit_all(change.values)


def make(page: Page, found: Found, recipe: Recipe) -> None:
    """Put the change into the draft."""
    change = found(page.view())
    if change is None:
        page.warn(page.say(DONE))
        return
    page.studio.draft.commit_all(change.values)
    page.tell(page.say(MADE).format(change=page.say(change.text)))


def describe_change(
    page: Page, view: View, change: Change | None, *, of_training: bool = True
) -> Markup:
    """The change, and what a press of Run or Resume then does."""
    if change is None:
        return Markup("")
    saved, after = view.last(Saved) if of_training else None, ANEW
    if view.ended == "failed" and saved and saved.step and change.keeps_model:
        after = Text(*(part.format(step=saved.step) for part in RESUME))
    return Markup('<div class="card">{} <b>{}</b><div>{}</div></div>').format(
        page.say(HELPS), page.say(change.text), page.say(after)
    )


# ---- after a failure


def after_failure(view: View, names: tuple[str, ...]) -> Change | None:
    """The change after the failure of one of these cells, as long as it is today's.

    Once a setting was changed the cell is stale, and what helped it is of the past.
    """
    for name in names:
        failed = failure_of(view.kernel.cells.get(name, {}))
        if failed and view.state(name) == "failed":
            return change(view, failed)
    return None


def failure_of(cell: Mapping[str, Any]) -> Failed | None:
    """What failed in a cell, as the kernel's state has it; None where nothing did."""
    told = cell.get("failure")
    event = record({"event": Failed.tag, **told}) if told else None
    return event if isinstance(event, Failed) else None


def after_death(view: View) -> Change | None:
    """The change after the kernel died in the shown run, as long as it is today's."""
    return change_after_death(view, None if view.is_sweep else view.followed)


def after_swept_death(view: View) -> Change | None:
    """The same after it died in the latest sweep."""
    return change_after_death(view, view.swept)


def change_after_death(view: View, followed: Followed | None) -> Change | None:
    """The change after the kernel died in a run, as long as the cell is today's."""
    failed = followed.last(Failed) if followed else None
    if failed is None or failed.error != "KernelDied" or view.kernel.word == "busy":
        return None
    name = str(failed.cell)
    today = view.cells.get(name)
    if followed is None or today is None:
        return None
    if planned_key(followed.folder, name) != today.key:
        return None
    return change(view, failed)


def change(view: View, failed: Failed) -> Change | None:
    """The change for today's recipe; for memory the cheapest of the planner's steps."""
    card = view.studio.card
    steps: tuple = ()
    if card and explain(failed).kind in MEMORY:
        fit = view.planned(fit_on, card, None)
        if fit is None:
            return None  # it is still being worked out
        steps = fit.remedies.steps if isinstance(fit, Fit) else ()
    return change_for(failed, view.recipe, card, steps)


def planned_key(run: Path, name: str) -> str | None:
    """The key of a cell as a run was to run it."""
    cells = read_object(run / PLAN).get("cells", [])
    return next((cell.get("key") for cell in cells if cell.get("name") == name), None)


# ---- what was observed


def observed(page: Page, view: View) -> Markup:
    """What the shown training shows of itself, a card for each."""
    return each(
        '<div class="card" role="status"><b class="warn">!</b> {}</div>',
        ((page.say(seen.text),) for seen in observations(view.followed)),
    )


def advised(view: View) -> Change | None:
    """The first change that is advised, while the draft is still as the run was."""
    ran = recipe_or_none(view.run) if view.run else None
    if ran is None or view.run is None:
        return None
    by_hand = {name for name in view.edits if view.cells[name].is_edited}
    if {*edits_of_run(view.run), *by_hand} & {*RUN.upto("train")}:
        return None  # a setting might not reach code by hand
    for observation in observations(view.followed):
        change = observation.change
        if change and all(
            value_at(view.recipe, path) == value_at(ran, path) for path in change.values
        ):
            return change
    return None
