"""The page's server rests between presses, hears each of them, and ends when told."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import gradio as gr
import pytest
from gradio_client import Client

from webui import quiet
from webui.page.turns import LATEST


@pytest.fixture
def app() -> Iterator[Any]:
    """A launched page of one event, which rests."""
    with gr.Blocks(analytics_enabled=False) as made:
        word, shown = gr.Textbox(), gr.Textbox()
        word.submit(str.upper, word, shown, api_name="shout")
    made.launch(prevent_thread_lock=True, quiet=True, enable_monitoring=False)
    quiet.look_less_often(made)
    yield made
    made.close(verbose=False)


def test_gradio_still_has_what_makes_it_look_less_often() -> None:
    with gr.Blocks() as made:
        before = vars(made._queue).copy()
        quiet.rest_between_presses(made._queue)
    now = vars(made._queue)
    changed = {name for name in now if name not in before or now[name] != before[name]}
    looks = {"sleep_when_free", "progress_update_sleep_when_free"}
    assert changed == {"push", *looks} and looks < set(before)


def test_a_press_is_heard_and_keeps_the_queue_awake_for_a_while(app: Any) -> None:
    assert app._queue.sleep_when_free == quiet.ASLEEP
    pressed = Client(app.local_url, verbose=False)
    for word in "ab":
        assert pressed.predict(word, api_name="/shout") == word.upper()
    assert app._queue.sleep_when_free == quiet.AWAKE
    time.sleep(quiet.STAYS_AWAKE + 1)
    assert app._queue.sleep_when_free == quiet.ASLEEP


def test_a_server_that_is_told_to_end_ends(app: Any) -> None:
    app.server.should_exit = True
    quiet.wait_for_end(app)
    assert not app.server.thread.is_alive()


def test_a_connection_outlasts_the_silence_between_two_questions(app: Any) -> None:
    kept = HTTPConnection(app.local_url.removeprefix("http://").rstrip("/"))
    for silence in (0, LATEST + 0.5):
        time.sleep(silence)
        kept.request("GET", "/config")
        assert kept.getresponse().read()
