"""Whether a training fits: the parts of its memory, the limits, and the ways out."""

from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.counts.memory.cards import CARDS, Card
from webui.counts.memory.fit import Fit, fit
from webui.counts.memory.remedies import Remedies, Remedy
from webui.counts.parameters.count import count
from webui.errors import PlannerError
from webui.figures import in_bytes, whole
from webui.page.frame import Page
from webui.page.steady import not_yet, steady
from webui.page.tables import bars, each, figures, heading, problem_card, quiet
from webui.page.tabs import parameter_measure
from webui.page.view import View
from webui.planner.process import ask
from webui.recipe import Recipe
from webui.recipe.combinations import device_rules
from webui.text import Text

HERE = "here"
TITLE = Text("Does it fit?", "放得下吗？")
CARD = Text("To be trained on", "在哪里训练")
CARD_INFO = Text(
    "This machine, or a card that you plan for.", "本机，或你打算使用的显卡。"
)
THIS_MACHINE = Text("this machine", "本机")
ABOUT = Text("at its peak, about", "峰值约")
BETWEEN = Text("between", "范围")
BATCH = Text("largest batch, in rows", "最大批大小（条）")
LENGTH = Text("longest row, in tokens", "最长数据（token）")
NO_ROOM = Text("none fits", "都放不下")
ESTIMATE = Text(
    "An estimate for batches full of rows of full length; shorter rows take less.",
    "按每批都是最长数据估计；数据较短时占用更少。",
)
CORRECTED = Text(
    "Corrected by a run of these settings and rows on this machine, which took {} at "
    "its peak; longer rows take more.",
    "已按本机上相同设置和数据的一次运行校正，其峰值为 {}；数据更长时占用更多。",
)
WAYS_OUT = Text(
    "What would make it fit, the least harmful first:",
    "怎样才能放得下（影响最小的在前）：",
)
APPLY_FIRST = Text("Make the first change", "应用第一项")
APPLY_ALL = Text("Make all of them", "全部应用")
NOTHING = Text("It fits as it is.", "已经放得下，无需改动。")
PARTS = {
    "weights": Text("weights", "权重"),
    "adapter": Text("adapter", "适配器"),
    "gradients": Text("gradients", "梯度"),
    "optimizer": Text("optimizer", "优化器"),
    "activations": Text("activations", "激活值"),
    "logits": Text("logits", "logits"),
    "context": Text("libraries", "运行库"),
}
WHAT_IS_WHAT = Text("What these parts are", "各部分的含义")
MEANINGS = {
    "weights": Text("the model itself, as it is loaded", "加载后的模型本身"),
    "adapter": Text("the weights that the method adds", "所选方法增加的权重"),
    "gradients": Text(
        "for each weight that learns, in which direction it should move",
        "每个可训练权重应朝哪个方向调整",
    ),
    "optimizer": Text(
        "what AdamW or another optimizer remembers of earlier steps",
        "AdamW 等优化器对先前各步的记录",
    ),
    "activations": Text(
        "what each layer worked out for the batch, kept until the gradients are known",
        "各层对这一批数据的中间结果，保留到算出梯度为止",
    ),
    "logits": Text(
        "a score for every word of the vocabulary at every token, for the loss",
        "为计算损失，每个 token 位置上对整个词表的打分",
    ),
    "context": Text(
        "what Python, PyTorch and the card's driver take", "Python、PyTorch 和驱动占用"
    ),
}
MARKS = {"fits": "✓", "tight": "!", "too large": "✗"}
CLASSES = {"fits": "good", "tight": "warn", "too large": "bad"}


def card_list(page: Page) -> gr.Dropdown:
    """This machine and the known cards to choose from, which ``build`` places."""
    choices = [(page.say(THIS_MACHINE), HERE)]
    choices += [(page.say(card.title), name) for name, card in CARDS.items()]
    return gr.Dropdown(
        choices,
        value=HERE,
        label=page.say(CARD),
        info=page.say(CARD_INFO),
        elem_id="card",
        render=False,
    )


def build(page: Page, card: gr.Dropdown) -> None:
    """A card to choose, the verdict, the parts, and two buttons that make it fit."""
    with gr.Column(elem_classes="part"):
        gr.HTML(str(heading(page.say(TITLE))))
        card.render()
        fit = gr.HTML(not_yet(page), min_height=300, elem_id="memory")
        page.watch_chosen(fit, [card], steady(draw_memory))
        build_buttons(page, card)
        parameter_measure.build(page, card, HERE)
        gr.HTML(str(meanings(page)))


def build_buttons(page: Page, card: gr.Dropdown) -> None:
    """Two buttons that make it fit, where there is something to change."""
    with gr.Row():
        for title, name, least, count in (
            (APPLY_FIRST, "remedy-first", 1, 1),
            (APPLY_ALL, "remedy-all", 2, None),
        ):
            make = partial(apply, page, count)
            button = page.button(title, name, make, [card], visible=False)
            page.watch_chosen(button, [card], partial(offered, least))


