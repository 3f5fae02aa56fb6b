"""The owner's page below a path of a proxy, in Chromium: everything that it loads."""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from replayed import replayed_run

from webui.settings import home

from .proxies import free_port, nginx
from .servers import ROOT, Server
from .walking import SECOND, go, set_field, wait_for

pytestmark = pytest.mark.browser
PATH = "/tools/tunebook"
LOGIN = ("ada", "a long password")


@pytest.fixture
def served(tunebook_home: Path, request: Any) -> Iterator[Server]:
    """The page that knows where a proxy shows it; the test's mark says how."""
    from webui.kernel import process
    from webui.kernel.kernel import this_kernel

    replayed_run(300)
    running = Server(tunebook_home, free_port())
    front = free_port()
    root = getattr(request, "param", PATH).format(port=front)
    recipe = str(ROOT / "recipes" / "starter-extract.yaml")
    running.start(recipe, "--root-path", root, "--auth", ":".join(LOGIN))
    running.front = front
    yield running
    running.kill()
    process.end(this_kernel())


def sign_in(page: Any, address: str) -> None:
    """Through the login, to the page."""
    page.goto(address)
    page.get_by_label("username").fill(LOGIN[0])
    page.get_by_label("password").fill(LOGIN[1])
    page.get_by_role("button", name="Login").click()
    page.wait_for_selector("#status .name")


def test_everything_works_below_a_path(
    served: Server, browser: Any, tmp_path: Path
) -> None:
    """The proxy takes the path off and tells who is asked."""
    where = tmp_path / "nginx", served.front, PATH, f"{served.address}/"
    with nginx(*where) as address:
        walk(browser, address, tmp_path)


@pytest.mark.parametrize("served", ["http://127.0.0.1:{port}" + PATH], indirect=True)
def test_a_whole_address_needs_no_word_of_the_proxy(
    served: Server, browser: Any, tmp_path: Path
) -> None:
    """The proxy passes the path on as it is, and sends no header of its own."""
    where = tmp_path / "nginx", served.front, PATH, served.address
    with nginx(*where, headers="") as address:
        walk(browser, address, tmp_path)


def walk(browser: Any, address: str, folder: Path) -> None:
    """Sign in, press, upload, look at curves, take a file away, change the language."""
    page = browser.new_page()
    asked: list[tuple[str, int]] = []
    page.on("response", lambda answer: asked.append((answer.url, answer.status)))
    sign_in(page, address)  # without the last slash
    assert page.url == f"{address}/"
    cookies = page.context.cookies()
    assert cookies and {cookie["path"] for cookie in cookies} == {PATH}
    assert {cookie["sameSite"] for cookie in cookies} == {"Lax"}

    go(page, "Parameters")
    page.wait_for_selector("#counts .figure", timeout=60 * SECOND)
    set_field(page, "adapter.rank", "4")  # an event, then the clock's route
    wait_for(lambda: "1,221,120" in page.inner_text("#counts"))
    go(page, "Train")
    page.wait_for_selector("#curves figure svg .line", timeout=60 * SECOND)
    go(page, "Data")
    rows = folder / "proxied-rows.jsonl"
    rows.write_text('{"instruction": "Say a.", "output": "a"}\n' * 8)
    page.set_input_files("#upload input[type=file]", str(rows))
    wait_for(lambda: rows.stem in (home() / "draft.yaml").read_text())
    page.get_by_text("Files", exact=True).click()
    with page.expect_download() as download:
        page.locator("#take-yaml").click()
    assert "rank: 4" in Path(download.value.path()).read_text()
    assert download.value.url.startswith(f"{address}/gradio_api/file=")

    page.get_by_role("link", name="中文").click()
    page.get_by_role("tab", name="训练", exact=True).wait_for()
    assert page.url.partition("#")[0] == f"{address}/zh"
    page.wait_for_selector("#status .name")
    host = re.escape(address.removesuffix(PATH))
    lost = {
        url for url, _ in asked if not re.match(rf"(data|blob):|{host}{PATH}/", url)
    }
    # The manifest and what the proxy itself leads to its path.
    lost -= {address, f"{address.removesuffix(PATH)}/manifest.json"}
    assert lost == set()
    ours = [(url, status) for url, status in asked if url.startswith(f"{address}/")]
    assert [each for each in ours if each[1] >= 400 and "stamp" not in each[0]] == []
    for kind in ("stamp", "curves?", "upload", "queue/data", "theme.css"):
        assert any(kind in url and status < 300 for url, status in ours), kind
    page.close()


def test_it_answers_without_the_proxy_as_well(served: Server) -> None:
    for path in ("/", f"{PATH}/", f"{PATH}/theme.css", "/theme.css"):
        with urllib.request.urlopen(f"{served.address}{path}") as answer:
            assert answer.status == 200
    with urllib.request.urlopen(f"{served.address}{PATH}/zh/") as answer:
        assert answer.url == f"{served.address}{PATH}/zh"
