"""What one sees after a training and a sweep: figures, curves, and all files."""

import zipfile
from typing import Any

from webui.runs import notes

from .test_after_sweep import swept
from .test_run_files import ended_run
from .walking import go, open_page, wait_for


def test_all_of_it_is_found_and_taken(browser: Any, server: Any) -> None:
    run, sweep = ended_run(), swept(6, "finished")
    page = open_page(browser, server, permissions=["clipboard-read", "clipboard-write"])
    go(page, "Train")
    wait_for(lambda: "3 / 3" in page.inner_text("#progress"))
    wait_for(lambda: page.locator("#kept a").count() == 4)
    wait_for(lambda: page.locator("#chart-loss polyline").count() >= 2)
    assert run.name in page.inner_text("#curves .legend")

    go(page, "Sweep")
    wait_for(lambda: page.locator("#trials svg polyline").count() == 6)
    assert "6 trials, finished" in page.inner_text("#sweep-standing")

    go(page, "Runs")
    page.locator("#runs-table th button[data-value='rank']").press("Enter")
    title = page.locator("#runs-table th[aria-sort='ascending']")
    wait_for(lambda: title.count() == 1 and "rank" in title.inner_text())
    # The sweep is the newest, so it is chosen; two presses at once are both heard.
    wait_for(lambda: page.locator("#run-trials tbody tr").count() == 6)
    page.click(f"#runs-table .star[data-value='{sweep.name}']")
    page.click(f"#runs-table .name[data-value='{run.name}']")
    wait_for(lambda: page.locator("#run-trials tbody tr").count() == 0)
    wait_for(lambda: notes.read_notes(sweep).star)
    wait_for(lambda: str(run) in page.inner_text("#run-files"))
    page.click("#run-files [data-copy]")
    wait_for(lambda: page.evaluate("navigator.clipboard.readText()") == str(run))
    with page.expect_download() as coming:
        page.click("#run-files a:text('Adapter')")
    assert coming.value.suggested_filename == f"{run.name}-adapter.zip"
    with zipfile.ZipFile(coming.value.path()) as found:
        name = "adapter/adapter_model.safetensors"
        assert found.read(name) == (run / name).read_bytes()

    assert "peak memory" not in page.inner_text("#runs-table")
    page.click("#runs-columns button")
    page.get_by_label("peak memory", exact=True).check()
    wait_for(lambda: "peak memory" in page.inner_text("#runs-table"))
