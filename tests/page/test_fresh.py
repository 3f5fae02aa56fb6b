"""New rows: what the draft still says of those before is asked about, never trained."""

import json
from pathlib import Path

import gradio as gr
import pytest

from webui.commands.given import recipe as recipe_given
from webui.commands.options import parser
from webui.kernel.kernel import this_kernel
from webui.page import fresh
from webui.page.draft import Draft, DraftError, open_draft
from webui.page.frame import Page
from webui.page.studio import Studio
from webui.page.waiting import start_or_wait
from webui.recipe import Recipe
from webui.recipe.of_rows import name_for, told
from webui.recipe.store import load, with_values
from webui.settings import shipped_recipes

SAID = [
    "name",
    "data.system_prompt",
    "split.by",
    "split.files",
    "compare.prompt",
]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """The draft as it opens for the first time: the starter's recipe."""
    starter = load(shipped_recipes() / "starter-extract.yaml")
    return Draft(starter, tmp_path / "draft.yaml")


def rows(tmp_path: Path, name: str = "mine.jsonl") -> str:
    """A file of three rows."""
    file = tmp_path / name
    row = json.dumps({"instruction": f"of {name}", "output": "b"})
    file.write_text(f"{row}\n" * 3)
    return str(file)


def test_what_was_said_of_other_rows_is_left_over(draft: Draft, tmp_path: Path) -> None:
    assert draft.leftovers == []
    draft.commit("data.train_files", [rows(tmp_path)])
    assert draft.leftovers == SAID
    said = told(draft.recipe, draft.leftovers)
    assert "System prompt “You answer in JSON.”" in said.en
    assert "系统提示词“You answer in JSON.”" in said.zh
    # What is said now is said of these rows.
    draft.commit("data.system_prompt", "You answer in YAML.")
    draft.commit("name", "mine")
    assert draft.leftovers == [path for path in SAID if path in SAID[2:]]
    # With the rows of before, nothing is asked.
    draft.commit("data.train_files", list(load(starter_file()).data.train_files))
    assert "compare.prompt" not in draft.leftovers


def starter_file() -> Path:
    """The recipe that comes along."""
    return shipped_recipes() / "starter-extract.yaml"


def test_more_rows_or_fewer_are_not_others(tmp_path: Path) -> None:
    one, two = rows(tmp_path, "one.jsonl"), rows(tmp_path, "two.jsonl")
    draft = Draft(Recipe())
    draft.commit("data.system_prompt", "Be brief.")  # before there are any
    for files in ([one], [one, two], [one], []):
        draft.commit("data.train_files", files)
        assert draft.leftovers == []
    # One after the other, they are others all the same.
    draft.commit("data.train_files", [one, two])
    draft.commit("data.train_files", [two])
    assert draft.leftovers == ["data.system_prompt"]
    draft.commit("data.train_files", [])
    draft.commit("data.source", "hub")
    assert draft.leftovers == []
    draft.commit("data.hub_dataset", "some/rows")
    assert draft.leftovers == ["data.system_prompt"]


def test_start_fresh_empties_what_is_left_over_alone(
    draft: Draft, tmp_path: Path
) -> None:
    draft.commit_all(
        {
            "data.train_files": [rows(tmp_path, "my rows-0a1b2c3d.jsonl")],
            "split.by": "fraction",
            "split.files": [],
        }
    )
    draft.commit("watch.prompts", ["What now?"])  # said of these rows
    draft.start_fresh(30)
    new = draft.recipe
    assert (new.name, new.data.system_prompt, new.compare.prompt) == ("my rows", "", "")
    assert new.watch.prompts == ("What now?",) and draft.leftovers == []
    assert (new.training.duration, new.training.epochs) == ("epochs", 3)
    assert (new.adapter.rank, new.training.learning_rate) == (8, 1e-3)
    assert new.data.train_files[0].endswith("my rows-0a1b2c3d.jsonl")
    # The draft of before comes back with its question, and the new one is kept.
    draft.bring_back()
    assert draft.recipe.data.system_prompt == "You answer in JSON."
    assert "data.system_prompt" in draft.leftovers
    draft.bring_back()
    assert draft.recipe == new and draft.leftovers == []


