"""A route of ours asks Gradio's own login, and is looked at first."""

from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from webui.page.patches.guarded import add_guarded

USER = {"username": "me", "password": "word"}


def app_with_route(auth: tuple[str, str] | None) -> Any:
    """Gradio's app with a route of ours."""
    with gr.Blocks(analytics_enabled=False) as made:
        gr.Textbox()
    made.auth = [auth] if auth else None
    made.auth_message = None
    app = App.create_app(made)
    add_guarded(app, "/ours", lambda: PlainTextResponse("here"))
    return app


def test_it_is_asked_before_gradio_s_own() -> None:
    app = app_with_route(None)
    assert app.router.routes[0].path == "/ours"
    assert TestClient(app).get("/ours").text == "here"


@pytest.mark.parametrize("path", ["/ours", "/config"])
def test_who_is_not_logged_in_is_refused_as_by_gradio(path: str) -> None:
    client = TestClient(app_with_route(("me", "word")))
    assert client.get(path).status_code == 401
    client.post("/login", data={**USER, "password": "other"})
    assert client.get(path).status_code == 401
    assert client.post("/login", data=USER).status_code == 200
    assert client.get(path).status_code == 200
