"""The page on a Colab, where Gradio would look for the notebook's own shell."""

import gradio as gr
import pytest
from gradio import utils

from webui.page.patches.colab import MARK, in_colab, know_colab


def test_a_page_beside_the_notebook_knows_that_it_is_on_a_colab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(utils, "colab_check", utils.colab_check)
    monkeypatch.setenv(MARK, "release-colab_20261120")
    with gr.Blocks(analytics_enabled=False) as made:
        gr.Markdown("here")
    assert not made.get_config_file()["is_colab"], "Gradio looks: colab.py can go"
    know_colab()
    assert made.get_config_file()["is_colab"]
    monkeypatch.delenv(MARK)
    assert not in_colab() and not made.get_config_file()["is_colab"]