def test_keep_asks_no_more_and_a_restart_asks_again(
    draft: Draft, tmp_path: Path
) -> None:
    draft.commit("data.train_files", [rows(tmp_path)])
    assert draft.file
    assert open_draft(draft.file).leftovers == SAID
    draft.keep_leftovers()
    assert draft.leftovers == [] == open_draft(draft.file).leftovers
    draft.file.with_suffix(".rows.json").write_text('["no", "mapping"]')
    assert open_draft(draft.file).recipe == draft.recipe


def test_an_opened_recipe_speaks_of_its_own_rows(draft: Draft, tmp_path: Path) -> None:
    draft.commit("data.train_files", [rows(tmp_path)])
    draft.replace(load(starter_file()))
    assert draft.leftovers == []
    draft.bring_back()
    assert draft.leftovers == SAID


def test_a_training_waits_for_the_answer(
    draft: Draft, tmp_path: Path, tunebook_home: Path
) -> None:
    with gr.Blocks():
        studio = Studio(this_kernel(), draft)
        page = Page(studio, "en", gr.State(None), gr.Textbox())
    begun: list[str] = []

    def start() -> None:
        begun.append("a run")

    assert str(fresh.question(page, page.view())) == ""
    draft.commit("data.train_files", [rows(tmp_path)])
    assert "starter-extract" in str(fresh.question(page, page.view()))
    with pytest.raises(DraftError, match="System prompt “You answer in JSON.”"):
        start_or_wait(page, start, draft.recipe)
    assert not begun
    fresh.start_fresh(page)
    start_or_wait(page, start, draft.recipe)
    # A name or a prompt to compare changes nothing that is learned.
    draft.commit("compare.prompt", "And now?")
    draft.commit("data.train_files", [rows(tmp_path, "other.jsonl")])
    assert draft.leftovers == ["name", "compare.prompt"]
    start_or_wait(page, start, draft.recipe)
    assert len(begun) == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a/b",
        "..",
        ".hidden",
        "ends with.",
        "con",
        "LPT1.txt",
        "a" * 61,
        "a\nb",
        "-x",
    ],
)
def test_a_name_that_no_file_can_have_is_refused(draft: Draft, name: str) -> None:
    draft.commit("name", name)
    assert draft.recipe.name == "starter-extract" and draft.shown("name") == name
    with pytest.raises(DraftError, match="Name of the recipe: "):
        draft.checked()
    draft.commit("name", "我的 rows.v2")
    assert draft.checked().name == "我的 rows.v2"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"data.train_files": ["/a/my rows-0a1b2c3d.jsonl"]}, "my rows"),
        ({"data.train_files": ["/a/<b>.jsonl.gz"]}, "b"),
        ({"data.train_files": ["/a/数据.csv"]}, "数据"),
        ({"data.source": "hub", "data.hub_dataset": "tatsu-lab/alpaca"}, "alpaca"),
        ({}, "untitled"),
    ],
)
def test_rows_give_a_recipe_its_name(values: dict, name: str) -> None:
    assert name_for(with_values(Recipe(), values)) == name


def test_the_command_line_tells_what_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = f"data.train_files=[{rows(tmp_path)}]"

    def said(*words: str) -> str:
        sets = [word for setting in words for word in ("--set", setting)]
        recipe_given(parser().parse_args(["run", "starter-extract", *sets]))
        return capsys.readouterr().err

    assert said() == ""
    told_of = said(own)
    assert "System prompt “You answer in JSON.”" in told_of and "Held-out" in told_of
    more = said(own, "data.system_prompt=", "name=mine")
    assert "System prompt" not in more and "starter-extract" not in more
