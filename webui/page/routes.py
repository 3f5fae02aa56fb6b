"""What is asked by plain routes: the stamp of now, the curves, and a run's files.

They cost a fifth of an event of Gradio's, and a file goes out from where it lies.
"""

import secrets
from typing import Any

from webui.kernel.status import status
from webui.page.curves import Asked, curve_news, run_folder
from webui.page.patches.guarded import add_guarded
from webui.page.runs import files
from webui.page.stamp import stamp_of
from webui.page.studio import Studio

STAMP, CURVES = "/stamp", "/curves"
FRESH = {"Cache-Control": "no-store"}
# Another one after a start: by it a tab knows that its session is gone.
SERVER = {"Tunebook-Server": secrets.token_hex(4)}


def add_routes(app: Any, studio: Studio) -> None:
    """Answer the script's questions on the page's own server, behind its own login."""
    from fastapi import Depends
    from starlette.responses import JSONResponse, PlainTextResponse

    def stamp() -> PlainTextResponse:
        now = stamp_of(studio, status(studio.kernel))
        return PlainTextResponse(now, headers=FRESH | SERVER)

    def curves(run: str, asked: Asked = Depends()) -> JSONResponse:  # noqa: B008
        folder = run_folder(studio.kernel.runs, run)
        if folder is None:
            told = {"error": "there is no such run"}
            return JSONResponse(told, status_code=404, headers=FRESH | SERVER)
        return JSONResponse(curve_news(studio, folder, asked), headers=FRESH | SERVER)

    def run_file(run: str, what: str) -> Any:
        return files.answer(run_folder(studio.kernel.runs, run), what)

    add_guarded(app, files.ROUTE, run_file)
    add_guarded(app, STAMP, stamp)
    add_guarded(app, CURVES, curves)
