"""Find a model: suggestions under its name, and a search of the hub by name."""

from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.errors import PlannerError
from webui.figures import brief, whole
from webui.models.cache import local_models
from webui.models.catalogue.catalogue import shapes
from webui.models.search import Found, Hit
from webui.page.frame import QUIET, Page
from webui.page.language import WAIT
from webui.page.observing import recipe_or_none
from webui.page.tables import problem_card, quiet
from webui.page.view import View
from webui.recipe.paths import FIELDS
from webui.runs import folder as runs
from webui.text import Text

RECENT = 10  # runs whose models are suggested first

SEARCH_FOR = Text("Search the hub by name", "按名称搜索模型库")
SEARCH_HINT = Text("such as qwen 0.5b", "例如 qwen 0.5b")
SEARCH = Text("Search", "搜索")
HITS = Text("Choose a model", "选择模型")
NO_HITS = Text("No model has a name like this.", "没有名称相近的模型。")
FOUND = Text("{} models; a click takes one.", "找到 {} 个模型；点击即可选用。")
HERE = Text("on this machine", "在本机")
LISTED = Text("built-in catalogue", "内置目录")
GATED = Text("gated", "需授权")
CODE = Text("brings its own code", "自带代码")
DOWNLOADS = Text("{} downloads a month", "月下载 {} 次")
UNITS = ((1e9, "B"), (1e6, "M"))


def build(page: Page) -> None:
    """A line to search in, and what was found as choices."""
    with gr.Row(elem_id="search-models"):
        box = gr.Textbox(
            label=page.say(SEARCH_FOR),
            placeholder=page.say(SEARCH_HINT),
            max_lines=1,
            elem_id="search-text",
        )
        search = page.studio.search_models
        page.button(SEARCH, "search", search, [box], form=False)
    page.html(describe_search, elem_id="search-told")
    hits = gr.Radio(
        choices=[], label=page.say(HITS), visible=False, elem_id="search-hits"
    )
    page.watch(hits, lambda view: hits_to_choose(page, view))
    box.submit(search, box, None, **QUIET).then(*page.looks, **QUIET)
    hits.input(partial(take, page), hits, None, **QUIET).then(*page.looks, **QUIET)


def take(page: Page, name: str) -> None:
    """Make a hit the recipe's model; nothing that was said of the old one holds."""
    fields = ("model.revision", "model.trust_remote_code", "model.allow_pickle")
    rest = {path: FIELDS[path].default for path in fields}
    with page.problems_told():
        page.studio.draft.commit_all({"model.name": name, **rest})


def describe_search(page: Page, view: View) -> Markup:
    """How the search went."""
    if view.studio.searched is None:
        return Markup("")
    found = view.models_found
    if found is None:
        return quiet(page.say(WAIT))
    if isinstance(found, PlannerError):
        return problem_card(page.say(found.text))
    count = page.say(FOUND).format(len(found.hits)) if found.hits else page.say(NO_HITS)
    sentences = [count, *([page.say(found.problem)] if found.problem else [])]
    between = "" if page.language == "zh" else " "
    return Markup('<p class="quiet" role="status">{}</p>').format(
        between.join(sentences)
    )


def hits_to_choose(page: Page, view: View) -> Any:
    """The hits as choices; the recipe's own model among them is the chosen one."""
    found = view.models_found
    if not isinstance(found, Found) or not found.hits:
        return gr.update(visible=False)
    titled = [(title(page, hit), hit.name) for hit in found.hits]
    names = [hit.name for hit in found.hits]
    chosen = view.recipe.model.name if view.recipe.model.name in names else None
    return gr.update(visible=True, choices=titled, value=chosen)


def title(page: Page, hit: Hit) -> str:
    """A hit in one line: its name, and what is known of it."""
    parts = [hit.name]
    if hit.parameters:
        parts.append(rounded(hit.parameters))
    if hit.licence:
        parts.append(hit.licence)
    if hit.downloads is not None:
        parts.append(page.say(DOWNLOADS).format(whole(hit.downloads)))
    marks = ((hit.gated, GATED), (hit.wants_code, CODE))
    parts += [page.say(word) for holds, word in marks if holds]
    if hit.origin != "hub":
        parts.append(page.say(HERE if hit.origin == "machine" else LISTED))
    return " · ".join(parts)


def rounded(number: int) -> str:
    """1235814400 as 1.24 B."""
    for unit, letter in UNITS:
        if number >= unit:
            return f"{brief(number / unit, 3)} {letter}"
    return whole(number)


def suggestions(view: View) -> list[str]:
    """Names to pick from: used lately, on this machine, proposed, well-known."""
    newest = runs.folders(view.studio.kernel.runs)[:RECENT]
    recent = (run.model.name for run in map(recipe_or_none, newest) if run)
    proposed = FIELDS["model.name"].declaration.suggestions
    listed = (name for entry in shapes() for name in entry.names)
    # Not today's own: a list that changes as one is typed opens again by itself.
    names = (*recent, *proposed[:1], *local_models())
    return list(dict.fromkeys(filter(None, (*names, *proposed, *listed))))
