"""A recipe is whole, or every problem is told, each at its field."""

import copy
from pickle import dumps, loads
from typing import Any

import pytest

from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.paths import FIELDS
from webui.recipe.problems import Problem, RecipeError
from webui.text import Text


def problems(values: Any) -> dict[str, str]:
    """The English message of each field that is refused."""
    with pytest.raises(RecipeError) as caught:
        check(values)
    told = caught.value.problems
    assert all(isinstance(p, Problem) and p.message.zh for p in told)
    assert len({p.path for p in told}) == len(told)
    return {p.path: p.message.en for p in told}


def test_an_empty_recipe_is_all_defaults() -> None:
    assert check({}) == Recipe()


def test_all_problems_are_told_at_once_each_at_its_field() -> None:
    found = problems(
        {
            "name": "a/b",
            "model": {"precision": "3bit", "max_seq_length": 8},
            "data": {"train_files": 7},
            "split": {"fraction": 1},
            "adapter": {"rank": 0, "alpha": "16", "target_modules": "q_proj"},
            "training": {"learning_rate": "fast", "gradient_checkpointing": 1},
            "compare": [],
            "sweep": {"space": {"adapter.rank": [1]}, "trials": 0, "trails": 1},
        }
    )
    assert set(found) == {
        "name",
        "model.precision",
        "model.max_seq_length",
        "data.train_files",
        "split.fraction",
        "adapter.rank",
        "adapter.alpha",
        "adapter.target_modules",
        "training.learning_rate",
        "training.gradient_checkpointing",
        "compare",
        "sweep.trials",
        "sweep.trails",
    }


def test_what_only_the_whole_shows_is_told_beside_a_field_that_is_wrong() -> None:
    found = problems(
        {
            "data": {"train_files": "/a"},
            "split": {"by": "file", "files": ["/a"]},
            "adapter": {"rank": 0, "target_modules": ["lm_head"]},
            "sweep": {"space": {"model.name": ["x"]}},
        }
    )
    assert set(found) == {
        "split.files",
        "adapter.rank",
        "adapter.target_modules",
        "sweep.space",
    }


@pytest.mark.parametrize(
    ("values", "path", "nearest"),
    [
        ({"adaptor": {}}, "adaptor", "adapter"),
        ({"adapter": {"ranks": 8}}, "adapter.ranks", "adapter.rank"),
        ({"training": {"learn_rate": 1}}, "training.learn_rate", "learning_rate"),
        ({"training": {"rank": 8}}, "training.rank", "adapter.rank"),
        ({"rank": 8}, "rank", "adapter.rank"),
        ({"Model": {}}, "Model", "model"),
    ],
)
def test_unknown_keys_are_refused_by_name_with_the_nearest(
    values: dict, path: str, nearest: str
) -> None:
    message = problems(values)[path]
    assert "did you mean" in message and nearest in message


def test_an_unknown_key_far_from_all_gets_the_list() -> None:
    message = problems({"compare": {"zzz": 1}})["compare.zzz"]
    assert "known are: prompt, max_new_tokens, temperature" in message


def test_keys_that_are_no_names_are_refused_at_their_section() -> None:
    assert "1" in problems({1: 2})[""]
    assert "None" in problems({"adapter": {None: 2}})["adapter"]


@pytest.mark.parametrize(
    "path", [path for path, f in FIELDS.items() if f.type in (int, float)]
)
@pytest.mark.parametrize("value", [True, False, "1", None, [1], float("nan")])
def test_a_number_is_nothing_but_a_number(path: str, value: Any) -> None:
    section, name = path.split(".")
    assert list(problems({section: {name: value}})) == [path]


@pytest.mark.parametrize("path", [p for p, f in FIELDS.items() if f.type is bool])
@pytest.mark.parametrize("value", [0, 1, "true", "yes", None])
def test_a_switch_is_true_or_false(path: str, value: Any) -> None:
    section, name = path.split(".")
    assert problems({section: {name: value}}) == {path: "must be true or false."}


