"""Gradio's queue rests between presses and hears each of them."""

from typing import Any

import gradio as gr
import pytest
from gradio_client import Client

from page.walking import wait_for
from webui.page.patches import presses


def test_the_queue_still_has_what_makes_it_rest() -> None:
    with gr.Blocks() as made:
        before = vars(made._queue).copy()
        presses.rest_between_presses(made)
    now = vars(made._queue)
    changed = {name for name in now if name not in before or now[name] != before[name]}
    looks = {"sleep_when_free", "progress_update_sleep_when_free"}
    assert changed == {"push", *looks} and looks < set(before)
    assert before["sleep_when_free"] < 0.01, "Gradio rests by itself: presses.py can go"


def test_a_press_is_heard_and_keeps_the_queue_awake_for_a_while(
    shout: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "STAYS_AWAKE", 4)
    presses.rest_between_presses(shout)
    assert shout._queue.sleep_when_free == presses.ASLEEP
    pressed = Client(shout.local_url, verbose=False)
    for word in "ab":
        assert pressed.predict(word, api_name="/shout") == word.upper()
    assert shout._queue.sleep_when_free == presses.AWAKE
    wait_for(lambda: shout._queue.sleep_when_free == presses.ASLEEP, 5)
