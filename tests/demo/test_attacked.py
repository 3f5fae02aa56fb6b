"""A stranger reaches for all that Gradio serves, and gets the demo and nothing else."""

import getpass
import json
import re
import socket
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gradio
import pytest
from starlette.routing import Route

import webui
from webui.demo.limits import Limits

from .conftest import SENTENCE, Demo, demo_of

pytestmark = pytest.mark.slow

OPEN = {
    "/",
    "/zh",
    "/theme.css",
    "/gradio_api/theme.css",
    "/favicon.ico",
    "/robots.txt",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
QUESTION = json.dumps({"prompt": "a", "tokens": 1, "temperature": 0})

# As each route wants to be asked, so that it is refused for nothing else.
EVENT = {"data": ["x", 1, 0], "fn_index": 0, "session_hash": "s", "trigger_id": 1}
BODIES: dict[str, Any] = {
    "/gradio_api/queue/join": EVENT,
    "/gradio_api/run/predict": EVENT,
    "/gradio_api/api/predict": EVENT,
    "/gradio_api/call/predict": {"data": ["x", 1, 0]},
    "/gradio_api/call/v2/predict": {},
    "/gradio_api/cancel": {"session_hash": "s", "fn_index": 0, "event_id": "e"},
    "/gradio_api/reset": {"event_id": "e"},
    "/gradio_api/stream/e": EVENT,
    "/gradio_api/stream/e/close": {},
    "/gradio_api/component_server": {
        "data": "/etc",
        "component_id": 1,
        "fn_name": "ls",
        "session_hash": "s",
    },
    "/gradio_api/upload": {},
    "/gradio_api/process_recording": {},
    "/gradio_api/vibe-edit": {"prompt": "x"},
    "/login": {},
}
PATHS = [
    "/config",
    "/config/",
    "/gradio_api/info",
    "/gradio_api/info/",
    "/gradio_api/openapi.json",
    "/openapi.json",
    "/docs",
    "/redoc",
    "/gradio_api/mcp/",
    "/gradio_api/mcp/sse",
    "/gradio_api/mcp/schema",
    "/gradio_api/app_id",
    "/gradio_api/user",
    "/gradio_api/token",
    "/gradio_api/login_check",
    "/gradio_api/startup-events",
    "/gradio_api/heartbeat/s",
    "/gradio_api/queue/status",
    "/gradio_api/queue/data?session_hash=s",
    "/gradio_api/call/predict/e",
    "/gradio_api/upload_progress?upload_id=1",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file//etc/passwd",
    "/file=/etc/passwd",
    "/gradio_api/proxy=http://127.0.0.1:22/",
    "/gradio_api/proxy=https://x.hf.space/",
    "/gradio_api/stream/s/0/1/playlist.m3u8",
    "/gradio_api/deep_link?session_hash=s",
    "/gradio_api/dev/reload",
    "/gradio_api/runs",
    "/gradio_api/run-history/buckets",
    "/gradio_api/profiling/summary",
    "/gradio_api/vibe-code",
    "/gradio_api/custom_component/1/server/component/x.py",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/x",
    "/manifest.json",
    "/pwa_icon",
    "/login",
    "/logout",
    "/svelte/x",
    "/stamp",
    "/curves?run=x",
    "/metrics",
    "/.env",
    "/.git/config",
]
TRICKS = [
    "//config",
    "/./config",
    "/%63onfig",
    "/zh/../config",
    "/zh/config",
    "/assets/../config",
    "/assets/%2e%2e/config",
    "/assets/..%2f..%2f..%2froutes.py",
    "/static/../../../routes.py",
    "/static/%2e%2e/%2e%2e/index.html",
    "/assets//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/assets/..%5c..%5cindex.html",
    "/assets/a%0d%0ax:y",
    "/ask/../config",
    "/ask/config",
    "/;/config",
    "/config;.css",
    "/config%00.css",
    "/static/" + "a" * 300,
    "/assets/" + "%E7%81%AB" * 100,
    "/gradio_api/theme.css/../info",
    "http://127.0.0.1/config",
    "*",
]


@pytest.mark.parametrize("path", PATHS + TRICKS)
def test_a_path_of_gradio_s_is_not_found(demo: Demo, path: str) -> None:
    for method in METHODS:
        answer = demo.send(
            method, path, json.dumps({}), Content_Type="application/json"
        )
        said = answer.read()
        assert answer.status in (400, 404), (method, answer.status)
        assert said in (b"", b"Not found", b"Invalid HTTP request received."), said


@pytest.mark.parametrize("path", sorted(BODIES))
def test_an_event_of_gradio_s_is_not_found(demo: Demo, path: str) -> None:
    for index in (0, 1, 2, 3, -1):
        body = json.dumps(BODIES[path] | {"fn_index": index})
        for tail in ("", "/"):
            answer = demo.send(
                "POST", path + tail, body, Content_Type="application/json"
            )
            assert (answer.status, answer.read()) == (404, b"Not found")
    form = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\na'
    answer = demo.send(
        "POST", path, form, Content_Type="multipart/form-data;boundary=x"
    )
    assert answer.status == 404


def routes_of(app: Any) -> Iterator[Route]:
    """All routes of an app, those of a router inside of it as well."""
    for found in app.routes:
        inner = getattr(found, "original_router", None)
        yield from routes_of(inner) if inner else [found]


def test_no_route_of_the_installed_gradio_is_forgotten(demo: Demo) -> None:
    """Whatever a later version adds is closed as well."""
    routes = [*routes_of(demo.app.app)]
    assert len(routes) > 60
    for route in routes:
        path = re.sub(r"\{[^}]*\}", "x", route.path)
        if path in OPEN | {"/ask"} or path.startswith(("/assets", "/static")):
            continue
        for method in route.methods or ():
            answer = demo.send(method, path, QUESTION, Content_Type="application/json")
            assert (answer.status, answer.read() or b"Not found") == (
                404,
                b"Not found",
            ), path


def test_what_is_open_is_only_read(demo: Demo) -> None:
    for path in sorted(OPEN):
        assert demo.send("GET", path).status == 200, path
        for method in set(METHODS) - {"GET", "HEAD"}:
            assert demo.send(method, path, "{}").status == 404, (method, path)
    for method in set(METHODS) - {"POST"}:
        assert demo.send(method, "/ask", QUESTION).status == 404, method


def test_behind_the_gate_there_is_no_function_to_call(demo: Demo) -> None:
    """Were the gate open, nothing could be run by it."""
    assert demo.app.fns
    assert [each for each in demo.app.fns.values() if each.fn is not None] == []
    named = demo.app.get_api_info()
    assert not named["named_endpoints"] and not named["unnamed_endpoints"]


def test_words_behind_a_path_change_nothing(demo: Demo) -> None:
    plain = demo.send("GET", "/").read()
    for words in ("page=nowhere", "deep_link=../../x", "page=zh", "__theme=x", "a[]=1"):
        answer = demo.send("GET", f"/?{words}")
        assert (answer.status, answer.read()) == (200, plain), words
    assert demo.send("POST", "/ask?tokens=9999", "{}").status == 404


def test_nothing_of_the_machine_is_told(demo: Demo) -> None:
    secrets = {
        version("gradio"),
        webui.__version__,
        sys.version.split()[0],
        socket.gethostname(),
        str(Path.home()),
        str(Path(gradio.__file__).parent),
        str(Path(webui.__file__).parent),
        "site-packages",
        "uvicorn",
        "tunebook",
        "Traceback",
    } | ({getpass.getuser()} - {"root"})
    asked = [("GET", path, None) for path in (*sorted(OPEN), *PATHS, *TRICKS)]
    asked += [("POST", "/ask", body) for body in (QUESTION, "{", "[]", '{"prompt":1}')]
    for method, path, body in asked:
        answer = demo.send(method, path, body, Content_Type="application/json")
        told = f"{answer.getheaders()}{answer.read().decode('utf-8', 'replace')}"
        # Names of storage in the browser are the page's, not the machine's.
        told = told.replace("tunebook-language", "")
        assert {word for word in secrets if word in told} == set(), path


def test_headers_of_a_proxy_open_nothing(demo: Demo) -> None:
    for name in ("X_Original_URL", "X_Rewrite_URL", "X_Forwarded_Prefix"):
        answer = demo.send("GET", "/nowhere", **{name: "/config"})
        assert answer.status == 404
    override = {"X_HTTP_Method_Override": "POST", "Content_Type": "application/json"}
    assert demo.send("GET", "/ask", QUESTION, **override).status == 404


def test_another_host_s_name_and_another_site_are_refused(demo: Demo) -> None:
    assert demo.send("GET", "/", Host="evil.com").status == 400
    for site in ("cross-site", "same-site", "none"):
        assert demo.ask(QUESTION, Sec_Fetch_Site=site).status == 404
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert demo.ask(QUESTION, Content_Type=kind).status == 404
    origin = {"Origin": "https://evil.com", "Sec_Fetch_Site": "same-origin"}
    answer = demo.ask(QUESTION, **origin)
    assert answer.getheader("access-control-allow-origin") is None


def test_the_browser_is_told_what_the_page_may_do(demo: Demo) -> None:
    headers = dict(demo.send("GET", "/").getheaders())
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers and "set-cookie" not in headers


def test_the_owner_s_sentence_stands_there_escaped(demo: Demo) -> None:
    for path, sentence in (("/", SENTENCE.en), ("/zh", SENTENCE.zh)):
        page = demo.send("GET", path).read().decode()
        assert "<b>Ada</b>" not in page
        told = json.loads(re.search(r"gradio_config = (.*?);</script>", page)[1])  # type: ignore[index]
        shown = [c["props"].get("value") or "" for c in told["components"]]
        escaped = sentence.replace("<", "&lt;").replace(">", "&gt;")
        assert any(escaped in str(value) for value in shown)
        assert told["root"] == demo.address


def test_there_is_no_trace_of_code_by_hand(demo: Demo) -> None:
    """Neither a button nor an editor, nor a style of theirs, in either language."""
    for path in ("/", "/zh", "/theme.css", "/gradio_api/theme.css"):
        told = demo.send("GET", path).read().decode()
        for word in (
            "by-hand",
            "by hand",
            "Edit this",
            "手动",
            "editor-",
            "beforeunload",
        ):
            assert word not in told, (path, word)


def test_more_connections_than_it_can_hold_are_turned_away() -> None:
    with demo_of(limits=Limits(connections=8)) as small:
        held = [socket.create_connection(("127.0.0.1", small.port)) for _ in range(12)]
        assert small.send("GET", "/").status == 503
        for each in held:
            each.close()
