"""Whatever is typed into a field is what the draft holds, or it says what is wrong."""

import logging
from typing import Any

import gradio as gr
import pytest

from webui.kernel.kernel import this_kernel
from webui.page.bind import Binding, field_updates, read_space, tidied
from webui.page.build import TABS
from webui.page.draft import Draft, DraftError
from webui.page.frame import Page, Seen
from webui.page.studio import Studio
from webui.page.view import view_of
from webui.recipe import Recipe
from webui.recipe.numbers import is_number, number_text, read_number
from webui.recipe.paths import FIELDS, value_at

pytestmark = pytest.mark.usefixtures("tunebook_home")

NUMBERS = {path: declared for path, declared in FIELDS.items() if is_number(declared)}
# What is typed, and what a box for whole numbers and one for others take it for.
TYPED: dict[str, tuple[Any, Any]] = {
    "5": (5, 5),
    " 5 ": (5, 5),
    "５": (5, 5),
    "　５　": (5, 5),
    "5.0": (5, 5.0),
    "+5": (5, 5),
    "1e1": (10, 10.0),
    "1_0": (10, 10),
    "010": (10, 10),
    "−5": (-5, -5),
    "-5": (-5, -5),
    "0": (0, 0),
    "2.5": (2.5, 2.5),
    "2,5": (2.5, 2.5),
    "0,001": (0.001, 0.001),
    "1e-4": (1e-4, 1e-4),
    "1E-4": (1e-4, 1e-4),
    "1.000": ("1.000", 1.0),
    "1,000": ("1,000", "1,000"),
    "1 000": ("1 000", "1 000"),
    "1.234,5": ("1.234,5", "1.234,5"),
    "": ("", ""),
    "   ": ("", ""),
    "abc": ("abc", "abc"),
    "1/2": ("1/2", "1/2"),
    "50%": ("50%", "50%"),
    "½": ("½", "½"),
    "0x10": ("0x10", "0x10"),
    "5,": ("5,", "5,"),
    "--5": ("--5", "--5"),
    "nan": ("nan", "nan"),
    "inf": ("inf", "inf"),
    "-Infinity": ("-Infinity", "-Infinity"),
    "1e999": ("1e999", "1e999"),
    "1e999999999": ("1e999999999", "1e999999999"),
    "True": ("True", "True"),
    "None": ("None", "None"),
    "<b>5</b>": ("<b>5</b>", "<b>5</b>"),
    "9" * 5000: ("9" * 5000, "9" * 5000),
}


@pytest.fixture(scope="module")
def bindings() -> dict[str, Binding]:
    """Every field of the whole page, by its path."""
    return {binding.field.path: binding for binding in whole_page().bindings}


def whole_page() -> Page:
    """The English page with all its tabs, on the default recipe."""
    with gr.Blocks():
        studio = Studio(this_kernel(), Draft(Recipe()))
        page = Page(studio, "en", gr.State(None), gr.Textbox())
        with gr.Tabs():
            for title, tab in TABS:
                with gr.Tab(title.en):
                    tab.build(page)
    return page


def typed_into(binding: Binding, *payload: Any) -> list[Any]:
    """What a function gets of what the browser sends."""
    pairs = zip(binding.components, payload, strict=True)
    return [component.preprocess(sent) for component, sent in pairs]  # type: ignore[attr-defined]


def shown_after(binding: Binding, draft: Draft, typed: list[Any]) -> list[Any]:
    """What the components hold once the field was left."""
    path = binding.field.path
    draft.commit(path, binding.read(typed))
    updates = tidied(binding, typed, wrong=path in draft.problems)
    return [
        update.get("value", old) for update, old in zip(updates, typed, strict=True)
    ]


@pytest.mark.parametrize("typed", TYPED)
def test_a_text_is_read_as_the_number_that_it_can_only_mean(typed: str) -> None:
    for whole, meant in zip((True, False), TYPED[typed], strict=True):
        found = read_number(typed, whole=whole)
        assert found == meant and isinstance(found, str) == isinstance(meant, str)


