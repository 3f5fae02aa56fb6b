"""Rows that cannot be used: told when they are too many, with a template for them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from webui.errors import PlannerError
from webui.models.pretrained import read_tokenizer
from webui.notebook.chat_templates import TEMPLATES
from webui.recipe import Recipe
from webui.recipe.sections import Model
from webui.rows.each import Rejected
from webui.rows.preview import check_rows
from webui.rows.reading.sources import Record
from webui.rows.refused import mostly_rejected, template_that_takes
from webui.text import Text

Build = Callable[..., Recipe]
LINE = Text("line", "行")
TALK = [
    {"role": "user", "content": "When is high water?"},
    {"role": "assistant", "content": "It is at noon."},
]
SYSTEM = {"role": "system", "content": "Be short."}
REFUSED = {"messages": [SYSTEM, *TALK]}
PLAIN = {"messages": TALK}


def rejected(*numbers: int) -> list[Rejected]:
    reason = Text("lacks output", "缺少 output")
    return [Rejected(Record("a.jsonl", n, LINE, {}), reason) for n in numbers]


def test_mostly_rejected_rows_block() -> None:
    (warned,) = mostly_rejected(Recipe(), 1, rejected(2, 3))
    assert warned.blocks
    assert warned.text.en == (
        "2 of the first 3 rows cannot be used with this format. "
        "a.jsonl, line 2: lacks output."
    )
    assert warned.text.zh == (
        "前 3 条中有 2 条不符合此格式。a.jsonl 第 2 行：缺少 output。"
    )
    assert mostly_rejected(Recipe(), 2, rejected(2, 3)) == []
    assert mostly_rejected(Recipe(), 2, []) == []


def of_family(name: str) -> str:
    """TRL's copy of the template that a family of models comes with."""
    import trl

    folder = Path(trl.__file__).parent / "chat_templates"
    return (folder / f"{name}.jinja").read_text("utf-8")


def spoken_by(template: str, folder: Path) -> Model:
    """A model that comes with a template."""
    read_tokenizer("starter").save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(template)
    return Model(name=str(folder))


GEMMA_TAKES = " The template gemma takes it: set data.template to gemma."


@pytest.mark.train
def test_gemma_s_refusal_of_a_system_prompt_names_our_gemma(
    starter_recipe: Build, tmp_path: Path
) -> None:
    model = spoken_by(of_family("gemma"), tmp_path / "gemma")
    with pytest.raises(PlannerError) as caught:
        check_rows(starter_recipe([REFUSED], model=model, format="messages"), "train")
    told = caught.value.text
    assert told.en == (
        "rows.jsonl, line 1: the chat template refuses it (System role not supported)."
        + GEMMA_TAKES
    )
    assert told.zh == (
        "rows.jsonl 第 1 行：对话模板不接受它（System role not supported）。"
        "模板 gemma 可以：请将 data.template 设为 gemma。"
    )
    # Where most rows are refused, and where another reason comes first.
    rows = [{"messages": "?"}, REFUSED, REFUSED, PLAIN, REFUSED]
    found = check_rows(starter_recipe(rows, model=model, format="messages"), "train")
    assert found.warnings[0].text.en.startswith("4 of the first 5 rows cannot be used")
    assert found.warnings[0].text.en.endswith(GEMMA_TAKES)
    assert found.warnings[0].blocks
    # It is as told.
    taken = starter_recipe([REFUSED], model=model, format="messages", template="gemma")
    assert check_rows(taken, "train").rejected == []


@pytest.mark.train
@pytest.mark.parametrize("family", sorted(TEMPLATES))
def test_the_template_most_like_the_model_s_own_is_named(
    starter_recipe: Build, tmp_path: Path, family: str
) -> None:
    refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}"
    own = refuses + "{% endif %}" + TEMPLATES[family]
    model = spoken_by(own, tmp_path / family)
    with pytest.raises(PlannerError, match=f"set data.template to {family}"):
        check_rows(starter_recipe([REFUSED], model=model, format="messages"), "train")


@pytest.mark.train
def test_a_template_that_knows_tools_is_named(
    starter_recipe: Build, tmp_path: Path
) -> None:
    refuses = "{% if tools %}{{ raise_exception('no tools') }}{% endif %}"
    model = spoken_by(refuses + TEMPLATES["chatml"], tmp_path / "own")
    tool = {"type": "function", "function": {"name": "tide_at", "parameters": {}}}
    rows = [PLAIN, *[PLAIN | {"tools": [tool]}] * 2]
    found = check_rows(starter_recipe(rows, model=model, format="messages"), "train")
    assert found.warnings[0].text.en == (
        "2 of the first 3 rows cannot be used with this format. rows.jsonl, line 2: "
        "the chat template refuses it (no tools). The template chatml takes it: set "
        "data.template to chatml."
    )


@pytest.mark.train
def test_a_template_that_refuses_everything_is_judged_by_its_own_text(
    starter_recipe: Build, tmp_path: Path
) -> None:
    own = "{{ raise_exception('no') }}" + TEMPLATES["llama3"]
    model = spoken_by(own, tmp_path / "own")
    with pytest.raises(PlannerError, match="set data.template to llama3"):
        check_rows(starter_recipe([PLAIN], model=model, format="messages"), "train")


@pytest.mark.train
def test_another_reason_names_no_template(starter_recipe: Build) -> None:
    recipe = starter_recipe([PLAIN])
    assert template_that_takes(recipe, rejected(1, 2)) == Text("", "")
    with pytest.raises(PlannerError) as caught:
        check_rows(starter_recipe([{"output": "x"}]), "train")
    assert caught.value.text.en == "rows.jsonl, line 1: lacks instruction."


@pytest.mark.train
def test_a_refusal_without_a_row_names_nothing(starter_recipe: Build) -> None:
    reason = Text("the chat template refuses it (x)", "对话模板不接受它（x）")
    gone = Rejected(Record("a.jsonl", 1, LINE, None, reason), reason)
    assert template_that_takes(starter_recipe([PLAIN]), [gone]) == Text("", "")
    assert template_that_takes(starter_recipe([PLAIN]), []) == Text("", "")