@pytest.mark.parametrize("path", [p for p, f in FIELDS.items() if f.type is int])
def test_a_whole_number_has_no_fraction(path: str) -> None:
    section, name = path.split(".")
    assert "whole number" in problems({section: {name: 20.0}})[path]


def test_a_whole_number_is_welcome_as_a_float_and_becomes_one() -> None:
    epochs = check({"training": {"epochs": 2}}).training.epochs
    assert type(epochs) is float and epochs == 2.0


def test_a_bound_is_told_exactly() -> None:
    found = problems({"training": {"seed": 2**32, "steps": 10**8}})
    assert found["training.seed"] == "must be at most 4294967295, not 4294967296."
    assert found["training.steps"] == "must be at most 10000000, not 100000000."


@pytest.mark.parametrize(
    "huge", [10**5000, "x" * 10**6, list(range(10**5))], ids=["number", "text", "list"]
)
def test_a_huge_value_makes_no_huge_message(huge: Any) -> None:
    assert len(problems({"adapter": {"rank": huge}})["adapter.rank"]) < 200


def test_texts_are_of_limited_length() -> None:
    limits = {p: f.bound("max_length") for p, f in FIELDS.items() if f.type is str}
    texts = [p for p in limits if not FIELDS[p].choices]
    for path in texts:
        section, name = path.split(".")
        assert "longer" in problems({section: {name: "x" * 20_001}})[path]


@pytest.mark.parametrize("name", ["", "a/b", "../x", "a\nb", "a\n", "x" * 61, "a;b"])
def test_a_name_is_fit_for_a_folder(name: str) -> None:
    assert list(problems({"name": name})) == ["name"]


def test_a_training_file_cannot_measure_itself() -> None:
    found = problems(
        {"data": {"train_files": "/a"}, "split": {"by": "file", "files": ["/a"]}}
    )
    assert list(found) == ["split.files"]


def test_a_split_of_the_hub_cannot_measure_itself() -> None:
    hub = {"source": "hub", "hub_dataset": "a/b"}
    same = {"by": "file", "hub_split": "train"}
    found = problems({"data": hub, "split": same})
    assert list(found) == ["split.hub_split"]
    # What belongs to files does not count there, nor the other way round.
    left_over = {"by": "file", "files": ["/a"]}
    assert check({"data": hub | {"train_files": "/a"}, "split": left_over})
    assert check({"data": {"train_files": "/b"}, "split": left_over | same})


def test_files_may_meet_where_no_file_is_held_out() -> None:
    assert check({"data": {"train_files": "/a"}, "split": {"files": ["/a"]}})


def test_columns_name_roles_of_the_format() -> None:
    columns = {"question": "q", "answer": "a.b.0"}
    assert check({"data": {"format": "question_answer", "columns": columns}})
    found = problems({"data": {"format": "text", "columns": {"question": "q"}}})
    assert found == {
        "data.columns": "has question, which the format text does not know; it has "
        "text."
    }
    assert (
        "must be text" in problems({"data": {"columns": {"output": 3}}})["data.columns"]
    )
    assert list(problems({"data": {"columns": ["output"]}})) == ["data.columns"]


def test_a_custom_template_is_written_down() -> None:
    found = problems({"data": {"template": "custom"}})
    assert found == {"data.custom_template": "is empty; write a Jinja template."}
    assert check({"data": {"template": "custom", "custom_template": "{{ 1 }}"}})
    assert check({"data": {"template": "chatml"}})


def test_rows_are_drawn_evenly_or_in_groups_but_not_both() -> None:
    both = {"stratify_by": "label", "group_by": "author"}
    assert list(problems({"split": both})) == ["split.group_by"]
    for name, column in both.items():
        assert check({"split": {name: column}})


