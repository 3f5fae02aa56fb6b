"""Start the page: the server, its middleware, its limits."""

import gc
import logging
import os
from pathlib import Path
from typing import Any

from webui.access import credentials, is_loopback
from webui.kernel import closing, keeper
from webui.kernel.kernel import Kernel, this_kernel
from webui.recipe.problems import RecipeError
from webui.recipe.store import load
from webui.settings import shipped_recipes

LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]", "::1", "testserver"]
SHARED_HOSTS = ["*.gradio.live"]
# The address in the browser, and the name that Colab's proxy asks the runtime by.
COLAB_HOSTS = [
    *("*.googleusercontent.com", "*.colab.dev"),
    *("*.codatalab-user-runtimes.internal", "*.colab-user-runtimes.internal"),
]
COLAB_HEIGHT = 900


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
) -> str:
    """Start the page and return its address; with ``block``, when it has ended.

    ``auth`` is (user, password). Any address but loopback, and a shared link, needs
    it: one is made and printed if none is given.
    """
    # Before the import, or Gradio calls home.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

    from webui import watchdog
    from webui.page import routes, theme
    from webui.page.build import build_app
    from webui.page.patches.beginning import at_start
    from webui.page.patches.colab import in_colab, know_colab
    from webui.page.patches.ending import wait_for_end
    from webui.page.patches.presses import rest_between_presses
    from webui.page.patches.ticks import tick_slowly
    from webui.page.patches.versions import tell_unseen
    from webui.planner import process as planner

    kernel = this_kernel()
    log_to_file(kernel.home)
    tell_unseen()
    if in_colab():
        know_colab()
    auth = credentials(host, share, auth)
    studio = open_studio(kernel, recipe)
    closing.close_dead_run(kernel)
    app = build_app(studio)
    planner.warm()
    studio.look_at_device()
    at_start(app, watchdog.watch_this_loop)
    # What is there now stays: the event loop need not look through it for garbage.
    gc.freeze()
    served, address, shared = app.launch(
        server_name=host,
        server_port=port,
        share=share,
        auth=auth,
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
        app_kwargs={"middleware": [trusted_hosts(host, share)], "docs_url": None},
    )
    rest_between_presses(app)
    tick_slowly(app)
    routes.add_routes(served, studio)
    keeper.start_keeper(kernel)
    if share and not shared:
        print("There is no shared link: Gradio's server cannot be reached from here.")
    print(f"Tunebook is open at {shared or address}", flush=True)
    if block:
        wait_for_end(app)
    return str(shared or address)


def trusted_hosts(host: str, share: bool) -> Any:
    """Refuse requests that name another host: a page elsewhere must not reach us."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    hosts = [*LOOPBACK_HOSTS]
    if share:
        hosts += SHARED_HOSTS
    if "COLAB_RELEASE_TAG" in os.environ:
        hosts += COLAB_HOSTS
    if not is_loopback(host):
        # Reached by names that we cannot know; the password guards it.
        hosts = ["*"]
    return Middleware(TrustedHostMiddleware, allowed_hosts=hosts)


def open_studio(kernel: Kernel, recipe: Path | None) -> Any:
    """The server's state: the named recipe, else last time's, else the starter."""
    from webui.page.draft import Draft
    from webui.page.studio import Studio

    file = kernel.home / "draft.yaml"
    if recipe is not None:
        return Studio(kernel, Draft(load(recipe), file))
    starter = shipped_recipes() / "starter-extract.yaml"
    try:
        return Studio(kernel, Draft(load(file if file.is_file() else starter), file))
    except RecipeError as error:
        print(f"The draft of last time cannot be read, so the starter opens. {error}")
        return Studio(kernel, Draft(load(starter), file))


def log_to_file(home: Path) -> None:
    """What the user need not see goes to a log in the home folder."""
    home.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(home / "tunebook.log", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("tunebook")
    log.addHandler(handler)
    log.propagate = False
