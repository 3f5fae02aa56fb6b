"""The Parameters tab in Chromium: methods, counts, memory, and the model's tree."""

import csv
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from webui.page.variants import LORA
from webui.recipe import Recipe
from webui.recipe.store import load

from .walking import HOSTILE, go, open_page, set_field, wait_for

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parents[1] / "golden" / "trainable_parameters.csv"
MODEL = "meta-llama/Llama-2-7b-hf"


def golden(rank: int) -> tuple[str, str]:
    """Published figures: what learns and the whole, with LoRA on all projections."""
    with GOLDEN.open(newline="") as file:
        row = next(
            row
            for row in csv.DictReader(file)
            if row["model"] == "Llama-2-7B"
            and row["config"].startswith(f"r={rank}, all seven")
        )
    return f"{int(row['trainable']):,}", f"{int(row['all']):,}"


def see(page: Any, part: str, text: str, seconds: float = 90) -> None:
    """Wait until a part of the page holds a text."""
    wait_for(lambda: text in page.inner_text(part), seconds)


def choose(page: Any, field: str, title: str) -> None:
    """Choose from a list."""
    page.click(f"#{field} input")
    option = page.locator(f"#{field}").get_by_role("option", name=title, exact=True)
    option.click()
    option.wait_for(state="hidden")  # or the next list would open beside this one


def unfold(page: Any, *folds: str) -> None:
    """Open folds of the page."""
    for fold in folds:
        page.locator(f"#{fold} button").first.click()


def set_rank(page: Any, rank: int) -> None:
    """Type a rank and leave the box."""
    box = page.locator("#adapter-rank input")
    box.fill(str(rank))
    box.press("Tab")


def drafted(server: Any) -> Recipe:
    """The draft that the server keeps."""
    return load(server.home / "draft.yaml")


def test_each_method_has_its_own_fields(browser: Any, server: Any) -> None:
    page = open_page(browser, server)
    go(page, "Parameters")
    page.get_by_text("More", exact=True).locator("visible=true").click()
    page.get_by_label("Weight-decomposed LoRA (DoRA)").check()
    see(page, "#method-explained", "What is DoRA?")
    choose(page, "adapter-method", "Prompt tuning")
    wait_for(lambda: drafted(server).adapter.method == "prompt_tuning")
    assert not drafted(server).adapter.use_dora
    page.wait_for_selector("#adapter-virtual_tokens")
    for field in ("rank", "alpha", "targets", "target_modules", "use_dora", "layers"):
        page.locator(f"#adapter-{field}").wait_for(state="hidden")
    see(page, "#method-explained", "What is Prompt tuning?")
    see(page, "#counts", f"{20 * 576:,}")  # 20 virtual tokens of the starter's width
    unfold(page, "grid-fold")
    see(page, "#grid", "has no rank")
    rows = page.locator("#cell-adapter .row").filter(visible=True)
    wait_for(lambda: all(box["height"] > 8 for box in map(box_of, rows.all())))

    choose(page, "adapter-method", LORA.en)
    page.wait_for_selector("#adapter-rank")
    assert not page.get_by_label("Weight-decomposed LoRA (DoRA)").is_checked()
    tops = {box_of(page.locator(f"#adapter-{f}"))["y"] for f in ("rank", "alpha")}
    assert len(tops) == 1

    go(page, "Model")
    choose(page, "model-precision", "4-bit")
    go(page, "Parameters")
    see(page, "#counts", "81,430,848 for the model instead of 134,515,008")
    choose(page, "adapter-method", "Full fine-tuning")
    see(page, "#adapter-method", "4-bit weights are packed and cannot learn")
    assert drafted(server).adapter.method == "lora"
    go(page, "Model")
    choose(page, "model-precision", "16-bit, the kind that suits the device")
    wait_for(lambda: drafted(server).adapter.method == "full")
    go(page, "Parameters")
    wait_for(lambda: "cannot learn" not in page.inner_text("#adapter-method"))
    see(page, "#counts", "100.0000 %")


def box_of(part: Any) -> dict[str, float]:
    """Where a part of the page stands."""
    return part.bounding_box() or {"height": 99, "y": -1}


def test_a_model_is_counted_and_judged_before_it_is_here(
    browser: Any, server: Any
) -> None:
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.address)
    page.wait_for_selector("#status .name")
    set_field(page, "model.name", MODEL)
    go(page, "Parameters")
    set_rank(page, 16)
    learn, whole = golden(16)
    see(page, "#counts", learn)
    see(page, "#counts", whole)
    fewer = golden(4)[0]
    ranks_and_settings_beside(page, learn, fewer)
    tree_and_search(page)
    ways_out_on_a_small_card(page, server)
    chinese = open_page(browser, server, "zh")
    go(chinese, "参数")
    see(chinese, "#counts", fewer)
    assert "可训练参数" in chinese.inner_text("#counts")
    see(chinese, "#memory", "峰值约")
    hosts = {urlsplit(url).netloc for url in asked if url.startswith("http")}
    assert hosts == {urlsplit(server.address).netloc}


def ranks_and_settings_beside(page: Any, learn: str, fewer: str) -> None:
    """The grid marks what is chosen; kept settings stand beside those of now."""
    unfold(page, "grid-fold", "beside-fold")
    see(page, "#grid .chosen", f"● {learn}")
    assert fewer in page.inner_text("#grid")
    assert not page.is_visible("#forget-settings")
    page.click("#keep-settings")
    see(page, "#beside", "Nothing differs yet")
    set_rank(page, 4)
    see(page, "#beside", fewer)
    see(page, "#grid .chosen", f"● {fewer}")
    beside = page.inner_text("#beside table").split()
    assert beside.index(learn) < beside.index(fewer)
    page.click("#forget-settings")
    see(page, "#beside", "Press the button")
    page.locator("#forget-settings").wait_for(state="hidden")


def tree_and_search(page: Any) -> None:
    """The tree shows what was searched for, and never takes it for HTML."""
    unfold(page, "structure-fold")
    see(page, "#structure", "LoRA r=4")
    assert "embed_tokens" in page.inner_text("#structure")
    box = page.locator("#structure-search").locator("input, textarea").first
    box.fill("Q_proj")
    wait_for(lambda: "embed_tokens" not in page.inner_text("#structure"))
    assert "4096×4096" in page.inner_text("#structure")
    box.fill(HOSTILE)
    see(page, "#structure", "onerror")
    assert page.locator("#structure img").count() == 0 and page.title() != "owned"


def ways_out_on_a_small_card(page: Any, server: Any) -> None:
    """Too large for the card; each button makes what it says, and then is gone."""
    see(page, "#memory", "at its peak, about")
    assert "An estimate" in page.inner_text("#memory")
    page.wait_for_selector("#measure-memory")  # which only this machine can do
    choose(page, "card", "RTX 3060 12 GB")
    page.locator("#measure-memory").wait_for(state="hidden")
    see(page, "#memory .verdict", "✗ does not fit")
    page.wait_for_selector("#remedy-all")
    page.click("#remedy-first")
    checkpointing = "unsloth"
    wait_for(
        lambda: drafted(server).training.gradient_checkpointing == checkpointing, 90
    )
    see(page, "#memory", "Load the base in 4 bits")
    wait_for(lambda: not page.is_visible("#remedy-all"))  # one is left
    page.click("#remedy-first")
    see(page, "#memory .verdict", "✓ fits")
    assert drafted(server).model.precision == "4bit"
    wait_for(lambda: not page.is_visible("#remedy-first"))
