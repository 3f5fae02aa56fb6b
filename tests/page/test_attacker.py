"""An attacker of the owner's page under a shared link, without the password."""

import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from webui.attempts import FREE

from .conftest import Server
from .proxies import free_port

pytestmark = pytest.mark.slow
PASSWORD = "a long password"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
# Each with a body that the route would take.
EVENT = {"data": [], "fn_index": 0, "session_hash": "s"}
REACHED = [
    ("GET", "/config", None),
    ("GET", "/gradio_api/info", None),
    ("GET", "/gradio_api/openapi.json", None),
    ("GET", "/gradio_api/app_id", None),
    ("GET", "/gradio_api/token", None),
    ("GET", "/gradio_api/user", None),
    ("GET", "/gradio_api/heartbeat/s", None),
    ("GET", "/gradio_api/queue/data?session_hash=s", None),
    ("GET", "/gradio_api/queue/status", None),
    ("GET", "/gradio_api/file=/etc/passwd", None),
    ("GET", "/gradio_api/proxy=http://127.0.0.1/", None),
    ("GET", "/gradio_api/stream/s/0/1/playlist.m3u8", None),
    ("GET", "/gradio_api/startup-events", None),
    ("GET", "/gradio_api/deep_link?session_hash=s", None),
    ("GET", "/gradio_api/mcp/sse", None),
    ("GET", "/monitoring/summary", None),
    ("GET", "/stamp", None),
    ("GET", "/curves?run=x", None),
    ("POST", "/gradio_api/queue/join", EVENT),
    ("POST", "/gradio_api/run/predict", EVENT),
    ("POST", "/gradio_api/cancel", {"session_hash": "s", "fn_index": 0}),
    ("POST", "/gradio_api/reset", {"event_id": "e"}),
    ("POST", "/gradio_api/upload", {}),
    ("POST", "/gradio_api/component_server", {}),
    ("POST", "/gradio_api/vibe-edit", {}),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The owner's page as ``--share`` starts it; whether there is a link or not."""
    from homes import make_home

    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as environment:
        home = make_home(folder / "home")
        environment.setenv("TUNEBOOK_HOME", str(home))
        environment.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        running = Server(home, free_port())
        running.start("--share", "--auth", f"ada:{PASSWORD}")
        yield running
        running.kill()


def send(
    server: Server, method: str, path: str, body: object = None, **headers: str
) -> HTTPResponse:
    """A request as it comes through the link."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    text = json.dumps(body) if body is not None else None
    given = {"Host": "0123456789.gradio.live", **JSON, **headers}
    connection.request(method, path, text, given)
    return connection.getresponse()


def log_in(server: Server, password: str, address: str) -> HTTPResponse:
    """A try, from an address that the link's server tells us."""
    form = urllib.parse.urlencode({"username": "ada", "password": password})
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    came = {"Host": "0123456789.gradio.live", "X-Forwarded-For": address}
    connection.request("POST", "/login", form, FORM | came)
    return connection.getresponse()


@pytest.mark.parametrize(("method", "path", "body"), REACHED)
def test_nothing_is_reached_without_a_session(
    shared: Server, method: str, path: str, body: object
) -> None:
    for cookie in ("", "access-token-x=y", "access-token-unsecure-=None"):
        answer = send(shared, method, path, body, Cookie=cookie)
        assert answer.status == 401, answer.read()
        assert b"Not authenticated" in answer.read()


def test_the_sign_in_tells_nothing_of_the_page(shared: Server) -> None:
    for path in ("/", "/zh"):
        page = send(shared, "GET", path).read().decode()
        for word in (
            "adapter",
            "starter-extract",
            "training.",
            str(Path.home()),
            "://",
        ):
            rest = page.replace("0123456789.gradio.live", "")
            if word != "://":
                assert word not in rest, word
        # Whoever types a password runs no script from elsewhere.
        assert 'src="https://' not in page


def test_no_other_site_shows_it_in_a_frame(shared: Server) -> None:
    for path in ("/", "/zh", "/config"):
        policy = send(shared, "GET", path).getheader("content-security-policy") or ""
        assert policy.startswith("frame-ancestors 'self' ") and "*." not in policy


def test_other_hosts_are_refused(shared: Server) -> None:
    assert send(shared, "GET", "/", Host="evil.com").status == 400


def test_many_guesses_at_once_gain_nothing(shared: Server) -> None:
    told: list[int] = []

    def guess(number: int) -> None:
        told.append(log_in(shared, f"guess {number}", "5.5.5.5").status)

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(400) == FREE and told.count(429) == 30 - FREE
    # A header that the guesser writes is not the address that is slowed.
    assert log_in(shared, "guess", "9.9.9.9, 5.5.5.5").status == 429
    # Even the right one has to wait; the owner comes from elsewhere.
    refused = log_in(shared, PASSWORD, "5.5.5.5")
    assert refused.status == 429
    assert log_in(shared, PASSWORD, "6.6.6.6").status == 200
    time.sleep(float(refused.headers["Retry-After"]) + 0.1)
    assert log_in(shared, PASSWORD, "5.5.5.5").status == 200


def test_a_session_ends_with_the_sign_out(shared: Server) -> None:
    entered = log_in(shared, PASSWORD, "7.7.7.7")
    cookies = [v for k, v in entered.getheaders() if k.lower() == "set-cookie"]
    assert all("SameSite=Lax" in cookie for cookie in cookies)
    kept = "; ".join(cookie.partition(";")[0] for cookie in cookies)
    assert send(shared, "GET", "/stamp", Cookie=kept).status == 200
    assert send(shared, "GET", "/logout", Cookie=kept).status == 302
    assert send(shared, "GET", "/stamp", Cookie=kept).status == 401