@pytest.mark.parametrize("path", NUMBERS)
def test_a_box_for_a_number_shows_what_is_held_or_says_what_is_wrong(
    path: str, bindings: dict[str, Binding]
) -> None:
    binding, whole = bindings[path], NUMBERS[path].type is int
    view = view_of(Studio(this_kernel(), Draft(Recipe())))
    for text in TYPED:
        draft = Draft(Recipe())
        (shown,) = shown_after(binding, draft, typed_into(binding, text))
        held = value_at(draft.recipe, path)
        if path not in draft.problems:
            assert (
                read_number(shown, whole=whole)
                == held
                == read_number(text, whole=whole)
            )
            assert shown == number_text(held)
            continue
        # What was typed stays, here and in a tab that opens now; no start is possible.
        assert shown == text and held == value_at(Recipe(), path)
        (update,) = field_updates(
            binding,
            view,
            draft.as_shown(path),
            draft.problems[path],
            "en",
            with_value=True,
        )
        assert update["value"] == number_text(binding.read([text]))
        assert "✗ " in update["info"] and update["visible"]
        with pytest.raises(DraftError):
            draft.checked()
        (mended,) = shown_after(binding, draft, [number_text(held)])
        assert draft.checked() and mended == number_text(held)


def test_a_refused_value_stays_through_presses_and_reloads(
    caplog: pytest.LogCaptureFixture,
) -> None:
    page, seen = whole_page(), Seen()
    chosen = [part.value for _, parts, _ in page.chosen for part in parts]  # type: ignore[attr-defined]
    page.redraw(seen, *chosen)
    draft, at = page.studio.draft, [b.field.path for b in page.bindings]
    values = {b.field.path: list(b.write(draft.recipe)) for b in page.bindings}
    values["training.steps"] = ["2.5"]
    form = [value for path in at for value in values[path]]
    form += [part.value for part in page.form[len(form) :]]  # type: ignore[attr-defined]
    for _ in range(2):
        with pytest.raises(DraftError, match="Steps: must be a whole number, not 2.5"):
            page.commit_form(seen, form)
        sent = page.redraw(seen, *chosen)[1:]
        assert all(part.get("value") is None for part in sent[: len(form)])
    opened = page.redraw(None, *chosen)[1:]
    place = [path for path in at for _ in values[path]].index("training.steps")
    assert opened[place]["value"] == "2.5" and "not 2.5" in opened[place]["info"]
    # A tab that still shows the old value does not mend it unseen.
    with pytest.raises(DraftError, match="Another tab changed Steps"):
        draft.commit_form({"training.steps": 60}, 0, {})
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("name", "typed", "held", "shown"),
    [
        ("training.learning_rate", "1e-4,0.001", [1e-4, 0.001], "0.0001, 0.001"),
        ("training.learning_rate", "0,001; 0,01", [0.001, 0.01], "0.001, 0.01"),
        ("training.learning_rate", "１e-4、0.1", [1e-4, 0.1], "0.0001, 0.1"),
        ("adapter.rank", " 4 ,8，", [4, 8], "4, 8"),
        ("adapter.use_rslora", "TRUE, false", [True, False], "true, false"),
        ("training.schedule", "linear, cosine", ["linear", "cosine"], "linear, cosine"),
    ],
)
def test_values_of_a_sweep_are_read_as_their_field_takes_them(
    name: str, typed: str, held: list[Any], shown: str, bindings: dict[str, Binding]
) -> None:
    draft, binding = Draft(Recipe()), bindings["sweep.space"]
    after = shown_after(binding, draft, ["", "", name, typed, None, ""])
    assert draft.recipe.sweep.space == {name: held}
    assert after == ["", "", name, shown, None, ""]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("adapter.rank", "4, 8.5"),
        ("adapter.rank", "010"),  # YAML has it for 8
        ("training.learning_rate", "0,001"),
        ("training.learning_rate", "1:30"),  # and this for 90
        ("training.learning_rate", "nan"),
        ("adapter.rank", ""),
        ("adapter.rank", "4; 1,000"),
        ("adapter.use_rslora", "maybe"),
        ("", "4, 8"),
    ],
)
def test_values_of_a_sweep_that_fit_nothing_stay_and_are_told(
    name: str, typed: str, bindings: dict[str, Binding]
) -> None:
    draft, binding = Draft(Recipe()), bindings["sweep.space"]
    typed_in = [name, typed, "", "", "", ""]
    assert shown_after(binding, draft, typed_in) == typed_in
    assert draft.recipe.sweep.space == {} and draft.problems["sweep.space"]
    opened = binding.write(draft.as_shown("sweep.space"))
    assert read_space(opened) == read_space(typed_in)


def test_values_of_one_setting_in_two_lines_are_those_of_both(
    bindings: dict[str, Binding],
) -> None:
    draft = Draft(Recipe())
    typed = ["adapter.rank", "2", "", "", "adapter.rank", "4"]
    shown_after(bindings["sweep.space"], draft, typed)
    assert draft.recipe.sweep.space == {"adapter.rank": [2, 4]}
