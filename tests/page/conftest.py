"""A real server in a process of its own, and a real Chromium that looks at it."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import make_home
from starters import link_starter

from webui.settings import starter_folder

from .servers import STARTER, Server, Shared, free_port

CHROMIUM = next(
    (
        p
        for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
        if p
    ),
    None,
)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update"
).split()


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the server that many tests look at."""
    return make_home(tmp_path_factory.mktemp("page") / "home")


@pytest.fixture(scope="session")
def shared_server(shared_home: Path) -> Iterator[Shared]:
    """A server for many tests; it starts with the first of them."""
    running = Shared(shared_home, free_port())
    yield running
    running.kill()


@pytest.fixture
def server(shared_server: Shared, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on the starter recipe, as if it had just started on an empty home."""
    yield from begun_anew(shared_server, monkeypatch)


@pytest.fixture
def small_server(
    shared_server: Shared, small_starter: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """The same, where the starter in small does: it learns nothing, but quickly."""
    real = starter_folder()
    if not real.is_dir():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    link_starter(shared_server.home, small_starter)
    yield from begun_anew(shared_server, monkeypatch)
    link_starter(shared_server.home, real)


def begun_anew(server: Shared, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A shared server whose home and kernel are those of this process too."""
    from webui.kernel import process
    from webui.kernel.kernel import this_kernel

    monkeypatch.setenv("TUNEBOOK_HOME", str(server.home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(server.home.with_name("runtime")))
    server.begin_anew()
    yield server
    process.end(this_kernel())


@pytest.fixture
def own_server(tunebook_home: Path) -> Iterator[Server]:
    """A server of one's own, which may be killed, started as a user starts it."""
    from webui.kernel import process
    from webui.kernel.kernel import this_kernel

    running = Server(tunebook_home, free_port())
    running.start(str(STARTER))
    yield running
    running.kill()
    process.end(this_kernel())


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Any, asyncio.AbstractEventLoop]]:
    """Debian's Chromium, headless, for all tests, and the loop that drives it."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; `apt-get install chromium` brings it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield running, loop
        asyncio._set_running_loop(loop)
        running.close()


@pytest.fixture
def browser(chromium: tuple[Any, asyncio.AbstractEventLoop]) -> Iterator[Any]:
    """The browser, without a tab. Its loop runs in this thread during the test alone:
    others would find one there that never ends."""
    running, loop = chromium
    asyncio._set_running_loop(loop)
    yield running
    for context in running.contexts:
        context.close()
    asyncio._set_running_loop(None)
