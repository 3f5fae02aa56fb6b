"""The pane as it is sent, with a commit and with a redraw, and what is answered."""

import json
import re
from typing import Any

import gradio as gr
import pytest

from page.walking import HOSTILE
from webui.kernel.kernel import this_kernel
from webui.notebook.cells import KINDS
from webui.notebook.edits import Edit
from webui.page.code.answering import answered
from webui.page.code.pane import WORDS, code_pane, draw_pane
from webui.page.code.places import places_of
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.studio import Studio
from webui.recipe import Recipe

pytestmark = pytest.mark.usefixtures("tunebook_home")
SKIPPED = gr.skip()


@pytest.fixture
def page() -> Page:
    """A page of two tabs: one with a field and a pane, one with a pane in it."""
    with gr.Blocks():
        studio = Studio(this_kernel(), Draft(Recipe()))
        page = Page(studio, "en", gr.State(None), gr.Textbox())
        with gr.Tab("Train", id="train"):
            with gr.Accordion("More"), gr.Accordion("Still more", elem_id="named"):
                page.field("training.seed")
            code_pane(page, "train")
        with gr.Tab("Model", id="model"):
            code_pane(page, "setup", "model")
        studio.places = places_of(page.bindings)
        page.connect()
    return page


def commit_of(page: Page) -> Any:
    """The function that commits the field, as it is wired, and what it answers with."""
    functions = gr.context.Context.root_block or page.stamp.parent
    while functions.parent is not None:
        functions = functions.parent
    return next(f for f in functions.fns.values() if f.name == "commit")


def drawn(page: Page, *names: str) -> str:
    return str(draw_pane(names, page, page.view()))


def test_a_commit_brings_the_code_beside_the_field_and_no_redraw_brings_it_again(
    page: Page,
) -> None:
    commit = commit_of(page)
    # Of the panes only the one in the same tab, behind what every commit brings.
    panes = [part.elem_id for part in commit.outputs if isinstance(part, gr.HTML)]
    assert panes == ["code-train"]
    seen, *_, code = commit.fn(None, 4711)
    assert "4711" in code["value"] and "data-pane=&#34;" not in code["value"]
    seen, *updates = page.redraw(seen)
    train, model = updates[-2:]
    assert train == SKIPPED and "unsloth" in model["value"]
    seen, *_, again = commit.fn(seen, 4711)
    assert again == SKIPPED
    seen, *_, code = commit.fn(seen, 4712)
    assert "4712" in code["value"]


def test_a_pane_counts_its_lines_through_all_of_its_cells(page: Page) -> None:
    html = drawn(page, "setup", "model")
    numbers = [int(n) for n in re.findall(r'class="code-line" data-n="(\d+)"', html)]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert html.count('class="code-parted"') == 1
    assert f'aria-label="Code of Model, {len(numbers)} lines"' in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_of_the_script_are_whole(page: Page, language: Any) -> None:
    page.language = language
    words = re.search(r'data-words="([^"]*)"', drawn(page, "train"))
    assert words
    told = json.loads(words.group(1).replace("&#34;", '"'))
    assert told == {key: getattr(text, language) for key, text in WORDS.items()}


def test_hostile_text_is_escaped(page: Page) -> None:
    page.studio.draft.commit("compare.prompt", HOSTILE + "</span></div>")
    html = drawn(page, "compare")
    assert "&lt;img src=x" in html and "<img" not in html and "<script" not in html
    assert html.count("</div>") == drawn(page, "compare").count("<div")


def test_a_recipe_that_cannot_be_written_keeps_the_last_code_and_says_why(
    page: Page,
) -> None:
    before = drawn(page, "train")
    broken = {"adapter": {"method": "adalora", "start": "pissa"}}
    page.studio.draft.replace(Recipe.model_validate(broken))
    after = drawn(page, "train")
    assert "cannot be written as code" in after and "has no literal" in after
    lines = re.compile(r'<div class="code-lines.*', re.DOTALL)
    assert lines.findall(after) == lines.findall(before) != []


def test_a_refused_value_is_told_beside_the_code(page: Page) -> None:
    page.studio.draft.commit("training.learning_rate", 7.0)
    assert "“Learning rate” was refused" in drawn(page, "train")
    page.studio.draft.commit("training.learning_rate", 1e-4)
    assert "refused" not in drawn(page, "train")


def test_a_field_is_answered_with_its_place_and_its_lines(page: Page) -> None:
    answer = answered(page.studio, ("train",), "training-seed", "en")
    (field,) = answer["fields"].values()
    assert f'data-mark="{answer["mark"]}"' in drawn(page, "train")
    folds = ("fold-1-training-seed", "named")
    assert field["place"] == {"tab": "train", "folds": folds}
    (line, start, end) = field["spans"][0]
    code = page.view().cells["train"].code.split("\n")[line - 1]
    assert code[start:end] == "seed=3407"
    assert (
        field["note"]
        == f"“Seed” decides line {line}; also in [2] Data, [3] Parameters, [7] Sweep."
    )


def test_what_is_asked_twice_is_worked_out_once(page: Page) -> None:
    first = answered(page.studio, ("train",), "", "en")
    assert page.studio.decided
    known = page.studio.decided[2]
    assert answered(page.studio, ("train",), "", "en") == first
    assert len(known) == 1
    page.studio.draft.commit("training.seed", 5)
    answered(page.studio, ("train",), "", "zh")
    assert page.studio.decided[2] is not known


@pytest.mark.parametrize("field", ["run-train", "no-such", "<script>"])
def test_what_is_no_field_has_no_lines(page: Page, field: str) -> None:
    assert answered(page.studio, ("train",), field, "en")["fields"] == {}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("training-auto_resume", "changes no code"),
        ("data-train_on", "which rows lie in the files"),
        ("compare-prompt", "[5] Compare"),
        ("training-weight_decay", "would add, after line 13: weight_decay=0.01,"),
    ],
)
def test_a_field_without_a_line_says_why(page: Page, field: str, words: str) -> None:
    for language in ("en", "zh"):
        fields = answered(page.studio, ("train",), field, language)["fields"]
        (note,) = (each["note"] for each in fields.values())
        assert (words in note) == (language == "en")


def test_a_cell_that_is_edited_by_hand_has_no_fields(page: Page) -> None:
    form = page.view().cells["train"].code
    page.studio.draft.hold({"train": Edit(f"{form}\nprint(3407)\r\n", form)})
    assert answered(page.studio, ("train",), "", "en")["lines"] == {}
    answer = answered(page.studio, ("train",), "training-seed", "en")
    (field,) = answer["fields"].values()
    assert field["spans"] == [] and "edited by hand" in field["note"]
    assert f'data-mark="{answer["mark"]}"' in drawn(page, "train")
    assert "print(" in drawn(page, "train")


def test_every_cell_that_is_shown_with_another_names_one() -> None:
    shown = [kind.shown_with for kind in KINDS.values() if kind.shown_with]
    assert shown == ["model"] and {*shown} <= {*KINDS}
