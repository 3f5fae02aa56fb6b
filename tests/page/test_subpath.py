"""Below a path of a proxy, however it is written."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from webui.address import parse_root
from webui.page.patches.door import narrowed
from webui.page.subpath import below


def told(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.url.path)


@pytest.mark.parametrize(
    "root",
    ["/tools/tunebook", "/user/ada%40x.y/proxy/1", "/ada%20b", "/工具", "/a+b~c"],
)
def test_the_path_comes_off_if_the_proxy_leaves_it_on(root: str) -> None:
    path = parse_root(root)
    behind = Starlette(
        routes=[Route("/{path:path}", told)], middleware=[Middleware(below, path=path)]
    )
    client = TestClient(behind)
    assert client.get(f"{path}/zh").text == client.get("/zh").text == "/zh"
    leads = client.get(path, follow_redirects=False).headers["location"]
    assert leads == path.rpartition("/")[2] + "/"
    # A cookie goes to the path as a browser writes it.
    assert narrowed(b"a=b; Path=/", path, False, False).isascii()