def offered(least: int, page: Page, view: View, name: str) -> Any:
    """A button, in sight where at least so many changes are advised."""
    fit = fit_of(view, name)
    if fit is None:
        return gr.skip()
    steps = fit.remedies.steps if isinstance(fit, Fit) else ()
    return gr.update(visible=len(steps) >= least)


def meanings(page: Page) -> Markup:
    """What each part of the memory is, folded."""
    items = each(
        "<li><b>{}</b> {}</li>",
        ((page.say(PARTS[name]), page.say(text)) for name, text in MEANINGS.items()),
    )
    return Markup(
        '<details class="method"><summary>{}</summary><ul>{}</ul></details>'
    ).format(page.say(WHAT_IS_WHAT), items)


def chosen_card(view: View, name: str) -> Card | None:
    """The card that was chosen; None while this machine is still being looked at."""
    return view.studio.card if name == HERE else CARDS[name]


def fit_of(view: View, name: str) -> Any:
    """How the recipe fits the chosen card, a PlannerError, or None while it comes."""
    card = chosen_card(view, name)
    return view.planned(fit, card, measured_on(view, card)) if card else None


def measured_on(view: View, card: Card) -> int | None:
    """Bytes that a run took on the card, which only this machine can tell."""
    return view.measured_peak if card.name == HERE else None


def draw_memory(page: Page, view: View, name: str) -> Markup | None:
    """Verdict, figures, parts and ways out for the chosen card."""
    fit = fit_of(view, name)
    if fit is None:
        return None
    if isinstance(fit, PlannerError):
        if isinstance(view.planned(count), PlannerError):
            return Markup("")  # the counts above say it
        return problem_card(page.say(fit.text))
    return (
        draw_verdict(page, fit)
        + draw_refusals(page, view.recipe, fit.verdict.card)
        + figures(memory_figures(page, fit))
        + quiet(basis(page, fit))
        + draw_memory_parts(page, fit)
        + ways_out(page, fit.remedies)
    )


def draw_verdict(page: Page, fit: Fit) -> Markup:
    """The verdict: a mark, a word, a sentence."""
    verdict = fit.verdict
    return Markup('<p class="verdict {}"><b>{} {}</b> {}</p>').format(
        CLASSES[verdict.word],
        MARKS[verdict.word],
        page.say(verdict.title),
        page.say(verdict.text),
    )


def draw_refusals(page: Page, recipe: Recipe, card: Card) -> Markup:
    """What the card cannot do at all."""
    title = page.say(card.title)
    rules = device_rules(recipe, title, has_bf16=card.has_bf16, has_gpu=card.is_gpu)
    return Markup("").join(problem_card(page.say(text)) for _, text in rules)


def basis(page: Page, fit: Fit) -> str:
    """What the figures rest on: sizes alone, or a run that was measured."""
    peak = fit.verdict.measured
    return (
        page.say(ESTIMATE)
        if peak is None
        else page.say(CORRECTED).format(in_bytes(peak))
    )


def memory_figures(page: Page, fit: Fit) -> list[tuple[str, str]]:
    """The likely peak, its band, and the limits."""
    memory = fit.verdict.memory
    return [
        (page.say(ABOUT), in_bytes(memory.total)),
        (page.say(BETWEEN), f"{in_bytes(memory.low)} – {in_bytes(memory.high)}"),
        (page.say(BATCH), limit(page, fit.verdict.largest_batch)),
        (page.say(LENGTH), limit(page, fit.longest_sequence)),
    ]


def limit(page: Page, most: int) -> str:
    """The most that fits, or that nothing does."""
    return whole(most) if most else page.say(NO_ROOM)


def draw_memory_parts(page: Page, fit: Fit) -> Markup:
    """The parts as bars."""
    memory = fit.verdict.memory
    values = {name: getattr(memory, name) for name in PARTS}
    return bars([(page.say(PARTS[n]), v, in_bytes(v)) for n, v in values.items()])


def ways_out(page: Page, remedies: Remedies) -> Markup:
    """The changes in order, each with what it takes then."""
    if remedies.fits and not remedies.steps:
        return Markup("")
    items = each(
        "<li>{} <b>{}</b></li>",
        ((page.say(s.text), in_bytes(s.memory.total)) for s in remedies.steps),
    )
    last = Markup("<p>{}</p>").format(page.say(remedies.text)) if remedies.text else ""
    head = page.say(WAYS_OUT) if remedies.steps else ""
    return Markup('<div class="card"><p>{}</p><ol>{}</ol>{}</div>').format(
        head, items, last
    )


def apply(page: Page, count: int | None, recipe: Recipe, name: str) -> None:
    """Put the first changes, or all, into the draft."""
    view = page.view()
    card = chosen_card(view, name)
    steps: tuple[Remedy, ...] = ()
    if card is not None:
        peak = measured_on(view, card)
        steps = ask(fit, recipe, card, peak).remedies.steps
    values: dict[str, Any] = {}
    for step in steps[:count]:
        values |= step.values
    if values:
        page.studio.draft.commit_all(values)
    else:
        page.warn(page.say(NOTHING))
