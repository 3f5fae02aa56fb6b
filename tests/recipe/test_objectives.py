"""The declared objectives: whole, in both languages, and asked wherever they matter."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

from webui.counts.memory.estimate import tokens_of
from webui.notebook.cells import RUN, SWEEP
from webui.notebook.render import CELLS, render_cells
from webui.notebook.rows import about, expected
from webui.recipe import Recipe, objectives
from webui.recipe.checks import check
from webui.recipe.combinations import combinations
from webui.recipe.field import declared_fields
from webui.recipe.formats import FORMATS
from webui.recipe.objectives import OBJECTIVES, Clash, Objective, objective_of
from webui.recipe.paths import FIELDS
from webui.recipe.store import dumps, loads
from webui.recipe.sweeps import SWEEPABLE
from webui.text import Text

every_objective = pytest.mark.parametrize("each", OBJECTIVES.values(), ids=OBJECTIVES)
PATHS = {field.path for field in declared_fields(Recipe)}
COLUMNS = ("prompt", "completion", "chosen", "rejected", "label")


def texts(each: Objective) -> list[Text]:
    return [each.title, each.sentence, *(clash.text for clash in each.clashes)]


@every_objective
def test_everything_is_told_in_both_languages(each: Objective) -> None:
    for text in texts(each):
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert not re.search("[\u4e00-\u9fff]", text.en)
    assert each.sentence.en.endswith(".") and each.sentence.zh.endswith("。")


@every_objective
def test_it_names_what_there_is(each: Objective) -> None:
    assert {*each.columns} <= {*COLUMNS} and {*each.formats} <= {*FORMATS}
    assert {clash.path for clash in each.clashes} <= PATHS
    assert each.judged_by.removeprefix("eval_") in each.metrics
    assert CELLS.get_template(each.template)


def test_the_first_is_what_recipes_meant_before_there_was_a_choice() -> None:
    assert objective_of(Recipe()).name == next(iter(OBJECTIVES)) == "sft"
    assert loads("training: {objective: sft}", name="x") == loads("{}", name="x")


def test_a_choice_of_one_is_no_field_and_stands_in_no_file() -> None:
    single = {f.path for f in declared_fields(Recipe) if len(f.choices) == 1}
    assert PATHS - single == set(FIELDS)
    assert ("training.objective" in FIELDS) == (len(OBJECTIVES) > 1)
    assert "objective" not in dumps(check({"training": {"objective": "sft"}}))


def test_it_is_nothing_to_sweep() -> None:
    assert "training.objective" not in SWEEPABLE


# ---- what is asked of it

LEARNED = Objective(
    "sft",
    Text("pairs", "成对偏好"),
    Text("It learns to prefer.", "学习偏好。"),
    trainer="PairTrainer",
    config="PairConfig",
    module="trl.pairs",
    columns=("prompt", "chosen", "rejected"),
    formats=("preference", "preferred"),
    judged_by="eval_accuracy",
    greater_is_better=True,
    sequences=2,
    clashes=(
        Clash("adapter.method", Text("is whole.", "会改变全部权重。"), ("full",)),
        Clash("training.stop_at_loss", Text("means little.", "没有意义。")),
        Clash(
            "training.batch_size",
            Text("must be even.", "应为偶数。"),
            when=lambda recipe: recipe.training.batch_size % 2 == 1,
        ),
    ),
)


@pytest.fixture
def other(monkeypatch: Any) -> Iterator[Objective]:
    """Another objective in the place of the usual one."""
    monkeypatch.setitem(objectives.OBJECTIVES, "sft", LEARNED)
    yield LEARNED


def recipe_of(**values: Any) -> Recipe:
    return Recipe.model_validate({"data": {"format": "preference"}, **values})


def told(recipe: Recipe) -> dict[str, str]:
    return {path: text.en for path, text in combinations(recipe)}


@pytest.mark.usefixtures("other")
def test_what_it_cannot_go_with_is_refused_at_the_field() -> None:
    assert told(recipe_of()) == {}
    assert told(recipe_of(adapter={"method": "full"})) == {
        "adapter.method": "is whole."
    }
    assert told(recipe_of(training={"stop_at_loss": 0.5})) == {
        "training.stop_at_loss": "means little."
    }
    odd = told(recipe_of(training={"batch_size": 3}))
    assert odd == {"training.batch_size": "must be even."}
    assert told(Recipe())["data.format"] == (
        "gives nothing to learn pairs from; use preference or preferred."
    )


@pytest.mark.usefixtures("other")
def test_the_cells_train_with_its_classes_and_are_judged_as_it_is() -> None:
    evaluated = {"every": "steps", "keep_best": True}
    cells = {c.name: c.code for c in render_cells(recipe_of(evaluation=evaluated))}
    assert "from trl.pairs import PairConfig, PairTrainer" in cells["setup"]
    assert "trainer = PairTrainer(" in cells["train"]
    assert "args=PairConfig(" in cells["train"]
    assert 'metric_for_best_model="eval_accuracy"' in cells["train"]
    assert "greater_is_better=True" in cells["train"]
    swept = recipe_of(sweep={"space": {"adapter.rank": [4, 8]}})
    sweep = render_cells(swept, SWEEP.cells)[-1].code
    assert 'trainer.evaluate()["eval_accuracy"]' in sweep
    assert 'direction="maximize"' in sweep
    assert 'study.set_metric_names(["eval_accuracy"])' in sweep
    for code in (*cells.values(), sweep):
        assert "SFT" not in code and "ByToken" not in code and "eval_loss" not in code


def test_its_rows_have_the_columns_that_it_names(monkeypatch: Any) -> None:
    before = about(recipe_of())
    monkeypatch.setitem(objectives.OBJECTIVES, "sft", LEARNED)
    rows = dataclasses.replace(expected(recipe_of()), uneven=True, more=("rejected",))
    assert (rows.form, rows.plain) == ("columns", False)
    assert rows.columns_of("columns") == ("prompt", "chosen", "rejected")
    assert rows.columns_of("completion") == ("prompt", "completion", "rejected")
    assert about(recipe_of()) != before
    data = render_cells(recipe_of(), RUN.cells, rows=rows)[2].code
    assert '"chosen": Json()' in data and "to_conversation" not in data


def test_a_batch_holds_as_many_sequences_as_it_reads_at_once(monkeypatch: Any) -> None:
    one = tokens_of(recipe_of())
    monkeypatch.setitem(objectives.OBJECTIVES, "sft", LEARNED)
    assert tokens_of(recipe_of()) == 2 * one
