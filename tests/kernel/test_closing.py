"""A run whose kernel died is closed by the server, with its figures so far."""

from pathlib import Path

import pytest
from cut_off import save
from replayed import replayed_run

from webui.files import read_json
from webui.kernel import closing
from webui.runs import events
from webui.runs.folder import RECIPE, SUMMARY


@pytest.mark.usefixtures("tunebook_home")
def test_it_keeps_its_figures() -> None:
    run = replayed_run(5)
    save(run, 4)
    closing.close(run, "train", 137)
    found = read_json(run / SUMMARY)
    assert (found["status"], found["steps"]) == ("failed", 5)
    history = events.read(run)[0]
    losses = [e.logs["loss"] for e in history if e.tag == "step"]
    assert found["last_loss"] == losses[-1]
    assert found["training_seconds"] > 0
    assert found["peak_memory"] is None  # only its kernel knew


@pytest.mark.usefixtures("tunebook_home")
def test_figures_that_cannot_be_worked_out_are_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run: Path = replayed_run(5)
    (run / RECIPE).write_text("model: [")
    closing.close(run, "train", 137)
    assert [e.tag for e in events.read(run)[0][-2:]] == ["failed", "finished"]
    assert not (run / SUMMARY).exists()
    assert caplog.messages == [f"the figures of {run.name}"]
