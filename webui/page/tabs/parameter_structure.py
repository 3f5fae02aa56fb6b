"""The model as a tree: modules, shapes, parameters, and what the adapter touches."""

import gradio as gr
from markupsafe import Markup

from webui.counts.parameters.structure import Node, structure
from webui.errors import PlannerError
from webui.figures import whole
from webui.page.frame import Page
from webui.page.steady import not_yet, steady
from webui.page.tables import problem_card, quiet
from webui.page.view import View
from webui.text import Text

TITLE = Text("The model's structure", "模型结构")
SEARCH = Text("Search for a module", "搜索模块")
SEARCH_INFO = Text(
    "A part of its name, such as q_proj or norm.", "名称的一部分，如 q_proj 或 norm。"
)
HOW_TO_READ = Text(
    "Each line: name, kind, shape, and number of parameters; “+” is what the adapter "
    "puts there.",
    "每行依次为名称、类型、形状和参数量；“+”表示适配器在此处添加的部分。",
)
NONE = Text("No module has “{}” in its name.", "没有名称含“{}”的模块。")
LEARN = Text("{} learn", "{} 个学习")
ALIKE = Text("{} layers, all alike; figures for one", "{} 层相同；数字为单层")
TIED = Text("shares the embeddings' weights", "与词嵌入共享权重")


def build(page: Page) -> None:
    """A fold with a box to search in and the tree."""
    with gr.Accordion(page.say(TITLE), open=False, elem_id="structure-fold"):
        search = gr.Textbox(
            label=page.say(SEARCH),
            info=page.say(SEARCH_INFO),
            max_lines=1,
            elem_id="structure-search",
        )
        gr.HTML(str(quiet(page.say(HOW_TO_READ))))
        tree = gr.HTML(not_yet(page), min_height=200, elem_id="structure")
        page.watch_chosen(tree, [search], steady(draw_structure))


def draw_structure(page: Page, view: View, search: str | None) -> Markup | None:
    """The tree, or the part of it that was searched for."""
    root = view.planned(structure)
    if root is None:
        return None
    if isinstance(root, PlannerError):
        return problem_card(page.say(root.text))
    wanted = (search or "").strip().lower()
    tree = branch(page, root, wanted)
    if not tree:
        return quiet(page.say(NONE).format(search))
    return Markup('<div class="tree scroll">{}</div>').format(tree)


def branch(page: Page, node: Node, wanted: str) -> Markup:
    """A node with what is below it; nothing where neither it nor that is wanted."""
    found = wanted in node.path.lower()
    below = [
        branch(page, child, "" if found and wanted else wanted)
        for child in node.children
    ]
    shown = Markup("").join(below)
    if wanted and not found and not shown:
        return Markup("")
    if not node.children:
        return Markup('<div class="leaf">{}</div>').format(module_line(page, node))
    return Markup("<details open><summary>{}</summary><div>{}</div></details>").format(
        module_line(page, node), shown
    )


def module_line(page: Page, node: Node) -> Markup:
    """One module: its name, class, shapes, size, and what is done to it."""
    shapes = ", ".join("×".join(map(str, shape)) for _, shape in node.weights)
    notes = [page.say(ALIKE).format(node.copies)] if node.copies > 1 else []
    notes += [page.say(TIED)] if node.tied else []
    if node.trainable:
        notes.append(page.say(LEARN).format(whole(node.trainable)))
    mark = Markup("")
    if node.adapter:
        mark = Markup(' <span class="touched">+ {}</span>').format(
            page.say(node.adapter)
        )
    return Markup(
        '<b>{}</b> <span class="quiet">{} {}</span>'
        ' <span class="size">{}</span>{} <span class="quiet">{}</span>'
    ).format(
        node.name,
        node.class_name,
        shapes,
        whole(node.parameters) if node.parameters else "",
        mark,
        " · ".join(notes),
    )
