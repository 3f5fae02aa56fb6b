"""The page in Chromium: as a newcomer walks it, and as an enemy does."""

import os
import re
import signal
from typing import Any

import pytest

from webui.kernel import jobs, queue
from webui.kernel.kernel import this_kernel
from webui.runs import events
from webui.runs import folder as runs

from .walking import SECOND, go, open_page, set_field, wait_for

pytestmark = pytest.mark.browser


def short(page: Any, steps: int) -> None:
    """Make the starter's training short enough for a test."""
    go(page, "Train")
    set_field(page, "training.steps", str(steps))
    go(page, "Compare")
    page.get_by_text("More").last.click()
    set_field(page, "compare.scored_rows", "2")
    set_field(page, "compare.max_new_tokens", "12")


def test_both_languages_without_a_request_elsewhere(browser: Any, server: Any) -> None:
    asked, problems = [], []
    for path, word in (("", "Parameters"), ("zh", "参数")):
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{server.address}/{path}")
        page.wait_for_selector("#status .name")
        page.get_by_role("tab", name=word, exact=True).click()
        page.wait_for_selector("#counts .figure", timeout=60 * SECOND)
        assert "2,442,240" in page.inner_text("#counts")
        page.close()
    here = re.compile(rf"^(data|blob):|^{re.escape(server.address)}")
    assert [url for url in asked if not here.match(url)] == []
    assert problems == []


def test_a_browser_that_prefers_chinese_gets_it(browser: Any, server: Any) -> None:
    page = open_page(browser, server, locale="zh-CN")
    page.wait_for_url("**/zh*")
    page.wait_for_selector("#status .name")
    assert page.get_by_role("tab", name="训练", exact=True).is_visible()
    page.get_by_role("link", name="English").click()
    page.get_by_role("tab", name="Train", exact=True).wait_for()
    assert not page.url.endswith("zh")


def test_counts_follow_the_rank_and_problems_stand_at_their_field(
    browser: Any, server: Any
) -> None:
    page = open_page(browser, server)
    go(page, "Parameters")
    page.wait_for_selector("#counts .figure", timeout=60 * SECOND)
    set_field(page, "adapter.rank", "4")
    wait_for(lambda: "1,221,120" in page.inner_text("#counts"))
    go(page, "Train")
    set_field(page, "training.learning_rate", "7")
    rate = "#training-learning_rate"
    wait_for(lambda: "at most 1" in page.inner_text(rate))
    page.click("#run-train")
    wait_for(lambda: "at most 1" in page.inner_text(".toast-wrap"))
    assert jobs.status(this_kernel()).word == "none"


def test_two_tabs_share_one_draft(browser: Any, server: Any) -> None:
    first, second = open_page(browser, server), open_page(browser, server)
    for page in (first, second):
        go(page, "Train")
    set_field(first, "training.batch_size", "4")
    box = second.locator("#training-batch_size input")
    wait_for(lambda: box.input_value() == "4")
    # The second tab types while the first commits another value.
    box.fill("2")
    set_field(first, "training.batch_size", "6")
    wait_for(lambda: box.input_value() == "6")


