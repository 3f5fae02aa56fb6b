"""What the model says while it learns: sample answers over time, and ranked rows."""

from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.figures import brief, whole
from webui.page.frame import Page
from webui.page.tables import heading, html_table
from webui.page.view import View
from webui.runs.events import Ranked, Sampled, of_kind
from webui.text import Text

PROMPT = Text("prompt", "提示词")
AT_STEP = Text("after step {}", "第 {} 步之后")
AT_START = Text("before training", "训练之前")
SAMPLES = Text("Sample answers: watch the model learn", "示例回答：观察模型的学习过程")
RANKED = Text("Rows by their loss, after step {}", "按损失排列的数据，第 {} 步之后")
WHICH = {
    "best": Text("best known", "掌握最好"),
    "worst": Text("least known", "掌握最差"),
    "random": Text("drawn at random", "随机抽取"),
}
TITLES = (
    Text("row", "数据"),
    Text("loss", "损失"),
    Text("what stands before", "前文"),
    Text("what is to be learned", "要学习的部分"),
)
CHOICE = Text("Show the answers after step", "显示哪一步之后的回答")
LATEST = Text("the latest", "最新")
# As many steps are offered; a long training has more, evenly chosen ones are enough.
OFFERED = 40


def samples(page: Page) -> None:
    """The table of sample answers, with the step to show beside the start."""
    chosen = gr.Dropdown(
        choices=[(page.say(LATEST), -1)],
        value=-1,
        label=page.say(CHOICE),
        visible=False,
        elem_id="sample-step",
    )
    answers = gr.HTML(elem_id="samples")
    page.watch(chosen, lambda view: steps_to_choose(page, view))
    page.watch_chosen(answers, [chosen], draw_samples)
    page.html(ranked, elem_id="ranked")


def sampled(view: View) -> dict[int, Sampled]:
    """The sample answers of the shown run, the last of each step."""
    return {event.step: event for event in of_kind(view.history, Sampled)}


def steps_to_choose(page: Page, view: View) -> Any:
    """The steps to choose from; hidden while there is nothing to choose."""
    steps = sorted(sampled(view))[1:]
    stride = max(1, -(-len(steps) // OFFERED))
    offered = [(whole(step), step) for step in steps[::-1][::stride]]
    return gr.update(choices=[(page.say(LATEST), -1), *offered], visible=len(steps) > 1)


def draw_samples(page: Page, view: View, step: int | None) -> Markup:
    """Each prompt with its answer at the start and at the chosen step."""
    known = sampled(view)
    if not known:
        return Markup("")
    first, last = min(known), max(known)
    if step in known and step is not None:
        last = step
    now = {a["prompt"]: a["answer"] for a in known[last].answers}
    rows = []
    for asked in known[first].answers:
        row = [asked["prompt"], asked["answer"]]
        rows.append(row if last == first else [*row, now.get(asked["prompt"], "–")])
    titles = [page.say(PROMPT), page.say(moment(first))]
    if last != first:
        titles.append(page.say(moment(last)))
    body = Markup('<div class="answers">{}</div>').format(html_table(titles, rows))
    return heading(page.say(SAMPLES)) + body


def moment(step: int) -> Text:
    """When answers were given, in words."""
    if not step:
        return AT_START
    return Text(*(words.format(whole(step)) for words in (AT_STEP.en, AT_STEP.zh)))


def ranked(page: Page, view: View) -> Markup:
    """The best, the worst and a random row of the last evaluation."""
    event = view.last(Ranked)
    if event is None or not event.rows:
        return Markup("")
    rows = [
        (
            f"{page.say(WHICH.get(row['which'], Text(row['which'], row['which'])))}"
            f" ({row['row'] + 1})",
            brief(row["loss"]),
            row["text"],
            row["trained"],
        )
        for row in event.rows
    ]
    title = page.say(RANKED).format(whole(event.step))
    body = html_table([page.say(t) for t in TITLES], rows, numbers=(1,))
    return heading(title) + Markup('<div class="answers">{}</div>').format(body)
