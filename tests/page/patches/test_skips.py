"""Our Blocks send what Gradio's would, and work on nothing that is skipped."""

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from webui.page.patches.skips import Blocks


def answers(
    kind: type[gr.Blocks], told: Callable[[], Any], components: int
) -> list[list[Any]]:
    """What a browser is sent at two presses of a button with so many outputs."""
    with kind() as blocks:
        outputs = [gr.Textbox(visible=False) for _ in range(components)]
        gr.Button().click(told, None, [*outputs, gr.State(0)] if components else None)
    client = TestClient(App.create_app(blocks))
    body = {"fn_index": 0, "data": [], "session_hash": "some"}
    replies = [client.post("/gradio_api/run/predict", json=body) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200]
    return [reply.json()["data"] for reply in replies]


@pytest.mark.parametrize(
    "told",
    [
        lambda: ["a", gr.skip(), 1],
        lambda: [gr.skip(), gr.update(value="b", label="B"), gr.skip()],
        lambda: [gr.skip(), gr.skip(), gr.skip()],
        lambda: [gr.skip(), gr.skip(), 2],
        lambda: ("a", "b", 3),
        lambda: gr.skip(),
    ],
)
def test_the_browser_gets_what_gradio_would_send(told: Callable[[], Any]) -> None:
    assert answers(Blocks, told, 2) == answers(gr.Blocks, told, 2)


def test_a_list_for_a_single_output_stays_a_list() -> None:
    def sent(kind: type[gr.Blocks]) -> Any:
        with kind() as blocks:
            choice = gr.CheckboxGroup(["a", "b"])
            gr.Button().click(lambda: ["a", "b"], None, choice)
        body = {"fn_index": 0, "data": [], "session_hash": "some"}
        client = TestClient(App.create_app(blocks))
        return client.post("/gradio_api/run/predict", json=body).json()["data"]

    assert sent(Blocks) == sent(gr.Blocks) == [["a", "b"]]


def test_nothing_is_made_for_what_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    made, make = [], gr.Textbox.__init__

    def counted(*arguments: Any, **options: Any) -> None:
        made.append(1)
        make(*arguments, **options)

    def told() -> list[Any]:
        made.clear()
        return [gr.update(label="new"), *[gr.skip()] * 9, 0]

    monkeypatch.setattr(gr.Textbox, "__init__", counted)
    answers(Blocks, told, 10)
    assert len(made) == 1
    answers(gr.Blocks, told, 10)
    assert len(made) == 10, "Gradio itself skips at no cost now: skips.py can go"


def test_many_outputs_are_sent_in_their_order() -> None:
    def told() -> list[Any]:
        return [gr.skip() if n % 5 == 0 else f"text {n}" for n in range(50)]

    assert answers(Blocks, told, 49) == answers(gr.Blocks, told, 49)
