"""The draft: what is committed, refused, and told to other tabs."""

from pathlib import Path

import pytest

from webui.page.draft import Draft, DraftError, titled
from webui.recipe import Recipe
from webui.recipe.problems import Problem
from webui.recipe.store import load
from webui.text import Text


def test_a_commit_raises_the_version_of_its_field_alone() -> None:
    draft = Draft(Recipe())
    before = dict(draft.changed)
    version = draft.commit("adapter.rank", 4)
    assert draft.recipe.adapter.rank == 4
    assert draft.changed["adapter.rank"] == version > before["adapter.rank"]
    assert draft.changed["adapter.alpha"] == before["adapter.alpha"]


def test_the_same_value_is_no_news() -> None:
    draft = Draft(Recipe())
    version = draft.version
    draft.commit("adapter.rank", 16)
    draft.commit("training.epochs", 1)
    draft.commit("adapter.target_modules", list(Recipe().adapter.target_modules))
    assert draft.version == version


def test_a_bad_value_keeps_the_last_good_one_and_says_why() -> None:
    draft = Draft(Recipe())
    draft.commit("adapter.rank", 0)
    assert draft.recipe.adapter.rank == 16
    assert "at least 1" in draft.problems["adapter.rank"].en
    with pytest.raises(DraftError, match="Rank: must be at least 1"):
        draft.checked()
    with pytest.raises(DraftError) as refused:
        draft.checked()
    assert refused.value.text.zh.startswith("秩：")
    draft.commit("adapter.rank", 2)
    assert draft.problems == {} and draft.checked().adapter.rank == 2


def test_a_problem_of_no_field_is_told_as_well() -> None:
    told = titled(Problem("data", Text("is a section.", "是一个小节。")))
    assert told == Text("data: is a section.", "data：是一个小节。")


def test_a_form_that_shows_an_older_value_is_refused() -> None:
    draft = Draft(Recipe())
    seen = draft.version
    draft.commit("adapter.rank", 4)  # by another tab
    with pytest.raises(DraftError, match="Another tab changed Rank"):
        draft.commit_form({"adapter.rank": 16}, seen, {})
    assert draft.recipe.adapter.rank == 4


def test_a_form_is_taken_when_the_tab_made_the_change_itself() -> None:
    draft = Draft(Recipe())
    seen = draft.version
    own = {"adapter.rank": draft.commit("adapter.rank", 4)}
    recipe = draft.commit_form({"adapter.rank": 8}, seen, own)
    assert recipe.adapter.rank == 8


def test_the_draft_is_kept_for_the_next_server(tmp_path: Path) -> None:
    file = tmp_path / "home" / "draft.yaml"
    Draft(Recipe(), file).commit("training.learning_rate", 0.001)
    assert load(file).training.learning_rate == 0.001


def test_trust_in_one_model_never_passes_to_another() -> None:
    draft = Draft(Recipe())
    draft.commit("model.name", "some/own")
    draft.commit("model.trust_remote_code", True)
    draft.commit("model.name", "some/own")  # left again, and the same
    assert draft.recipe.model.trust_remote_code
    # The whole form, of which only the name was changed just now.
    form = {"model.name": "some/other", "model.trust_remote_code": True}
    recipe = draft.commit_form(form, draft.version, {})
    assert recipe.model.name == "some/other" and not recipe.model.trust_remote_code
    draft.commit("model.trust_remote_code", True)
    draft.commit("model.name", "starter")
    assert not draft.recipe.model.trust_remote_code


def test_another_method_than_lora_leaves_its_variants_behind() -> None:
    draft = Draft(Recipe())
    draft.commit("adapter.use_dora", True)
    draft.commit("adapter.start", "gaussian")
    version = draft.commit("adapter.method", "ia3")
    assert draft.problems == {}
    adapter = draft.recipe.adapter
    assert (adapter.method, adapter.use_dora, adapter.start) == ("ia3", False, "zero")
    assert draft.changed["adapter.use_dora"] == version


def test_what_was_refused_is_taken_once_nothing_stands_in_its_way() -> None:
    draft = Draft(Recipe())
    draft.commit("model.precision", "4bit")
    draft.commit("adapter.method", "full")
    assert draft.recipe.adapter.method == "lora"
    assert draft.problems["adapter.method"].en.startswith(
        "Precision of the base: 4-bit"
    )
    draft.commit("training.epochs", 2)
    assert draft.recipe.adapter.method == "lora" and draft.problems
    draft.commit("model.precision", "16bit")
    assert draft.recipe.adapter.method == "full" and draft.problems == {}
