"""A page elsewhere in the browser leads to ours, and does nothing else with it."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from webui.app import before_it

UPLOAD = "/gradio_api/upload"
ANY = ["GET", "POST"]


def answers(request: Request) -> PlainTextResponse:
    return PlainTextResponse("done")


@pytest.fixture(params=["", "/tools", "https://a.b/tools"])
def client(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """What stands before the page on a Space, where cookies hold nobody back."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPACE_ID", "ada/space")
        before = before_it("127.0.0.1", True, request.param)
    app = Starlette(
        routes=[Route("/{path:path}", answers, methods=ANY)],
        middleware=before[:-1],  # the door would want Gradio behind it
    )
    host = "http://a.b" if "a.b" in request.param else "http://127.0.0.1"
    yield TestClient(app, host)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_does_nothing_here(client: TestClient, site: str) -> None:
    told = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    form = told | {"Sec-Fetch-Mode": "navigate"}
    assert client.post(UPLOAD, headers=told).status_code == 403
    assert client.post("/login", headers=form).status_code == 403
    assert client.get("/config", headers=told).status_code == 403
    assert client.get("/logout", headers=form).status_code == 403
    assert client.get("/", headers={"Sec-Fetch-Site": site}).status_code == 403


def test_a_link_and_a_frame_lead_here(client: TestClient) -> None:
    told = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    for path in ("/", "/zh"):
        assert client.get(path, headers=told).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_its_own_page_and_what_is_no_browser_do_all(
    client: TestClient, site: str | None
) -> None:
    told = {"Sec-Fetch-Site": site} if site else {}
    for path in (UPLOAD, "/login"):
        assert client.post(path, headers=told).status_code == 200
    assert client.get("/logout", headers=told).status_code == 200
