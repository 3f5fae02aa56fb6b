"""What happens to a raw row before the chat template."""

from typing import Any

import pytest

from webui.notebook.chat_templates import TEMPLATES, chat_template
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.recipe.sections import Data
from webui.rows.mapping import values as formats
from webui.rows.mapping.mappers import MAPPERS, TALKS, mapper_of
from webui.rows.mapping.steps import label_role, row_steps


def steps(**data: Any) -> list[Any]:
    return row_steps(Recipe(data=Data(**data)))


def functions(**data: Any) -> list[str]:
    return [getattr(step, "func", step).__name__ for step in steps(**data)]


def test_every_format_has_a_mapper_and_nothing_else_has() -> None:
    assert set(MAPPERS) == set(FORMATS)
    assert set(TALKS) <= set(MAPPERS)


def test_the_usual_rows_take_one_step() -> None:
    assert functions() == ["map_alpaca"]


def test_each_setting_brings_its_step_in_order() -> None:
    everything = steps(
        format="classification",
        columns={"text": "t"},
        label_names=("bad", "good"),
        instruction="Judge.",
        system_prompt="Be fair.",
    )
    assert [getattr(step, "func", step) for step in everything] == [
        *(formats.select, formats.name_labels, MAPPERS["classification"]),
        formats.add_prompts,
    ]
    prompts = {"instruction": "Judge.", "system_prompt": "Be fair."}
    assert everything[3].keywords == prompts
    names = {"role": "label", "names": ["bad", "good"]}
    assert everything[1].keywords == names


def test_a_format_has_its_own_instruction_until_another_is_given() -> None:
    own = FORMATS["translation"].instruction
    assert own is not None
    [_, added] = steps(format="translation")
    assert added.keywords["instruction"] == own.en


def test_plain_text_is_not_prompted() -> None:
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


def test_the_template_that_replaces_the_model_s() -> None:
    def of(**data: Any) -> str | None:
        return chat_template(Recipe(data=Data(**data)))

    assert of() is None
    assert of(custom_template="left over") is None
    assert of(template="phi") == TEMPLATES["phi"]
    assert of(template="custom", custom_template="{{ 1 }}") == "{{ 1 }}"
