"""Put the tabs together: a page in English, one in Chinese, one studio behind both."""

import gradio as gr

from webui.collecting import uncollected
from webui.page.code.places import places_of
from webui.page.curves import watched
from webui.page.frame import QUIET, Page
from webui.page.header import build_header
from webui.page.language import Language
from webui.page.patches.made_once import app_not_made
from webui.page.patches.skips import Blocks
from webui.page.strip import strip
from webui.page.studio import Studio
from webui.page.tabs import compare, data, model, parameters, runs, sweep, train
from webui.text import Text

TABS = (
    (Text("Model", "模型"), model),
    (Text("Data", "数据"), data),
    (Text("Parameters", "参数"), parameters),
    (Text("Train", "训练"), train),
    (Text("Sweep", "搜索"), sweep),
    (Text("Compare", "对比"), compare),
    (Text("Runs", "运行记录"), runs),
)


@uncollected()
def build_app(studio: Studio) -> gr.Blocks:
    """Both pages as one Gradio app: English at ``/``, Chinese at ``/zh``."""
    with app_not_made():
        with Blocks(title="Tunebook", analytics_enabled=False) as blocks:
            gr.Navbar(visible=False)
            build_page(studio, "en", blocks)
        with blocks.route("中文", "zh") as chinese:
            build_page(studio, "zh", chinese)
    return blocks


def build_page(studio: Studio, language: Language, blocks: gr.Blocks) -> None:
    """One language's page, and the stamp that tells when it is to be drawn anew."""
    # In the document but not shown: only a mounted component tells of its change.
    stamp = gr.Textbox(visible="hidden", elem_id="stamp")
    page = Page(studio, language, seen=gr.State(None), stamp=stamp)
    build_header(page)
    strip.build(page)
    page.html(watched, elem_id="watched")
    with gr.Tabs():
        for title, tab in TABS:
            with gr.Tab(page.say(title), id=title.en.lower()):
                tab.build(page)
    studio.places |= places_of(page.bindings)
    page.connect()
    blocks.load(page.begin, None, [page.seen, page.stamp], **QUIET)
