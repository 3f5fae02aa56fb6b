"""A file lies where Gradio gives it away, under an address of its content."""

import threading
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio import processing_utils
from gradio.routes import App
from starlette.testclient import TestClient

from webui.page.patches.given_away import served


def test_it_changes_its_address_with_its_content(tmp_path: Path) -> None:
    file = tmp_path / "tune.py"
    addresses = []
    for text in ("rank = 8", "rank = 16", "rank = 8"):
        file.write_text(text)
        addresses.append(served(file))
        assert Path(addresses[-1]).read_text() == text
    assert addresses[0] == addresses[2] != addresses[1]


def test_gradio_gives_it_away_without_a_copy_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tune.py"
    file.write_text("rank = 8")
    given = served(file)
    copied: list[threading.Thread] = []
    copy = processing_utils.save_file_to_cache

    def counted(*arguments: Any, **options: Any) -> str:
        copied.append(threading.current_thread())
        return copy(*arguments, **options)

    monkeypatch.setattr(processing_utils, "save_file_to_cache", counted)

    def press(path: str) -> str:
        """What a browser is told of the file after a press, fetched."""
        with gr.Blocks(analytics_enabled=False) as blocks:
            gr.Button().click(lambda: path, None, gr.DownloadButton())
        client = TestClient(App.create_app(blocks))
        body = {"fn_index": 0, "data": [], "session_hash": "some"}
        told = client.post("/gradio_api/run/predict", json=body).json()["data"][0]
        return client.get(f"/gradio_api/file={told['path']}").text

    assert press(given) == "rank = 8" and copied == []
    press(str(file))
    assert copied, "Gradio serves it where it lies: given_away.py can go"
