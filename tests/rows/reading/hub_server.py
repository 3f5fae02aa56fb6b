"""A small imitation of the model hub: the endpoints that the libraries really ask.

``HF_ENDPOINT`` names its address. It answers for the data sets and models that it was
given, keeps a list of what it was asked, and never listens beyond this machine.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "5" * 40
API = re.compile(
    r"/api/(?P<kind>datasets|models)/(?P<name>[^/]+/[^/]+)(/(?P<verb>.+))?$"
)
RESOLVE = re.compile(
    r"(/(?P<kind>datasets))?/(?P<name>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)"
    r"/(?P<path>.+)$"
)


@dataclass
class Hub:
    """What the imitation holds: files by data set and by model, which are gated.

    ``cards`` holds what the hub says of a model beyond its files.
    """

    files: Mapping[str, Mapping[str, bytes]]
    gated: frozenset[str] = frozenset()
    models: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    cards: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    token: str = "hf_right"
    address: str = ""
    busy: bool = False  # every answer is an error
    pause: float = 0  # seconds before each further piece of a large file
    asked: list[str] = field(default_factory=list)
    sent: int = 0  # bytes


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    """The imitation on a free port, ended afterwards."""
    handler = type("Handler", (Answers,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class Answers(BaseHTTPRequestHandler):
    """Answers one request as the hub does."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""

    def answer(self) -> None:
        """Find what is meant; the rest depends on what is asked about it."""
        url = urlsplit(self.path)
        path = unquote(url.path)
        self.hub.asked.append(f"{self.command} {path}")
        if self.hub.busy:
            self.refuse(503, "Busy")
        elif "Authorization" in self.headers and not self.right():
            self.refuse(401, "", "Invalid credentials in Authorization header")
        elif found := RESOLVE.match(path):
            self.file(**found.groupdict())
        elif path == "/api/models":
            self.search(parse_qs(url.query))
        elif found := API.match(path):
            self.about(**found.groupdict(), query=parse_qs(url.query))
        else:
            self.refuse(404, "EntryNotFound")

    def file(self, kind: str | None, name: str, revision: str, path: str) -> None:
        """The bytes of a file, or the range of them that is asked for."""
        files = self.known(kind, name, revision)
        if files is None:
            return
        if name in self.hub.gated and path != "README.md" and not self.right():
            return self.refuse(401, "GatedRepo")
        if path not in files:
            return self.refuse(404, "EntryNotFound")
        data = files[path]
        headers = {
            "ETag": f'"{hashlib.sha1(data).hexdigest()}"',
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
        }
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if wanted:
            start = int(wanted[1])
            end = min(int(wanted[2] or len(data)), len(data) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
            self.send(206, data[start : end + 1], headers)
        else:
            self.send(200, data, headers)

    def search(self, query: dict[str, list[str]]) -> None:
        """Models whose name holds the text, as the hub lists them."""
        text = query.get("search", [""])[0].lower().replace(" ", "-")
        names = [name for name in self.hub.models if text in name.lower()]
        self.send_json([self.card(name) for name in names])

    def card(self, name: str) -> dict[str, Any]:
        """What the hub says of a model."""
        card = {"id": name, "sha": COMMIT, "tags": [], "gated": False}
        gated = {"gated": "manual"} if name in self.hub.gated else {}
        return card | gated | dict(self.hub.cards.get(name, {}))

    def about(
        self, kind: str, name: str, verb: str | None, query: dict[str, list[str]]
    ) -> None:
        """What the hub knows of a data set or a model: its commit, or its tree."""
        word, _, rest = (verb or "").partition("/")
        revision, _, folder = rest.partition("/")
        files = self.known(kind, name, revision or "main")
        if files is None:
            return
        if kind == "models" and word != "tree":
            siblings = [{"rfilename": p, "size": len(d)} for p, d in files.items()]
            return self.send_json({"siblings": siblings} | self.card(name))
        if word == "tree":
            recursive = query.get("recursive", ["false"])[0].lower() == "true"
            entries = tree(files, folder, recursive=recursive)
            if folder and not entries:
                return self.refuse(404, "EntryNotFound")
            return self.send_json(entries)
        siblings = [{"rfilename": path} for path in files]
        self.send_json({"id": name, "sha": COMMIT, "siblings": siblings, "tags": []})

    def known(
        self, kind: str | None, name: str, revision: str
    ) -> Mapping[str, bytes] | None:
        """The files of a repository; a refusal if it or the revision is not there."""
        held = self.hub.files if kind == "datasets" else self.hub.models
        if name not in held:
            # Without a token the hub does not tell a missing one from a private one.
            self.refuse(401, "RepoNotFound")
        elif revision not in ("main", COMMIT):
            self.refuse(404, "RevisionNotFound")
        else:
            return held[name]
        return None

    def right(self) -> bool:
        """Whether the request carries the token."""
        return self.headers.get("Authorization") == f"Bearer {self.hub.token}"

    def refuse(self, status: int, code: str, message: str = "") -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": message or code}
        self.send(status, b"{}", headers)

    def send_json(self, value: Any) -> None:
        self.send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            for start in range(0, len(data), 65536):
                if start and self.hub.pause:
                    time.sleep(self.hub.pause)
                piece = data[start : start + 65536]
                self.wfile.write(piece)
                self.hub.sent += len(piece)


def tree(files: Mapping[str, bytes], folder: str, recursive: bool) -> list[dict]:
    """The entries below a folder; only its own ones unless recursive."""
    entries: dict[str, dict[str, Any]] = {}
    prefix = f"{folder}/" if folder else ""
    for path, data in files.items():
        if not path.startswith(prefix):
            continue
        parts = path[len(prefix) :].split("/")
        for depth in range(1, len(parts)):
            above = prefix + "/".join(parts[:depth])
            oid = hashlib.sha1(above.encode()).hexdigest()
            entries[above] = {
                "type": "directory",
                "path": above,
                "oid": oid,
                "size": 0,
            }
        oid = hashlib.sha1(data).hexdigest()
        entries[path] = {"type": "file", "path": path, "oid": oid, "size": len(data)}
    return [
        entry
        for path, entry in entries.items()
        if recursive or "/" not in path[len(prefix) :]
    ]
