"""The webhook: told once, and never in the way, whatever its server does."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from webui.files import write_json
from webui.recorder.notify import ADDRESS, LONGEST, kind_of_failure, message, notify
from webui.runs import events
from webui.runs.folder import LOG, SUMMARY

SECRET = "T0PS3CRET"


class Hook(BaseHTTPRequestHandler):
    """Keeps what it is told, and answers as its server says."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = (self.path, self.headers["Content-Type"], json.loads(body))
        self.server.told.append(told)  # type: ignore[attr-defined]
        self.send_response(self.server.answer)  # type: ignore[attr-defined]
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server that takes what it is told; the environment names it."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.told, server.answer = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    name_it(monkeypatch, server.server_address[1])
    yield server
    server.shutdown()
    server.server_close()


def name_it(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Put an address into the environment, past any proxy."""
    monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:{port}/{SECRET}?key={SECRET}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture
def ended(tmp_path: Path) -> Callable[..., Path]:
    """A run that has ended."""

    def make(status: str, failed: dict[str, Any] | None = None, **figures: Any) -> Path:
        run = tmp_path / "20260101-000000-test"
        run.mkdir()
        events.append(run, events.Started(kind="run", cells=["train"]))
        events.append(run, events.Step(step=1, logs={"loss": 0.25}))
        if failed:
            events.append(run, events.Failed(**failed))
        events.append(run, events.Finished(status=status))
        write_json(run / SUMMARY, {"duration": 75.0, **figures})
        return run

    return make


def tell(run: Path) -> str:
    """Notify to the end; what the log says then."""
    thread = notify(run)
    assert thread is not None
    thread.join(20)
    assert not thread.is_alive()
    log = run / LOG
    return log.read_text() if log.exists() else ""


def test_nothing_is_sent_where_none_is_named(
    ended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert notify(ended("finished")) is None
    monkeypatch.setenv(ADDRESS, "  ")
    assert notify(Path("/no/such/run")) is None


def test_a_finished_run_is_told_once(server: Any, ended: Callable[..., Path]) -> None:
    score = {"base": 0.0, "tuned": 0.825, "rows": 40, "metric": "exact match"}
    assert tell(ended("finished", score=score)) == ""
    rest = {"interval": None, "rows": 40}
    ((path, kind, told),) = server.told
    assert path == f"/{SECRET}?key={SECRET}" and kind == "application/json"
    sentence = (
        "20260101-000000-test: finished after 1 min 15 s. last loss 0.25. "
        "score 0.0% before, 82.5% after."
    )
    assert told == {
        "run": "20260101-000000-test",
        "status": "finished",
        "name": "20260101-000000-test",
        "scores": [
            {"who": who, "metric": "exact_match", "value": value, **rest}
            for who, value in (("base", 0.0), ("tuned", 0.825))
        ],
        "last_loss": 0.25,
        "duration": 75.0,
        "what": None,
        "text": sentence,
        "content": sentence,
        "allowed_mentions": {"parse": []},
    }


def test_a_failure_is_told_with_its_sentence_and_calls_nobody(
    ended: Callable[..., Path],
) -> None:
    sly = "<!everyone> <https://example.com|a & b> " + "x" * 5000
    failed = {"cell": "train", "error": "ValueError", "message": sly}
    told = message(ended("failed", failed))
    assert told["status"] == "failed" and "<!everyone>" in told["what"]
    assert "<" not in told["text"] and "&lt;!everyone&gt;" in told["text"]
    assert len(told["content"]) <= LONGEST + 1


def test_a_run_whose_kernel_died_has_no_summary(ended: Callable[..., Path]) -> None:
    run = ended("failed", {"cell": "train", "error": "KernelDied", "code": -9})
    (run / SUMMARY).unlink()
    write_json(run / "about.json", {"name": "the long one"})
    told = message(run)
    assert told["what"].startswith("The kernel was killed") and told["scores"] == []
    assert told["name"] == "the long one" and told["last_loss"] == 0.25


@pytest.mark.parametrize("status", [404, 500, 302])
def test_a_server_that_refuses_is_a_line_in_the_log(
    status: int, server: Any, ended: Callable[..., Path]
) -> None:
    server.answer = status
    log = tell(ended("finished"))
    assert log == f"the webhook could not be told: HTTP {status}\n"
    assert len(server.told) == 1  # a redirect is not followed


def test_a_server_that_is_gone_is_a_line_without_the_address(
    ended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    name_it(monkeypatch, port)
    log = tell(ended("finished"))
    assert log.startswith("the webhook could not be told: Conn")
    assert SECRET not in log and str(port) not in log


def test_a_server_that_hangs_is_given_up_and_delays_nothing(
    ended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        name_it(monkeypatch, silent.getsockname()[1])
        run = ended("finished")
        thread = notify(run)
        assert thread is not None and thread.is_alive() and thread.daemon
        thread.join(20)
        assert "TimeoutError" in (run / LOG).read_text()


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "nonsense", "http://", "//x"]
)
def test_another_kind_of_address_is_refused(
    address: str, ended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, address)
    log = tell(ended("finished"))
    assert log.endswith("TUNEBOOK_WEBHOOK is not an http or https address\n")


def test_an_address_that_cannot_be_sent_to_is_not_quoted(
    ended: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:x/{SECRET} \n y")
    log = tell(ended("finished"))
    assert log.startswith("the webhook could not be told: ") and SECRET not in log
    assert kind_of_failure(ValueError(f"bad {SECRET}")) == "ValueError"


def test_a_run_that_was_deleted_is_left_alone(server: Any, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert tell(gone) == "" and not gone.exists()
