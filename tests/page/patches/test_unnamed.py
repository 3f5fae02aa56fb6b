"""What names Gradio's version is not sent, and files come from the server itself."""

from http.client import HTTPConnection
from typing import Any

import gradio as gr

from webui.page.patches.own_files import serve_own_files
from webui.page.patches.ticks import TICK, tick_slowly
from webui.page.patches.unnamed import Unnamed, say_little

from .conftest import LAUNCH

ELSEWHERE = "amazonaws.com"


def got(blocks: Any) -> tuple[str, str | None]:
    """A launched app's document, and how its server names itself."""
    place = blocks.local_url.removeprefix("http://").rstrip("/")
    connection = HTTPConnection(place, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    return answer.read().decode(), answer.getheader("server")


def test_gradio_s_own_says_both(shout: Any) -> None:
    document, server = got(shout)
    assert f'"version":"{gr.__version__}"' in document and server == "uvicorn"


def test_neither_is_said() -> None:
    with Unnamed(analytics_enabled=False) as made:
        gr.Textbox()
    made.launch(**LAUNCH)
    tick_slowly(made)
    say_little(made, 50)
    made.server.thread.join(2 * TICK)  # it writes its headers anew at a tick
    document, server = got(made)
    made.close(verbose=False)
    assert gr.__version__ not in document and server is None


def test_a_shared_page_s_files_come_from_the_server(shout: Any) -> None:
    shout.share = True
    assert ELSEWHERE in got(shout)[0], "Gradio gives its own files: own_files.py can go"
    serve_own_files(shout)
    assert ELSEWHERE not in got(shout)[0]
