"""Start a demo: a kernel and a folder of its own, the page, and its end."""

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from webui.address import (
    check_place,
    host_names,
    in_a_frame,
    path_of,
    root_here,
    shown_at,
    trust_proxies,
)
from webui.demo.answering import DONE, answer
from webui.demo.asked import Answer, add_asking
from webui.demo.limits import Limits, Question, Shown
from webui.demo.source import Source
from webui.errors import UserError
from webui.kernel import process
from webui.kernel.kernel import Kernel
from webui.kernel.status import status
from webui.text import Text

FOLDER = "tunebook-demo-"
HOUR = 3600


@dataclass(frozen=True)
class Place:
    """Where a demo is reached."""

    host: str = "127.0.0.1"
    port: int | None = None
    share: bool = False
    root_path: str | None = None
    inbrowser: bool = False


@contextmanager
def own_kernel() -> Iterator[Kernel]:
    """A kernel of the demo's own, in a folder that is gone afterwards, with it.

    The owner's kernel and runs stay as they are: nothing that strangers ask is there.
    """
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
    kernel = Kernel(folder / "kernel", folder / "home")
    try:
        yield kernel
    finally:
        process.end(kernel)
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """End what a demo left that was killed: its kernel, then its folder."""
    import psutil

    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"):
        number = folder.name.removeprefix(FOLDER).partition("-")[0]
        if not number.isdecimal() or psutil.pid_exists(int(number)):
            continue
        with suppress(OSError):
            if folder.lstat().st_uid == os.getuid() and not folder.is_symlink():
                process.end(Kernel(folder / "kernel", folder / "home"))
                shutil.rmtree(folder, ignore_errors=True)


def warm(kernel: Kernel, source: Source) -> None:
    """Load both models, so that the first visitor does not wait for that.

    Raises:
        UserError: when they cannot be loaded.
    """
    *_, (_, how) = answer(
        kernel, source, Limits(), Question("Hello", 1, 0), lambda: False
    )
    if how != DONE:
        raise UserError(reason(kernel))


def reason(kernel: Kernel) -> Text:
    """Why the last question had no answer, for the owner."""
    from webui.diagnosis import explain
    from webui.runs.events import Failed

    records = status(kernel).cells.values()
    failure = next((r["failure"] for r in records if r.get("failure")), None)
    if failure is None:
        return Text("The models could not be loaded.", "无法载入模型。")
    told = explain(Failed(**failure))
    lines = zip(told.what, told.next_step, strict=True)
    return Text(*(f"{what} {do}" for what, do in lines))


def serve(
    source: Source,
    place: Place,
    limits: Limits,
    *,
    sentence: Text,
    hours: float,
) -> None:
    """Show a demo until its time is over, or Ctrl-C. Everything of it is gone then.

    Raises:
        UserError: when the models cannot be loaded, or no link can be made.
    """
    # Before the import, or Gradio calls home.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    trust_proxies()
    check_place(place.host, place.port)
    with ended_by_signals(), own_kernel() as kernel:
        tell("Loading the base and the tuned model ...")
        warm(kernel, source)
        ends = time.time() + hours * HOUR
        ask = partial(answer, kernel, source, limits)
        app, address = launch(ask, place, limits, Shown(sentence, limits, ends))
        try:
            tell(f"The demo is open at {address} until {time.ctime(ends)}.")
            while app.server.thread.is_alive() and (left := ends - time.time()) > 0:
                app.server.thread.join(min(left, 60))
            tell("The demo has ended.")
        finally:
            app.close(verbose=False)


def launch(ask: Answer, place: Place, limits: Limits, shown: Shown) -> tuple[Any, str]:
    """Launch the page behind its gate; the app and its address.

    Raises:
        UserError: when a shared link is wanted and there is none.
    """
    from webui.demo.build import build_demo
    from webui.demo.look import script, style
    from webui.page import theme
    from webui.page.patches.own_files import serve_own_files
    from webui.page.patches.ticks import tick_slowly
    from webui.page.patches.unnamed import say_little

    root, port = root_here(place.root_path, place.port)
    app = build_demo(shown)
    served, address, shared = app.launch(
        server_name=place.host,
        server_port=port,
        share=place.share,
        root_path=root,
        inbrowser=place.inbrowser,
        inline=False,
        theme=theme.theme(),
        css=style(),
        js=script(),
        max_file_size=0,
        enable_monitoring=False,
        run_history=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        footer_links=[],
        prevent_thread_lock=True,
        quiet=True,
        app_kwargs={"middleware": before_it(place, root), "docs_url": None}
        | {"redoc_url": None, "openapi_url": None},
    )
    serve_own_files(app)
    tick_slowly(app)
    say_little(app, limits.connections)
    add_asking(served, ask, limits)
    if place.share and not shared:
        app.close(verbose=False)
        raise UserError(NO_LINK)
    return app, shared or shown_at(address, root)


NO_LINK = Text(
    "there is no shared link: Gradio's server cannot be reached from here; "
    "without --share the demo opens on this machine.",
    "无法创建分享链接：从这里无法连接 Gradio 的服务器；去掉 --share 可在本机打开演示。",
)


def before_it(place: Place, root: str) -> list[Any]:
    """What a request passes before it reaches the page."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from webui.demo.gate import gate
    from webui.page.subpath import below

    names = host_names(place.host, place.share, root)
    return [
        Middleware(below, path=path_of(root)),
        Middleware(TrustedHostMiddleware, allowed_hosts=names),
        Middleware(gate, framed=in_a_frame()),
    ]


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Have a polite end of the process end the demo as Ctrl-C does."""

    def end(*_: Any) -> None:
        raise KeyboardInterrupt

    before = None
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if before is not None:
            with suppress(ValueError):
                signal.signal(signal.SIGTERM, before)


def tell(text: str) -> None:
    """Say something to the owner."""
    print(text, file=sys.stderr, flush=True)
