"""What the page's script asks by plain routes: the stamp of now, and the curves.

They cost a fifth of an event of Gradio's.
"""

from typing import Any

from webui.page.curves import answer, run_folder
from webui.page.stamp import stamp_of
from webui.page.studio import Studio

STAMP, CURVES = "/stamp", "/curves"
FRESH = {"Cache-Control": "no-store"}


def add_routes(app: Any, studio: Studio) -> None:
    """Answer the script's questions on the page's own server, behind its own login."""
    from starlette.responses import JSONResponse, PlainTextResponse

    def stamp() -> PlainTextResponse:
        return PlainTextResponse(stamp_of(studio), headers=FRESH)

    def curves(
        run: str,
        generation: int = -1,
        known: int = 0,
        heard: int = 0,
        first: float | None = None,
        last: float | None = None,
    ) -> JSONResponse:
        folder = run_folder(run)
        if folder is None:
            return JSONResponse({"error": "there is no such run"}, status_code=404)
        given = {"generation": generation, "known": known, "heard": heard}
        found = answer(studio, folder, **given, first=first, last=last)
        return JSONResponse(found, headers=FRESH)

    # Gradio's own guard: what refuses the page's configuration refuses these.
    guard = next(r.dependencies for r in app.routes if r.path == "/config")
    for path, answered in ((STAMP, stamp), (CURVES, curves)):
        app.add_api_route(path, answered, dependencies=guard, response_model=None)