@pytest.mark.train
def test_the_whole_path_with_a_killed_server(browser: Any, own_server: Any) -> None:
    """Run all; kill -9 the server in mid-training; the page is complete again."""
    page = open_page(browser, own_server)
    short(page, steps=8)
    page.click("#run-all")
    run = wait_for(lambda: next(iter(runs.folders(this_kernel().runs)), None))
    wait_for(lambda: any(e.tag == "step" for e in events.read(run)[0]), 90)
    own_server.kill()
    page.close()
    before = len(events.read(run)[0])
    wait_for(lambda: len(events.read(run)[0]) > before, 60)
    own_server.start()
    page = open_page(browser, own_server)
    go(page, "Train")
    wait_for(lambda: "/ 8" in page.inner_text("#progress"))
    wait_for(lambda: runs.read_run(run).status == "finished", 120)
    wait_for(lambda: "8 / 8" in page.inner_text("#progress"))
    go(page, "Compare")
    wait_for(lambda: "held-out rows" in page.inner_text("#scores"))
    set_field(page, "compare.prompt", "The capital of France is")
    page.click("#ask")
    panes = "#base-pane .answer", "#tuned-pane .answer"
    wait_for(
        lambda: "France" in jobs.status(this_kernel()).cells["compare"]["code"], 60
    )
    wait_for(lambda: jobs.status(this_kernel()).word == "idle", 60)
    _, *answers = (
        text.strip() for text in jobs.status(this_kernel()).cells["compare"]["pieces"]
    )
    wait_for(lambda: [page.inner_text(p).strip() for p in panes] == answers)
    page.reload()
    page.wait_for_selector("#status .name")
    go(page, "Compare")
    wait_for(lambda: [page.inner_text(p).strip() for p in panes] == answers)
    go(page, "Runs")
    wait_for(lambda: run.name in page.inner_text("#runs-table"))
    page.click("#delete")
    page.click("#really-delete")
    wait_for(lambda: not run.exists())


@pytest.mark.train
def test_stop_then_a_killed_kernel(browser: Any, small_server: Any) -> None:
    """Stop keeps the adapter; a second press does no harm; a dead kernel is told."""
    page = open_page(browser, small_server)
    short(page, steps=5000)
    go(page, "Train")
    page.dblclick("#run-train")
    run = wait_for(lambda: next(iter(runs.folders(this_kernel().runs)), None))
    wait_for(lambda: any(e.tag == "step" for e in events.read(run)[0]), 90)
    assert len(runs.folders(this_kernel().runs)) == 1
    # The same once more, from another tab, waits only when it is asked to.
    other = open_page(browser, small_server)
    go(other, "Train")
    other.get_by_role("button", name="Add to the queue").last.click()
    other.locator("#waiting-again").click()
    wait_for(lambda: len(queue.waiting(this_kernel())) == 1)
    other.click("#waiting-remove")
    wait_for(lambda: not queue.waiting(this_kernel()))
    page.click("#stop")
    wait_for(lambda: runs.read_run(run).status == "stopped", 60)
    assert runs.saved_adapter(run)
    page.wait_for_selector("#run-train:not([disabled])")
    page.click("#run-train")
    second = wait_for(
        lambda: next((r for r in runs.folders(this_kernel().runs) if r != run), None),
        30,
    )
    wait_for(lambda: any(e.tag == "step" for e in events.read(second)[0]), 90)
    pid = jobs.status(this_kernel()).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: page.locator("#failure .bad-card").count() == 1, 10)
    assert runs.read_run(second).status == "failed"
    assert "kernel ended" in page.inner_text("#status")


@pytest.mark.train
def test_a_sweep_and_its_best(browser: Any, server: Any) -> None:
    """Two trials on one base; the better one becomes the current recipe."""
    page = open_page(browser, server)
    short(page, steps=2)
    go(page, "Sweep")
    page.click("#sweep-name-0 input")
    page.get_by_role("option", name="Rank (adapter.rank)").click()
    set_field(page, "sweep-values-0", "2, 3")
    page.click("#run-sweep")
    run = wait_for(lambda: next(iter(runs.folders(this_kernel().runs)), None))
    wait_for(lambda: runs.read_run(run).status == "finished", 150)
    best = runs.read_run(run).summary["best"]["params"]["adapter.rank"]
    table = page.locator("#cell-sweep table tbody tr")
    wait_for(lambda: table.count() == 2)
    page.click("#use-best:not([disabled])")
    go(page, "Parameters")
    box = page.locator("#adapter-rank input").first
    wait_for(lambda: box.input_value() == str(best))
    cells = [e.cell for e in events.read(run)[0] if e.tag == "cell"]
    assert cells.count("model") == 2  # it began once and ended once
