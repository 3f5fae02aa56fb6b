"""The list of steps: what the cell is written from and the preview runs."""

from typing import Any

import pytest

from webui.notebook.carried import mask
from webui.notebook.chat_templates import TEMPLATES
from webui.notebook.data_cell import reading
from webui.notebook.steps import (
    READERS,
    Step,
    chat_template,
    label_role,
    readers_for,
    row_steps,
    split_step,
    suffix_of,
    token_step,
)
from webui.planner import split
from webui.planner.mapping import values as formats
from webui.planner.mapping.mappers import MAPPERS, TALKS, mapper_of
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.recipe.sections import Data, Model, Split, Training


def steps(**data: Any) -> list[Step]:
    return row_steps(Recipe(data=Data(**data)), "tokenizer")


def functions(**data: Any) -> list[str]:
    return [step.function.__name__ for step in steps(**data)]


def test_every_format_has_a_mapper_and_nothing_else_has() -> None:
    assert set(MAPPERS) == set(FORMATS)
    assert set(TALKS) <= set(MAPPERS)


def test_the_usual_rows_take_two_steps() -> None:
    assert functions() == ["map_alpaca", "render"]
    last = steps()[-1]
    assert last.arguments == {"tokenizer": "tokenizer", "answers_only": True}
    assert steps(train_on="everything")[-1].arguments["answers_only"] is False


def test_each_setting_brings_its_step_in_order() -> None:
    everything = steps(
        format="classification",
        columns={"text": "t"},
        label_names=("bad", "good"),
        instruction="Judge.",
        system_prompt="Be fair.",
    )
    assert [step.function for step in everything] == [
        *(formats.select, formats.name_labels, MAPPERS["classification"]),
        *(formats.add_prompts, mask.render),
    ]
    prompts = {"instruction": "Judge.", "system_prompt": "Be fair."}
    assert everything[3].arguments == prompts
    names = {"role": "label", "names": ("bad", "good")}
    assert everything[1].arguments == names


def test_a_format_has_its_own_instruction_until_another_is_given() -> None:
    own = FORMATS["translation"].instruction
    assert own is not None
    added = {s.function: s for s in steps(format="translation")}[formats.add_prompts]
    assert added.arguments["instruction"] == own.en


def test_plain_text_is_neither_prompted_nor_rendered() -> None:
    more = {"instruction": "x", "system_prompt": "y", "label_names": ("z",)}
    assert functions(format="text", **more) == ["map_text"]


@pytest.mark.parametrize("format", FORMATS)
def test_label_names_go_to_the_labels_of_a_format(format: str) -> None:
    expected = {"classification": "label", "ner": "labels", "pos": "labels"}
    assert label_role(format) == expected.get(format)
    named = functions(format=format, label_names=("a",))
    assert ("name_labels" in named) == (format in expected)


@pytest.mark.parametrize("format", TALKS)
def test_earlier_turns_count_where_a_column_is_named(format: str) -> None:
    assert mapper_of(format, {}) is MAPPERS[format]
    for role in ("system", "history"):
        assert mapper_of(format, {role: "x"}) is TALKS[format]
    assert mapper_of("messages", {"system": "x"}) is MAPPERS["messages"]


def test_tokens_are_cut_at_the_longest_sequence() -> None:
    model = Model(max_seq_length=64)
    step = token_step(Recipe(model=model), "tokenizer")
    assert step.function is mask.tokenize
    assert step.arguments == {"tokenizer": "tokenizer", "max_length": 64}
    texts = Recipe(model=model, data=Data(format="text"))
    assert token_step(texts, "tokenizer").function is mask.tokenize_texts


def test_each_way_to_hold_rows_out() -> None:
    def by(**chosen: Any) -> Any:
        recipe = Recipe(split=Split(**chosen), training=Training(seed=7))
        step = split_step(recipe, 5)
        return step and (step.function, step.arguments)

    drawn = {"count": 5, "seed": 7}
    assert by() == by(by="count") == (split.hold_out, drawn)
    assert by(stratify_by="c") == (split.hold_out_evenly, {**drawn, "column": "c"})
    assert by(group_by="c") == (split.hold_out_groups, {**drawn, "column": "c"})
    told = (split.hold_out_by_column, {"column": "split", "value": "test"})
    assert by(by="column") == told
    assert by(by="column", stratify_by="left over") == told
    assert by(by="file") is None


@pytest.mark.parametrize(
    ("path", "suffix"),
    [
        ("/a.b/rows.JSONL", ".jsonl"),
        ("rows.csv.gz", ".csv"),
        ("rows.zip", ".zip"),
        ("/a.b/folder", ""),
        ("rows.gz", ""),
    ],
)
def test_the_suffix_tells_the_kind(path: str, suffix: str) -> None:
    assert suffix_of(path) == suffix


@pytest.mark.parametrize(
    ("path", "function"),
    [
        ("a.jsonl", "read_file"),
        ("a.csv.gz", "read_packed_file"),
        ("a.ZIP", "read_packed_file"),
        ("saved", "read_dataset"),
        ("squad-v1.1", "read_dataset"),  # a folder may have a dot in its name
    ],
)
def test_what_reads_a_path(path: str, function: str) -> None:
    found, call = reading(path)
    assert found.__name__ == function and str(call).startswith(f"{function}(")


def test_only_the_readers_that_are_needed() -> None:
    assert list(readers_for(["a.csv", "b.json.gz"])) == [".json", ".csv"]
    assert readers_for(["a.csv", "b.zip"]) == READERS
    assert readers_for([]) == {}


def test_the_template_that_replaces_the_model_s() -> None:
    def of(**data: Any) -> str | None:
        return chat_template(Recipe(data=Data(**data)))

    assert of() is None
    assert of(custom_template="left over") is None
    assert of(template="phi") == TEMPLATES["phi"]
    assert of(template="custom", custom_template="{{ 1 }}") == "{{ 1 }}"
