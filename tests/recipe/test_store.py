"""Recipes as YAML: safe, relative to their folder, and the same when read again."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.field import DeclaredField
from webui.recipe.objectives import OBJECTIVES
from webui.recipe.paths import FIELDS, with_value
from webui.recipe.problems import RecipeError
from webui.recipe.store import dumps, load, loads
from webui.recipe.sweeps import SWEEPABLE
from webui.settings import shipped_recipes


def refused(text: str, *, set_: tuple[str, ...] = ()) -> str:
    """What is said of a text that is not taken."""
    with pytest.raises(RecipeError) as caught:
        loads(text, settings=set_)
    return str(caught.value)


# ---- what is read


def test_a_number_may_be_written_as_people_do() -> None:
    for written in ("1e-4", "1E-4", "1.0e-4", "0.0001", "+1e-4"):
        recipe = loads(f"training: {{learning_rate: {written}}}")
        assert recipe.training.learning_rate == 1e-4


def test_an_empty_text_is_the_default_recipe() -> None:
    assert loads("") == loads("# nothing\n") == loads("{}") == Recipe()


@pytest.mark.parametrize("text", ["[]", "hello", "5", "false", "- name: x"])
def test_a_text_without_sections_is_no_recipe(text: str) -> None:
    assert "holds no sections" in refused(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("adapter: {rank: 4, rank: 8}", "line 1: rank is given twice"),
        ("adapter: {rank: 4}\nname: a\nadapter: {}", "line 3: adapter is given twice"),
        ("? [a, b]\n: c", "line 1: a key must be a name"),
        ("adapter:\n\t- b", "line 2"),
        ("name: a\n---\nname: b", "line 2"),
        ("name: a\x01", "not readable"),
        ("[" * 5000, "not readable"),
        (f"training: {{seed: {'9' * 5000}}}", "not readable"),
        ("compare: {prompt: 2020-13-45}", "not readable"),
        (f"training: {{seed: 0x{'f' * 5000}}}", "training.seed: must be at most"),
        ("adapter:", "adapter: must be a list of `name: value`"),
    ],
)
def test_a_text_that_cannot_be_read_is_one_sentence(text: str, words: str) -> None:
    message = refused(text)
    assert words in message and "\n" not in message


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object/apply:os.system ['touch {}']",
        "!!python/object/new:subprocess.check_output [['touch', '{}']]",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/tuple [q_proj]",
    ],
)
def test_python_tags_are_refused_and_run_nothing(tagged: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    assert "tag" in refused(f"name: {tagged.format(mark)}")
    assert not mark.exists()


def test_references_are_refused() -> None:
    for text in ("name: &a x\nmodel: *a", "name: &a [*a]", "x: &a {}\ny: {<<: *a}"):
        assert "references" in refused(text)


def test_a_yaml_bomb_is_refused_at_once() -> None:
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    began = time.monotonic()
    assert "references" in refused("\n".join([*lines, "adapter: {rank: *a39}"]))
    assert time.monotonic() - began < 1


def test_a_file_of_more_than_a_megabyte_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    file.write_text("# " + "x" * 1_000_000)
    with pytest.raises(RecipeError, match="larger than 1 MB"):
        load(file)


@pytest.mark.parametrize("content", [b"name: \xff", None])
def test_a_file_that_cannot_be_read_is_one_sentence(
    content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "odd.yaml"
    if content:
        file.write_bytes(content)
    with pytest.raises(RecipeError, match="odd.yaml: (is not UTF-8|No such file)"):
        load(file)


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "windows.yaml"
    file.write_bytes(b"\xef\xbb\xbfname: x\r\nadapter:\r\n  rank: 8\r\n")
    assert load(file).adapter.rank == 8


def test_a_recipe_without_a_name_is_called_like_its_file() -> None:
    for stem, name in (("x²", "x²"), ("a(b)", "a-b-"), ("é" * 80, "é" * 60)):
        assert loads("", name=stem).name == name


# ---- files


def test_files_are_relative_to_the_recipe(tmp_path: Path) -> None:
    file = tmp_path / "recipes" / "mine.yaml"
    file.parent.mkdir()
    file.write_text("data: {train_files: ../rows/a.jsonl}\nsplit: {files: [/b.jsonl]}")
    recipe = load(file)
    assert recipe.data.train_files == (str(tmp_path / "rows" / "a.jsonl"),)
    assert recipe.split.files == ("/b.jsonl",)
    assert recipe.name == "mine"


def test_the_same_file_by_two_names_is_found_out(tmp_path: Path) -> None:
    text = "data: {train_files: a.jsonl}\nsplit: {by: file, files: ./x/../a.jsonl}"
    with pytest.raises(RecipeError, match="split.files"):
        loads(text, folder=tmp_path)


def test_a_home_is_meant_by_a_tilde(tmp_path: Path) -> None:
    recipe = loads("data: {train_files: ~/a.jsonl}", folder=tmp_path)
    assert recipe.data.train_files == (os.path.expanduser("~/a.jsonl"),)
    recipe = loads("data: {train_files: ~nobody.here/a}", folder=tmp_path)
    assert recipe.data.train_files == (str(tmp_path / "~nobody.here" / "a"),)


def test_no_file_stays_no_file(tmp_path: Path) -> None:
    assert loads("data: {train_files: ''}", folder=tmp_path).data.train_files == ()


# ---- settings on top


def test_a_setting_is_read_as_yaml_but_a_text_stays_a_text() -> None:
    recipe = loads(
        "adapter: {rank: 4}",
        settings=[
            "training.learning_rate=1e-4",
            "adapter.rank=32",
            "adapter.target_modules=[q_proj, v_proj]",
            "adapter.use_rslora=true",
            "compare.prompt=1e-4",
            "data.system_prompt={a: b} = c",
            "name=other",
        ],
    )
    assert recipe.training.learning_rate == 1e-4 and recipe.adapter.rank == 32
    assert recipe.adapter.target_modules == ("q_proj", "v_proj")
    assert recipe.adapter.use_rslora is True
    assert recipe.compare.prompt == "1e-4"
    assert recipe.data.system_prompt == "{a: b} = c"
    assert recipe.name == "other"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("adaptr.rank=4", "adaptr.rank: is not a field; did you mean adapter.rank?"),
        ("adapter=4", "adapter: is a section"),
        ("adapter.rank", "section.field=value"),
        ("adapter.rank=[", "adapter.rank: must be a whole number, not '['"),
        ("adapter.rank=true", "adapter.rank: must be a whole number"),
        ("training.seed=2020-13-45", "training.seed: must be a whole number"),
        ("training.seed=" + "9" * 5000, "training.seed: must be a whole number"),
        ("sweep.space={[a]: 1}", "sweep.space: must be"),
        (
            "training.epochs=!!python/name:os.system",
            "training.epochs: must be a number",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_told(setting: str, words: str) -> None:
    message = refused("", set_=(setting,))
    assert words in message and "\n" not in message


def test_all_settings_that_do_not_fit_are_told_at_once() -> None:
    message = refused("adapter: {alpha: 0}", set_=("a.b=1", "c=2", "adapter.rank=0"))
    told = [line.partition(":")[0] for line in message.splitlines()]
    assert sorted(told) == ["a.b", "adapter.alpha", "adapter.rank", "c"]


def test_a_setting_does_not_hide_a_section_that_is_none() -> None:
    assert "adapter: must be a list" in refused("adapter: 5", set_=("adapter.rank=8",))


def test_settings_leave_the_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("adapter: {rank: 4}")
    load(file, ["adapter.rank=8"])
    assert load(file).adapter.rank == 4


# ---- what is written


def test_only_what_differs_is_written() -> None:
    recipe = check({"name": "x", "adapter": {"rank": 8, "alpha": 16}})
    assert yaml.safe_load(dumps(recipe)) == {"name": "x", "adapter": {"rank": 8}}
    assert dumps(Recipe()) == "name: untitled\n"


def test_shipped_recipes_are_read_and_are_the_same_when_read_again() -> None:
    files = [*shipped_recipes().glob("*.yaml")]
    assert files
    for file in files:
        recipe = load(file)
        assert loads(dumps(recipe)) == recipe
        assert all(Path(file).is_file() for file in recipe.data.train_files)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HARD_TEXTS = st.sampled_from(
    ["1e-4", "1e5", "null", "~", "yes", "0x10", "2020-01-01", "=", "<<", "- a", "a: b"]
    + ["#", " a ", "\t", "\n", "\r\n", "\x85", "a\u2028b", "\ufeff", "'\"`", "*a", "&a"]
    + ["!!python/name:os.system", "{{ x }}", "```", "---", "...", "\x00", "\x7f", "😀"]
)


def values_of(declared: DeclaredField) -> st.SearchStrategy:
    """Any valid value of a field, by its declaration alone."""
    if declared.choices:
        return st.sampled_from(declared.choices)
    low, high = declared.bound("ge", "gt"), declared.bound("le", "lt")
    match declared.type():
        case bool():
            return st.booleans()
        case int():
            return st.integers(low, high)
        case float():
            open_ = {"exclude_min": declared.bound("ge") is None}
            open_["exclude_max"] = declared.bound("le") is None
            return st.floats(low, high, **open_)
        case tuple() if declared.declaration.file:
            file = st.uuids().map(lambda unique: f"/rows/{unique}.jsonl")
            return st.lists(file, max_size=3).map(tuple)
        case tuple() if declared.path == "watch.report_to":
            sinks = st.sampled_from(declared.declaration.suggestions)
            return st.lists(sinks, max_size=3).map(tuple)
        case tuple():
            return st.lists(TEXTS | HARD_TEXTS, min_size=1, max_size=3).map(tuple)
        case dict() if declared.path == "data.columns":
            roles = st.sampled_from(["instruction", "output"])
            return st.dictionaries(roles, TEXTS | HARD_TEXTS)
        case dict():
            return spaces()
    return TEXTS | HARD_TEXTS


def spaces() -> st.SearchStrategy:
    """A sweep's space over fields that always have an effect."""
    free = [f for f in SWEEPABLE.values() if not f.declaration.shown_when]
    chosen = st.lists(st.sampled_from(free), max_size=3, unique_by=lambda f: f.path)
    return chosen.flatmap(
        lambda fields: st.fixed_dictionaries(
            {f.path: st.lists(values_of(f), min_size=1, max_size=3) for f in fields}
        )
    )


