"""`tunebook unpack`: the folder on stdout, progress and the next command on stderr."""

from pathlib import Path

import pytest
from models.conftest import write_gguf

from webui import cli
from webui.commands.unpack import Teller
from webui.models.unpack_work import STAGES
from webui.planner.job import Progress


@pytest.mark.train
@pytest.mark.usefixtures("fresh")  # so that there is time to see each step
def test_file_becomes_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "a home"))
    file = write_gguf(tmp_path / "tiny.gguf")
    assert cli.main(["unpack", str(file)]) == 0
    printed = capsys.readouterr()
    folder = Path(printed.out.strip())
    assert (folder / "model.safetensors").is_file()
    lines = printed.err.splitlines()
    assert lines[0] == "Looking at the file ..."
    assert lines[-1] == f"Next: tunebook run starter-extract --model '{folder}'"


def test_no_such_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = tmp_path / "gone.gguf"
    assert cli.main(["unpack", str(gone)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"There is no file {gone}; check the path.\n"


def test_what_is_said_meanwhile(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller()
    for share in (None, None, 0.11, 0.15, 0.5):
        left = None if share is None else 90.0
        teller.tell(Progress(STAGES[1], share=share, seconds_left=left))
    assert capsys.readouterr().err.splitlines() == [
        "Unpacking the weights ...",
        "Unpacking the weights: 11%, about 1 min 30 s left ...",
        "Unpacking the weights: 50%, about 1 min 30 s left ...",
    ]
