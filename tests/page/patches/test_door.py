"""Behind the door: who is not signed in gets the sign-in and nothing else."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from webui.attempts import FREE
from webui.page.patches.door import MOST_BYTES, door, narrowed
from webui.page.patches.sessions import IDLE, end_sessions

from .test_sessions import Clock

USER = {"username": "ada", "password": "word"}
WRONG = {"username": "ada", "password": "other"}


def behind_a_door(auth: tuple[str, str] | None, path: str = "") -> Any:
    """Gradio's app of one part, behind a door."""
    with gr.Blocks(analytics_enabled=False) as made:
        gr.Textbox(label="of the owner")
    made.auth = [auth] if auth else None
    made.auth_message = None
    middleware = [Middleware(door, path=path)]
    app = App.create_app(made, app_kwargs={"middleware": middleware})
    end_sessions(app)
    return app


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(behind_a_door(("ada", "word"))) as client:
        yield client


def paths_of(app: Any) -> Iterator[tuple[str, str]]:
    """Each route of an app with one of its methods."""
    for found in app.routes:
        if inner := getattr(found, "original_router", None):
            yield from paths_of(inner)
        else:
            yield sorted(found.methods)[0], found.path.replace("{", "").replace("}", "")


def test_every_route_but_the_sign_in_is_refused(client: TestClient) -> None:
    sign_in = ("/login", "/assets", "/static", "/svelte", "/theme.css", "/favicon.ico")
    more = ("/logout", "/manifest.json", "/robots.txt", "/gradio_api/theme.css")
    tried = 0
    for method, path in paths_of(client.app):
        if path == "/" or path.startswith(sign_in + more):
            continue
        if path == "/gradio_api/startup-events":  # Gradio asks it once
            client.get(path)
        assert client.request(method, path).status_code == 401, path
        tried += 1
    assert tried > 50


def test_who_is_signed_in_reaches_all_of_it_until_they_sign_out(
    client: TestClient,
) -> None:
    assert client.post("/login", data=USER).status_code == 200
    assert client.get("/config").status_code == 200
    assert client.get("/gradio_api/app_id").status_code == 200
    kept = dict(client.cookies)
    client.get("/logout")
    client.cookies.update(kept)
    assert client.get("/config").status_code == 401


@pytest.mark.parametrize("cookie", ["access-token-{}=x", "access-token-{}=", "a b=;;"])
def test_a_cookie_that_was_made_up_opens_nothing(
    client: TestClient, cookie: str
) -> None:
    headers = {"Cookie": cookie.format(client.app.cookie_id)}  # type: ignore[attr-defined]
    assert client.get("/config", headers=headers).status_code == 401
    assert client.get("/gradio_api/app_id", headers=headers).status_code == 401


def test_where_no_password_is_asked_everything_is_open() -> None:
    with TestClient(behind_a_door(None)) as client:
        assert client.get("/config").status_code == 200
        assert client.get("/gradio_api/app_id").status_code == 200


def test_guessing_is_slowed_and_even_the_right_one_waits(client: TestClient) -> None:
    for _ in range(FREE):
        assert client.post("/login", data=WRONG).status_code == 400
    for given in (WRONG, USER):
        refused = client.post("/login/", data=given)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) == 2
    assert client.get("/config").status_code == 401


def test_the_right_password_in_time_forgives_the_wrong_ones(client: TestClient) -> None:
    for _ in range(3):
        for _ in range(FREE - 1):
            assert client.post("/login", data=WRONG).status_code == 400
        assert client.post("/login", data=USER).status_code == 200


def test_gradio_s_cookies_are_narrowed() -> None:
    with TestClient(behind_a_door(("ada", "word"), "/tools")) as client:
        cookies = client.post("/login", data=USER).headers.get_list("set-cookie")
    assert len(cookies) == 2, "Gradio sets other cookies: look at door.py"
    for cookie in cookies:
        words = {word.lower() for word in cookie.split("; ")[1:]}
        assert {"path=/tools", "samesite=lax", "httponly"} <= words


def test_who_is_not_signed_in_keeps_no_session_alive(client: TestClient) -> None:
    clock, app = Clock(), client.app
    app.tokens.clock = clock  # type: ignore[attr-defined]
    assert client.post("/login", data=USER).status_code == 200
    kept = dict(client.cookies)
    clock.now += IDLE - 1
    client.cookies.clear()
    answer = client.get("/logout", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "./")
    clock.now += 2
    client.cookies.update(kept)
    assert client.get("/config").status_code == 401


@pytest.mark.parametrize("kind", ["file", "field", "form"])
def test_a_sign_in_is_short(client: TestClient, kind: str) -> None:
    """Gradio would write a file of any size to the disk."""
    much = "x" * (MOST_BYTES + 1)
    given: dict[str, Any] = {
        "file": {"files": {"username": ("a", much)}},
        "field": {"files": {"username": (None, much)}},
        "form": {"data": USER | {"password": much}},
    }[kind]
    assert client.post("/login", **given).status_code == 413
    assert client.post("/login", data=USER).status_code == 200


def test_no_socket_of_a_later_version_is_opened() -> None:
    async def opens(socket: WebSocket) -> None:
        await socket.accept()

    behind = Starlette(routes=[WebSocketRoute("/{path:path}", opens)])
    for path in ("/", "/login", "/gradio_api/queue/join"):
        with TestClient(behind).websocket_connect(path):
            pass
        client = TestClient(door(behind))
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
            pass


def test_no_file_has_so_long_a_name(client: TestClient) -> None:
    """The server would fail at it, and write pages into its log."""
    for path in ("/static/" + "a" * 300, "/assets/" + "%E7%81%AB" * 100):
        assert client.get(path).status_code == 401


def test_a_cookie_in_a_frame_and_over_https() -> None:
    gradio = b"access-token-x=t; HttpOnly; Path=/; SameSite=none; Secure"
    assert narrowed(gradio, "", True, True).endswith(b"Path=/; SameSite=None")
    assert b"SameSite=Lax" in narrowed(gradio, "", True, False)
    plain = b"access-token-unsecure-x=t; HttpOnly; Path=/; SameSite=lax"
    assert narrowed(plain, "/a", True, False).endswith(b"; Secure")
    assert b"Secure" not in narrowed(plain, "/a", False, True)
