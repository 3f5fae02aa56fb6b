"""Tab Compare: one prompt, the base and the tuned model side by side."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.kernel import jobs
from webui.kernel.live import listen
from webui.metrics import metric
from webui.page.cell import beside_code, cell, output_of
from webui.page.frame import QUIET, SILENT, Page, Seen
from webui.page.language import MORE
from webui.page.strip.inline import while_it_runs
from webui.page.tables import figures, quiet
from webui.page.tabs.split_picture import of_run
from webui.page.view import View
from webui.recipe import Recipe
from webui.runs import folder as runs
from webui.runs import scores as scoring
from webui.runs.events import Scored
from webui.runs.scores import Score
from webui.text import Text

ASK = Text("Ask both", "同时提问")
SCORE = Text("Score the held-out rows", "在留出数据上评分")
BASE = Text("Base: before training", "基座：训练前")
TUNED = Text("Tuned: after training", "微调后")
WHICH = Text("Run to compare", "要对比的运行")
NO_RUN = Text(
    "Nothing is trained yet. Run the Train tab first.",
    "还没有训练结果。请先运行“训练”。",
)
COMING = (
    Text(
        "The base's answer will stand here: press “Ask both”.",
        "点击“同时提问”，这里会显示基座模型的回答。",
    ),
    Text(
        "The tuned model's answer will stand here, beside it.",
        "这里会显示微调后模型的回答，以便对照。",
    ),
)
NO_SCORE = Text(
    "No score of this run yet. Press “Score the held-out rows”: how many of them the "
    "base and the tuned model answer right will stand here.",
    "该运行还没有评分。点击“在留出数据上评分”，这里会显示基座与微调后模型的答对比例。",
)
WHO = {scoring.BASE: BASE, scoring.TUNED: TUNED}
ON_ROWS = Text("{} on {} held-out rows", "{1} 条留出数据上的{0}")
MEASURED = {
    "tokens_guessed": Text(
        "next tokens guessed in {1} held-out rows", "{1} 条留出数据中猜中的 token 比例"
    ),
}


def build(page: Page) -> None:
    """The compare cell with its two panes, and the score cell."""
    with cell(page, "compare", ASK, "ask") as ask:
        with beside_code(page, "compare"):
            run = gr.Dropdown(label=page.say(WHICH), choices=[], elem_id="compare-run")
            page.field("compare.prompt")
            page.place("compare.max_new_tokens compare.temperature")
            with gr.Accordion(page.say(MORE), open=False):
                page.place("compare.seed")
        with gr.Row():
            panes = [
                gr.HTML(answer_box(page.say(title)), elem_id=element, min_width=260)
                for title, element in ((BASE, "base-pane"), (TUNED, "tuned-pane"))
            ]
        output_of(page, "compare")
    with cell(page, "score", SCORE, "run-score", partial(score, page), [run]):
        with beside_code(page, "score"):
            page.place("compare.scored_rows")
            page.html(of_run)
        page.html(scores, elem_id="scores")
        output_of(page, "score")
    page.watch(run, run_choices)
    page.watch(ask, lambda view: gr.update(variant=weight(view)))
    for number, component in enumerate(panes):
        page.watch(component, partial(last_answer, page, number))
    stream_when_asked(page, ask, run, panes)


def weight(view: View) -> str:
    """Asking is the next sensible step once something is trained."""
    return "primary" if view.state("train") == "fresh" else "secondary"


def answer_box(title: str, text: str = "", instead: str = "") -> str:
    """One pane: its title and an answer, escaped, since a model wrote it; ``instead``
    of one stands what will be there."""
    box = Markup(
        '<div class="pane-title">{}</div>'
        '<div class="answer" aria-live="polite">{}</div>'
    )
    coming = Markup('<span class="not-yet-said">{}</span>').format(instead)
    return str(box.format(title, text or (coming if instead else "")))


def run_choices(view: View) -> Any:
    """The runs that saved an adapter, the newest first; the shown one is chosen."""
    listed = runs.folders(view.studio.kernel.runs)
    names = [f.name for f in listed if runs.saved_adapter(f)]
    shown = view.run.name if view.run and view.run.name in names else None
    return gr.update(choices=names, value=shown or next(iter(names), None))


def last_answer(page: Page, pane: int, view: View) -> Any:
    """The answer of the last comparison. While one streams, the stream has the pane."""
    if view.kernel.busy.get("kind") == "compare":
        return gr.skip()
    pieces = view.kernel.cells.get("compare", {}).get("pieces", [])
    # The first piece holds the functions; base and tuned follow.
    text = pieces[pane + 1] if len(pieces) > pane + 1 else ""
    coming = page.say(COMING[pane] if anything_trained(view) else NO_RUN)
    return gr.update(value=answer_box(page.say((BASE, TUNED)[pane]), text, coming))


def anything_trained(view: View) -> bool:
    """Whether there is a run to compare."""
    return any(map(runs.saved_adapter, runs.folders(view.studio.kernel.runs)))


def scores(page: Page, view: View) -> Markup:
    """The held-out scores, for the shown run: a line of figures for each metric.

    While they are being made, how far that is.
    """
    if now := while_it_runs(page, view, "score"):
        return now
    scored = view.last(Scored)
    told = scoring.by_metric(scored.scores) if scored else {}
    if not told:
        return quiet(page.say(NO_SCORE if anything_trained(view) else NO_RUN))
    return Markup("").join(scores_of(page, each) for each in told.values())


def scores_of(page: Page, found: Sequence[Score]) -> Markup:
    """The scores of one metric, and on how many rows."""
    pairs = [
        (page.say(WHO.get(score.who, Text(score.who, score.who))), score.written)
        for score in found
    ]
    kind, rows = metric(found[0].metric), found[0].rows
    title = page.say(kind.title)
    if rows is not None:
        title = page.say(MEASURED.get(kind.name, ON_ROWS)).format(title, rows)
    return figures(pairs) + quiet(title)


def score(page: Page, recipe: Recipe, name: str | None) -> None:
    """Start a scoring of a run; its figures come with an event of the run."""
    own, folder = settings_to_ask(page, recipe, name)
    jobs.start_compare(page.kernel, own, folder, upto="score", edits=page.edits)


def settings_to_ask(
    page: Page, recipe: Recipe, name: str | None
) -> tuple[Recipe, Path]:
    """A run's own settings with what to ask from the form, and its folder."""
    if not name:
        raise jobs.KernelError(NO_RUN)
    folder = page.kernel.runs / Path(name).name
    own = runs.recipe_of_run(runs.read_run(folder))
    return own.model_copy(update={"compare": recipe.compare}), folder


