"""What an owner says about a run: kept in its folder, whatever it is."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from webui.kernel.kernel import this_kernel
from webui.notebook.render import Cell
from webui.recipe import Recipe
from webui.runs import folder, notes
from webui.runs.error import RunError
from webui.runs.notes import About


@pytest.fixture
def run(tunebook_home: Path) -> Path:
    """A run that nothing is said about."""
    return folder.create(
        this_kernel().runs, Recipe(), [Cell("train", "x = 1", "k")], "run"
    )


def change(run: Path, **said: Any) -> About:
    """Say something under the lock of this environment's kernel."""
    return notes.change(run, this_kernel().notes, **said)


def test_what_was_said_is_there_again_and_the_rest_stays(run: Path) -> None:
    assert notes.read_notes(run) == About()
    change(run, name="best so far", star=True)
    change(run, note="two\nlines")
    assert notes.read_notes(run) == About("best so far", "two\nlines", True)
    assert change(run, name="", star=False) == About("", "two\nlines", False)


def test_it_is_copied_with_the_run(run: Path) -> None:
    change(run, name="mine", star=True)
    copied = shutil.copytree(run, run.with_name("20200101-000000-copied"))
    assert notes.read_notes(copied) == About("mine", "", True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("👩\u200d🚀 夜间", "👩\u200d🚀 夜间"),
        ("a\x1b[31m\x00b", "a[31mb"),
        ("half \ud83d of it", "half of it"),
        ("  two\r\n lines ", "two lines"),
        ("\ud800", ""),
    ],
)
def test_a_name_is_one_line_of_whole_characters(
    run: Path, text: str, kept: str
) -> None:
    assert change(run, name=text).name == kept == notes.read_notes(run).name
    notes.read_notes(run).name.encode()


def test_what_is_too_long_is_refused_and_the_old_stays(run: Path) -> None:
    change(run, name="old", note="n" * notes.NOTE_LENGTH)
    with pytest.raises(RunError, match="10,000 characters; 80 are the most"):
        change(run, name="x" * 10_000)
    with pytest.raises(RunError, match="10,001 characters; 10,000 are the most"):
        change(run, note="x" * 10_001, star=True)
    assert notes.read_notes(run) == About("old", "n" * notes.NOTE_LENGTH)


@pytest.mark.parametrize(
    "content",
    ["", "{half", "[1]", "null", '{"name": 1, "note": [], "star": "yes"}', "\x00" * 9]
    + [json.dumps({"name": "x" * 2_000_000})],
)
def test_a_broken_file_says_nothing_and_can_be_written_over(
    run: Path, content: str
) -> None:
    (run / notes.FILE).write_text(content)
    assert notes.read_notes(run) == About()
    assert change(run, star=True) == About(star=True) == notes.read_notes(run)


def test_a_file_changed_by_hand_is_cut_and_cleaned(run: Path) -> None:
    said = {"name": "n" * 99 + "\ud800", "note": "\ud800" + "x" * 20_000, "star": 1}
    (run / notes.FILE).write_text(json.dumps(said))
    found = notes.read_notes(run)
    assert (len(found.name), len(found.note), found.star) == (80, 10_000, False)
    (found.name + found.note).encode()


def test_a_run_that_is_gone_is_told(run: Path) -> None:
    shutil.rmtree(run)
    with pytest.raises(RunError, match="is gone"):
        change(run, star=True)
    assert not run.exists()


def test_what_another_changed_meanwhile_is_not_lost(run: Path) -> None:
    seen = notes.read_notes(run)
    change(run, note="from the other tab", star=True)
    with pytest.raises(RunError, match=r"another tab changed the note.*other tab"):
        change(run, note="mine", was=seen)
    assert change(run, name="mine", was=seen).note == "from the other tab"
    assert change(run, note="mine", was=notes.read_notes(run)).note == "mine"
    assert notes.read_notes(run).star


def test_many_writers_lose_nothing(run: Path) -> None:
    runs = [shutil.copytree(run, run.with_name(f"{run.name}-{n}")) for n in range(4)]
    for said in ({"star": True}, {"name": "n"}, {"note": "t"}):
        with ThreadPoolExecutor(8) as pool:
            work = [pool.submit(change, each, **said) for each in runs * 4]
        assert all(done.result() for done in work)
    assert {notes.read_notes(each) for each in runs} == {About("n", "t", True)}
    assert not [*run.parent.glob("*/.about*")]


def test_the_mark_tells_that_something_was_said(run: Path) -> None:
    before = notes.mark(this_kernel().notes)
    change(run, star=True)
    assert notes.mark(this_kernel().notes) > before
