"""The page's server: when it begins, how it rests, what it keeps, how it ends."""

import threading
import time
from http.client import HTTPConnection
from typing import Any

import gradio as gr

from webui.page.patches.beginning import at_start
from webui.page.patches.ending import wait_for_end
from webui.page.patches.ticks import TICK, tick_slowly
from webui.page.turns import LATEST

from .conftest import LAUNCH


def test_what_is_to_begin_runs_on_the_server_s_loop() -> None:
    begun = []

    async def begin() -> None:
        begun.append(threading.current_thread())

    with gr.Blocks(analytics_enabled=False) as made:
        at_start(made, begin)
    made.launch(**LAUNCH)
    ran_in = made.server.thread
    made.close(verbose=False)
    assert begun == [ran_in]


def test_a_server_looks_for_its_end_once_a_second(shout: Any) -> None:
    looks, look = [], shout.server.on_tick

    async def counted(counter: int) -> bool:
        looks.append(counter)
        return bool(await look(counter))

    shout.server.on_tick = counted
    time.sleep(1)
    assert len(looks) > 5, "uvicorn rests by itself: ticks.py can go"
    tick_slowly(shout)
    looks.clear()
    time.sleep(3 * TICK)
    assert 2 <= len(looks) <= 4


def test_a_server_that_is_told_to_end_ends(shout: Any) -> None:
    tick_slowly(shout)
    shout.server.should_exit = True
    wait_for_end(shout)
    assert not shout.server.thread.is_alive()


def test_a_connection_outlasts_the_silence_between_two_questions(shout: Any) -> None:
    tick_slowly(shout)
    kept = HTTPConnection(shout.local_url.removeprefix("http://").rstrip("/"))
    kept.connect()
    there = kept.sock
    for silence in (0, LATEST + 0.5):
        time.sleep(silence)
        kept.request("GET", "/config")
        assert kept.getresponse().read()
    assert kept.sock is there