@pytest.mark.parametrize(
    ("files", "read"),
    [("", ()), ("/a", ("/a",)), (["/a", "/b"], ("/a", "/b")), ([], ())],
)
def test_one_file_needs_no_list(files: Any, read: tuple) -> None:
    assert check({"data": {"train_files": files}}).data.train_files == read


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"data": {"format": "poem"}}, "data.format"),
        ({"data": {"template": "none"}}, "data.template"),
        ({"data": {"train_on": "questions"}}, "data.train_on"),
        ({"data": {"label_names": "no"}}, "data.label_names"),
        ({"data": {"label_names": [1]}}, "data.label_names"),
        ({"split": {"by": "luck"}}, "split.by"),
        ({"split": {"fraction": 0}}, "split.fraction"),
        ({"split": {"fraction": 1.0}}, "split.fraction"),
        ({"split": {"count": 0}}, "split.count"),
    ],
)
def test_what_a_field_of_data_or_split_cannot_be(values: dict, path: str) -> None:
    assert list(problems(values)) == [path]


# ---- sweeps


def sweep(space: Any, **sections: Any) -> dict[str, Any]:
    return {"sweep": {"space": space}, **sections}


def test_three_fields_with_valid_values_can_be_swept() -> None:
    space = {
        "adapter.rank": [4, 8],
        "training.learning_rate": [1e-4, 1],
        "training.schedule": ["linear", "cosine"],
    }
    assert check(sweep(space)).sweep.space == space


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ({"adapter.rank": []}, "adapter.rank has no values"),
        ({"adapter.rank": [0]}, "adapter.rank must be at least 1, not 0"),
        ({"adapter.rank": [4, True]}, "adapter.rank must be a whole number, not True"),
        ({"training.schedule": ["x"]}, "training.schedule must be linear, cosine"),
        ({"training.steps": [5]}, "training.steps has no effect"),
        ({"model.name": ["x"]}, "model.name cannot be swept"),
        ({"adapter.target_modules": [["q"]]}, "adapter.target_modules cannot be swept"),
        ({"training.duration": ["steps"]}, "training.duration cannot be swept"),
        ({"sweep.trials": [1]}, "sweep.trials cannot be swept"),
        ({"adapter.rnk": [1]}, "try adapter.rank"),
        ({"__import__('os')": [1]}, "cannot be swept"),
        (dict.fromkeys(("a", "b", "c", "d"), [1]), "more than three"),
        ({"adapter.rank": 8}, "adapter.rank must be a list of values"),
    ],
)
def test_what_cannot_be_swept_is_told(space: dict, words: str) -> None:
    assert words in problems(sweep(space))["sweep.space"]


def test_each_bad_value_of_a_sweep_is_told() -> None:
    with pytest.raises(RecipeError) as caught:
        check(sweep({"adapter.rank": [0, 8, "x"], "adapter.alpha": [2000]}))
    assert len(caught.value.problems) == 3


def test_a_swept_field_must_have_an_effect_with_the_other_settings() -> None:
    steps = {"training": {"duration": "steps"}}
    assert check(sweep({"training.steps": [5, 9]}, **steps))
    assert (
        "no effect" in problems(sweep({"training.epochs": [1]}, **steps))["sweep.space"]
    )


def test_values_of_a_sweep_must_go_together() -> None:
    adalora = {"adapter": {"method": "adalora", "rank": 8, "initial_rank": 24}}
    space = {"adapter.rank": [8, 20], "adapter.initial_rank": [12, 24]}
    told = problems(sweep(space, **adalora))["sweep.space"]
    assert told.startswith("with adapter.rank 20, adapter.initial_rank 12: ")
    assert "must be above the rank (20)" in told
    space["adapter.rank"] = [8, 10]
    assert check(sweep(space, **adalora)).sweep.space == space


@pytest.mark.parametrize("again", [copy.copy, lambda error: loads(dumps(error))])
def test_what_is_told_travels_to_another_process(again: Any) -> None:
    error = RecipeError([Problem("adapter.rank", Text("is odd.", "有误。"))], "a.yaml")
    told = again(error)
    assert told.problems == error.problems
    assert told.text == error.text
    assert str(told) == "a.yaml: adapter.rank: is odd."


def test_one_problem_is_told_as_any_error_is() -> None:
    error = RecipeError.of("is odd.", "有误。", "adapter.rank")
    assert error.problems == [Problem("adapter.rank", Text("is odd.", "有误。"))]
