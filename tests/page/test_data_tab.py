"""The Data tab in Chromium: rows arrive, are told apart, shown, checked, refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.recipe.store import load

from .walking import HOSTILE, SECOND, go, open_page, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Any, server: Any) -> Any:
    """A browser tab on the Data tab."""
    opened = open_page(browser, server)
    go(opened, "Data")
    return opened


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A file of rows as JSON lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def asked(name: str, count: int) -> list[dict[str, Any]]:
    """Rows whose columns have names of their own."""
    return [{"query": f"{name} {i}?", "reply": f"so {i}"} for i in range(count)]


def upload(page: Any, *files: Path) -> None:
    """Upload files, as if they were dropped, once the place is free for them."""
    see(page, "#upload", "Drop File Here")
    page.set_input_files("#upload input[type=file]", list(files))


def see(page: Any, part: str, text: str, seconds: float = 60) -> None:
    """Wait until a part of the page holds a text."""
    wait_for(lambda: text in page.inner_text(part), seconds)


def choose(page: Any, field: str, title: str) -> None:
    """Choose from a list."""
    page.click(f"#{field} input")
    option = page.locator(f"#{field}").get_by_role("option", name=title, exact=True)
    option.click()
    option.wait_for(state="hidden")  # or the next list would open beside this one


def drafted(server: Any) -> Any:
    """The data section of the draft that the server keeps."""
    return load(server.home / "draft.yaml").data


def test_a_format_chosen_by_hand_and_back(
    page: Any, server: Any, tmp_path: Path
) -> None:
    upload(page, write_rows(tmp_path / "qa.jsonl", asked("why", 5)))
    see(page, "#found", "question and answer")
    mapping = {"question": "query", "answer": "reply"}
    assert drafted(server).columns == mapping
    column = page.locator("#column-0 input")
    wait_for(lambda: column.input_value() == "query")
    # What can be told is kept: the rows are shown at once in the other format.
    choose(page, "data-format", "prompt and completion")
    kept = {"prompt": "query", "completion": "reply"}
    wait_for(lambda: drafted(server).columns == kept)
    see(page, "#rendered-rows", "so 0")
    # A text that is no column is told at the list, with those that are there.
    column.fill("You answer in JSON.")
    column.press("Tab")
    see(page, "#column-0", "they have query, reply")
    page.click("#run-data")
    see(page, ".toast-wrap", "no column “You answer in JSON.”")
    assert jobs.status(this_kernel()).word == "none"
    choose(page, "column-0", "query")
    wait_for(lambda: "they have" not in page.inner_text("#column-0"))
    page.click("#use-format")
    wait_for(lambda: drafted(server).columns == mapping)
    assert drafted(server).format == "question_answer"
    wait_for(lambda: not page.is_visible("#use-format"))


def test_several_files_and_a_bad_one(page: Any, server: Any, tmp_path: Path) -> None:
    first = write_rows(tmp_path / "first.jsonl", asked("first", 2))
    second = write_rows(tmp_path / "second.jsonl", asked("second", 2))
    upload(page, first, second)
    see(page, "#found", "second-")
    see(page, "#rendered-rows", "second 0?")
    held = drafted(server)
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"prompt": ')
    upload(page, bad)
    see(page, ".toast-wrap", "line 1")
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n")
    upload(page, picture)
    see(page, ".toast-wrap", "picture.png")
    assert drafted(server) == held
    assert "second 0?" in page.inner_text("#rendered-rows")
    # The place to upload is free for the next file.
    upload(page, write_rows(tmp_path / "third.jsonl", asked("third", 2)))
    see(page, "#rendered-rows", "third 0?")


def test_pasted_rows_reach_a_second_tab(browser: Any, server: Any, page: Any) -> None:
    second = open_page(browser, server)
    go(second, "Data")
    page.get_by_text("Or paste rows").click()
    page.click("#use-text")
    see(page, ".toast-wrap", "paste some")
    page.locator("#pasted textarea").fill("text,label\nfine,good\npoor,bad\nnice,good")
    page.click("#use-text")
    for tab in (page, second):
        see(tab, "#found", "text and label")
        see(tab, "#rendered-rows", "fine")
    assert Path(drafted(server).train_files[0]).name.startswith("pasted-")
    # What one tab says about the columns, the other shows.
    choose(second, "column-2", "text")
    wait_for(lambda: page.locator("#column-2 input").input_value() == "text")


def test_hub_fields_and_uploads_exclude_each_other(page: Any) -> None:
    assert not page.is_visible("#data-hub_dataset")
    page.get_by_role("radio", name="the hub").check()
    page.wait_for_selector("#data-hub_dataset")
    wait_for(lambda: not page.is_visible("#upload"))
    see(page, "#found", "name a data set")
    assert page.get_by_role("radio", name="the hub").is_checked()
    page.get_by_role("radio", name="files").check()
    page.wait_for_selector("#upload")


def test_a_report_outlives_a_reload_and_can_be_cancelled(
    page: Any, tmp_path: Path
) -> None:
    upload(page, write_rows(tmp_path / "many.jsonl", asked("many", 60_000)))
    see(page, "#rendered-rows", "many 0?")
    page.click("#check-rows")
    page.wait_for_selector("#report [role=progressbar]")
    page.reload()
    page.wait_for_selector("#status .name")
    go(page, "Data")
    page.wait_for_selector("#report [role=progressbar]")
    assert page.is_disabled("#check-rows")
    page.click("#cancel-report")
    see(page, "#report", "cancelled")
    wait_for(lambda: page.is_enabled("#check-rows"))
    assert not page.is_visible("#cancel-report")


def test_a_report_tells_faults_and_goes_stale(page: Any, tmp_path: Path) -> None:
    held = "What is the name of the only moon that goes around this planet of ours?"
    rows = [{"prompt": f"{held} {i}", "completion": f"Luna {i}"} for i in range(30)]
    more = [row | {"completion": f"{row['completion']} indeed"} for row in rows]
    rows = [*rows, *rows, *more, {"prompt": "no answer"}]
    upload(page, write_rows(tmp_path / "rows.jsonl", rows))
    see(page, "#data-warnings", "1 of the first 91 rows cannot be used")
    assert page.locator("#data-warnings .bad-card").count() == 0
    page.click("#check-rows")
    see(page, "#report", "held-out rows that are also trained on")
    see(page, "#report", "held-out rows nearly trained on")
    left_out = page.locator("#report .figure", has_text="left out")
    assert "! 1" in left_out.inner_text()
    with page.expect_download() as download:
        page.click("#rejected-rows")
    assert "no answer" in Path(download.value.path()).read_text()
    page.click("#use-length")
    see(page, "#report", "64 would hold 99 %")
    choose(page, "data-format", "plain text")
    see(page, "#report", "check again")
    wait_for(lambda: not page.is_visible("#rejected-rows"))


@pytest.mark.train
def test_a_warning_stops_run_until_it_is_accepted(page: Any, tmp_path: Path) -> None:
    rows = [{"prompt": f"{i}", "completion": ""} for i in range(8)]
    rows.append({"prompt": "Why?", "completion": "So."})
    rows.append({"prompt": "When?", "completion": "Now."})
    upload(page, write_rows(tmp_path / "rows.jsonl", rows))
    see(page, "#data-warnings .bad-card", "Stops the training")
    page.click("#run-data")
    see(page, ".toast-wrap", "8 of the first 10 rows")
    assert jobs.status(this_kernel()).word == "none"
    page.get_by_label("Train in spite of warnings").check()
    see(page, "#data-warnings", "Accepted by you")
    assert page.locator("#data-warnings .bad-card").count() == 0
    page.click("#run-data")
    wait_for(lambda: "data" in jobs.status(this_kernel()).cells, 90)
    wait_for(lambda: jobs.status(this_kernel()).word == "idle", 90)
    assert jobs.status(this_kernel()).cells["data"]["status"] == "finished"


def test_hostile_names_and_cells_are_text(page: Any, tmp_path: Path) -> None:
    """Nothing in a file is ever HTML: not its name, its columns, cells or labels."""
    name = "<img src=x onerror=alert(1)>.jsonl"
    labelled = [{"text": f"{HOSTILE} {i}", "label": HOSTILE} for i in range(12)]
    upload(page, write_rows(tmp_path / name, labelled))
    see(page, "#rendered-rows", "onerror")
    page.click("#check-rows")
    see(page, "#report", "Labels")
    for fold in page.locator("#report summary").all():
        fold.click()
    see(page, "#report", "onerror")
    page.get_by_label("rows as they are").check()
    page.wait_for_selector("#rendered-rows table")
    columns = [{HOSTILE: "a", f"{HOSTILE} b": "b"}, {HOSTILE: 1, "c": HOSTILE}]
    upload(page, write_rows(tmp_path / "columns.jsonl", columns))
    see(page, "#found", "onerror")
    bad = [{"messages": [{"role": HOSTILE, "content": "a"}]}]
    upload(page, write_rows(tmp_path / "roles.jsonl", bad))
    see(page, "#found", "roles-")
    see(page, "#rendered-rows", "unknown role")
    page.get_by_text("Or paste rows").click()
    page.locator("#pasted textarea").fill(f'{{"{HOSTILE[:20]}": ')
    page.click("#use-text")
    page.wait_for_selector(".toast-wrap .toast-body", timeout=60 * SECOND)
    assert page.title() != "owned"
    assert page.locator("#cell-data img, .toast-wrap img[src=x]").count() == 0
