"""Colab's proxy, imitated: the browser asks one host, the page is asked by another.

The page sees the runtime's own name in that network, and no header tells it the name in
the browser. A page that builds its addresses from what it is asked by is lost.
"""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RUNTIME = "8f3k2-m.us-east1-b.c.codatalab-user-runtimes.internal"
ONE_HOP = {"connection", "host", "keep-alive", "transfer-encoding"}


@contextmanager
def proxy_to(port: int) -> Iterator[str]:
    """The address in the browser of a page that listens on a port of the runtime."""

    class Passing(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            asked = {k: v for k, v in self.headers.items() if k.lower() not in ONE_HOP}
            runtime = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            runtime.request(
                self.command,
                self.path,
                self.rfile.read(length) if length else None,
                {**asked, "Host": f"{RUNTIME}:{port}"},
            )
            answer = runtime.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ONE_HOP:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            # A runtime that is cut off, or a tab that is closed, ends a stream.
            with suppress(http.client.IncompleteRead, ConnectionError):
                while part := answer.read1(65536):
                    self.wfile.write(part)
                    self.wfile.flush()
            runtime.close()
            self.close_connection = True

        do_GET = do_POST = do_HEAD = do_DELETE = pass_on

        def log_message(self, format: str, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