TOGETHER = {
    "data.columns",
    "data.custom_template",
    "data.packing",
    "split.group_by",
    "model.precision",
    "evaluation.keep_best",
    "training.optimizer",
    "training.warmup_steps",
    *(path for path in FIELDS if path.startswith("adapter.")),
    "sweep.space",
    *(clash.path for each in OBJECTIVES.values() for clash in each.clashes),
    *("data.format" for each in OBJECTIVES.values() if each.formats),
}


@st.composite
def recipes(draw: Any) -> Recipe:
    """A recipe in which some fields differ from their defaults."""
    name = st.from_regex(r"[\w .-]{1,60}", fullmatch=True) | st.just("1e4")
    values: dict[str, Any] = {"name": draw(name)}
    for declared in draw(st.lists(st.sampled_from([*FIELDS.values()]), max_size=8)):
        values = with_value(values, declared.path, draw(values_of(declared)))
    try:
        return check(values)
    except RecipeError as error:
        # Drawn one by one, some do not go together.
        assert {problem.path for problem in error.problems} <= TOGETHER
        reject()


@settings(max_examples=300, deadline=None)
@given(recipes())
def test_a_recipe_is_the_same_when_read_again(recipe: Recipe) -> None:
    assert loads(dumps(recipe)) == recipe


@settings(max_examples=100, deadline=None)
@given(TEXTS | HARD_TEXTS)
def test_every_text_survives_a_file(text: str) -> None:
    recipe = check({"compare": {"prompt": text}})
    again = loads(dumps(recipe).encode().decode("utf-8-sig"))
    assert again.compare.prompt == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.text("[]{}&*!:-?,'\"| \nab01<", max_size=60))
def test_any_text_is_a_recipe_or_refused(text: str) -> None:
    try:
        assert isinstance(loads(text), Recipe)
    except RecipeError as error:
        assert error.problems
