"""A demo ends by itself and leaves nothing: no kernel, no folder."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webui.cli import main
from webui.commands.options import parser
from webui.demo.limits import Question
from webui.demo.serve import FOLDER, Work, ended_by_signals, own_kernel, sweep
from webui.demo.words import WORDS


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_its_folder_is_its_own_and_goes_with_it(scratch: Path) -> None:
    with own_kernel() as kernel:
        folder = kernel.folder.parent
        assert folder.parent == scratch and folder.stat().st_mode & 0o077 == 0
        assert kernel.home != Path(os.environ.get("TUNEBOOK_HOME", ""))
        with own_kernel() as other:
            assert other.folder != kernel.folder and folder.is_dir()
    assert [*scratch.iterdir()] == []


def test_what_a_killed_one_left_goes_at_the_next_start(scratch: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = scratch / f"{FOLDER}{ended.pid}-abc"
    mine, other = scratch / f"{FOLDER}{os.getpid()}-abc", scratch / f"{FOLDER}x-1"
    for folder in (left, mine, other):
        folder.mkdir()
    leads = scratch / f"{FOLDER}{ended.pid}-link"
    leads.symlink_to(mine, target_is_directory=True)
    sweep()
    assert {*scratch.iterdir()} == {mine, other, leads} and mine.is_dir()


def test_a_polite_end_is_an_end() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), ended_by_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("hours", ["0", "-1", "nan", "inf", "169", "soon"])
def test_it_has_an_end(hours: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["demo", "run", "--hours", hours])
    assert "hours above 0" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_told(
    tunebook_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "nowhere"]) == 1
    assert "No run is called 'nowhere'" in capsys.readouterr().err


def test_who_waits_at_its_end_is_not_answered() -> None:
    """They would have a kernel started once the demo's own has ended."""
    asked: list[str] = []

    def answers(
        question: Question, is_left: Callable[[], bool]
    ) -> Iterator[tuple[str, str]]:
        asked.append(question.prompt)
        yield "base", "b"
        yield "end", "left" if is_left() else "done"

    work = Work(answers)
    first, second = (
        work.ask(Question(text, 1, 0), lambda: False) for text in ("1", "2")
    )
    assert next(first) == ("base", "b") and not work.at_once.acquire(timeout=0)
    work.over.set()
    assert [*first] == [("end", "gone")]
    assert [*second] == [("end", "gone")] and asked == ["1"]
    assert work.at_once.acquire(timeout=0)
    assert WORDS["gone"].en and WORDS["gone"].zh
