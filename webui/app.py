"""Start the page: the server, its middleware, its limits."""

import logging
import os
from pathlib import Path
from typing import Any

from webui.access import credentials
from webui.address import (
    host_names,
    in_a_frame,
    path_of,
    root_here,
    shown_at,
    trust_proxies,
)
from webui.collecting import uncollected
from webui.kernel import closing, keeper
from webui.kernel.kernel import Kernel, this_kernel
from webui.recipe.problems import RecipeError
from webui.recipe.store import load
from webui.settings import shipped_recipes

COLAB_HEIGHT = 900
SIGN_IN = (
    "After several wrong passwords, signing in has to wait. · 多次输错密码后，"
    "需等待一段时间才能登录。"
)


def launch(
    recipe: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    share: bool = False,
    auth: tuple[str, str] | None = None,
    inbrowser: bool = False,
    max_upload_mb: int = 512,
    block: bool = True,
    root_path: str | None = None,
) -> str:
    """Start the page and return its address; with ``block``, when it has ended.

    ``auth`` is (user, password). Any address but loopback, a shared link and a proxy
    need it: one is made and printed if none is given. ``root_path`` is the path, or the
    whole address, under which a proxy shows the page; else the environment's word.
    """
    # Before the import, or Gradio calls home.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    trust_proxies()
    import_page()

    from webui import watchdog
    from webui.page import routes, theme
    from webui.page.build import build_app
    from webui.page.code.answering import add_code_routes
    from webui.page.patches.beginning import at_start
    from webui.page.patches.colab import in_colab, know_colab
    from webui.page.patches.document import speak_the_pages_language
    from webui.page.patches.ending import wait_for_end
    from webui.page.patches.own_files import serve_own_files
    from webui.page.patches.presses import rest_between_presses
    from webui.page.patches.sessions import end_sessions
    from webui.page.patches.ticks import tick_slowly
    from webui.page.patches.versions import tell_unseen
    from webui.planner import process as planner

    kernel = this_kernel()
    log_to_file(kernel.home)
    tell_unseen()
    if in_colab():
        know_colab()
    root, port = root_here(root_path, port)
    auth = credentials(host, share, auth, proxied=bool(root))
    studio = open_studio(kernel, recipe)
    studio.guarded = auth is not None
    closing.close_dead_run(kernel)
    app = build_app(studio)
    planner.warm()
    studio.look_at_device()
    at_start(app, watchdog.watch_this_loop)
    speak_the_pages_language()
    served, address, shared = app.launch(
        server_name=host,
        server_port=port,
        share=share,
        root_path=root,
        auth=auth,
        auth_message=SIGN_IN if auth else None,
        inbrowser=inbrowser,
        theme=theme.theme(),
        css=theme.style(),
        js=theme.page_script(),
        height=COLAB_HEIGHT,
        max_file_size=f"{max_upload_mb}mb",
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        prevent_thread_lock=True,
        quiet=True,
        # Else Gradio asks itself for the page, and gives up where that takes seconds.
        _frontend=False,
        app_kwargs={"middleware": before_it(host, share, root), "docs_url": None},
    )
    end_sessions(served)
    serve_own_files(app)
    rest_between_presses(app)
    tick_slowly(app)
    routes.add_routes(served, studio)
    add_code_routes(served, studio)
    keeper.start_keeper(kernel)
    if share and not shared:
        print("There is no shared link: Gradio's server cannot be reached from here.")
    address = shared or shown_at(address, root)
    print(f"Tunebook is open at {address}", flush=True)
    if block:
        wait_for_end(app)
    return address


@uncollected()
def import_page() -> None:
    """Import all that the page needs; it stays, as does what is built of it."""
    from webui.page import build, routes  # noqa: F401


def before_it(host: str, share: bool, root: str) -> list[Any]:
    """What a request passes before it reaches the page.

    Requests that name another host are refused: a page elsewhere must not reach us.
    """
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from webui.page.framing import unframed
    from webui.page.own_site import own_site
    from webui.page.patches.door import door
    from webui.page.subpath import below

    path = path_of(root)
    names = host_names(host, share, root)
    framed = in_a_frame()
    return [
        Middleware(below, path=path),
        *([] if framed else [Middleware(unframed)]),
        Middleware(TrustedHostMiddleware, allowed_hosts=names),
        Middleware(own_site),
        Middleware(door, path=path, framed=framed),
    ]


def open_studio(kernel: Kernel, recipe: Path | None) -> Any:
    """The server's state: the named recipe, else last time's, else the starter."""
    from webui.page.draft import Draft, open_draft
    from webui.page.edit import files as edit_files
    from webui.page.studio import Studio

    file = kernel.home / "draft.yaml"
    starter = shipped_recipes() / "starter-extract.yaml"
    opened = recipe or (file if file.is_file() else starter)
    try:
        draft = open_draft(file) if opened == file else Draft(load(opened), file)
    except RecipeError as error:
        if recipe is not None:
            raise
        print(f"The draft of last time cannot be read, so the starter opens. {error}")
        opened, draft = starter, Draft(load(starter), file)
    if opened != file and (by_hand := edit_files.read(file)):
        print(edit_files.told_kept(kernel.home, by_hand).en)
    return Studio(kernel, draft)


def log_to_file(home: Path) -> None:
    """What the user need not see goes to a log in the home folder."""
    home.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(home / "tunebook.log", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("tunebook")
    log.addHandler(handler)
    log.propagate = False