def stream_when_asked(
    page: Page, ask: gr.Button, run: gr.Dropdown, panes: list[gr.HTML]
) -> None:
    """Let both answers stream into the panes as the kernel makes them."""

    def answer(seen: Seen | None, name: str | None, *values: Any) -> Iterator[tuple]:
        seen = seen or Seen()
        with page.problems_told():
            recipe = page.commit_form(seen, values)
            titles = page.say(BASE), page.say(TUNED)
            texts = {"base": "", "tuned": ""}
            # When the tab is closed, Gradio closes this generator, and that the client.
            own, folder = settings_to_ask(page, recipe, name)
            with ExitStack() as owned:
                begins = jobs.comparing(page.kernel, own, folder, edits=page.edits)
                with page.studio.presses.one(page.say(ASK)):
                    client = owned.enter_context(begins)
                yield seen, answer_box(titles[0], "…"), answer_box(titles[1])
                for pane, text in listen(page.kernel, client):
                    if not pane:
                        yield seen, gr.skip(), gr.skip()
                    elif pane in texts:
                        texts[pane] += text
                        yield seen, *map(answer_box, titles, texts.values())

    def wire() -> None:
        ask.click(
            answer,
            [page.seen, run, *page.form],
            [page.seen, *panes],
            trigger_mode="once",
            api_visibility="private",
            **SILENT,
        ).then(*page.looks, **QUIET)

    page.later.append(wire)
