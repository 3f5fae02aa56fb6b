"""How the rows are parted, as the page draws it: told by more than colour."""

import re

from webui.errors import PlannerError
from webui.notebook.rows import Rows
from webui.page.tabs.split_picture import PARTS, bar, reported
from webui.recipe.store import loads
from webui.rows.prepare.told import counts, split_sentence

from .test_parameter_parts import CHINESE, ENGLISH

ROWS = Rows("completion", plain=True, train=1576, watched=100, heldout=5)


def test_the_bar_has_a_part_and_a_count_for_each() -> None:
    for page in (ENGLISH, CHINESE):
        html = bar(page, counts(ROWS), "")
        assert re.findall(r'class="(\w+)" style="flex:(\d+)"', html) == [
            ("train", "1576"),
            ("watched", "100"),
            ("heldout", "5"),
        ]
        for count, text in zip(("1,576", "100", "5"), PARTS.values(), strict=True):
            assert f"<b>{count}</b> {page.say(text)}" in html
            assert f"{count} {page.say(text)}" in html.partition('">')[0]


def test_what_is_not_there_has_no_part_but_a_count() -> None:
    html = bar(ENGLISH, counts(Rows("text", plain=False, train=3, heldout=1)), "<b>")
    assert html.count("flex:") == 2 and "<b>0</b> watched while training" in html
    assert "&lt;b&gt;" in html


def test_rows_that_only_a_report_has_counted_are_refused_as_a_run_does() -> None:
    asked = loads("evaluation: {every: steps, rows: 40}")
    assert reported(asked, 80, 9) == {"train": 40, "watched": 40, "heldout": 9}
    assert reported(loads(""), 79, 9) == {"train": 79, "watched": 0, "heldout": 9}
    refused = reported(asked, 79, 9)
    assert isinstance(refused, PlannerError) and refused.path == "evaluation.rows"


def test_the_commands_say_the_same() -> None:
    assert split_sentence(ROWS).en == (
        "1,576 rows to train on, 100 watched meanwhile, 5 held out"
    )
    assert "1,576" in split_sentence(ROWS).zh
