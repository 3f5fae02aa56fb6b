"""Before the kernel is asked: data that would fail or teach nothing is refused."""

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS, Card, this_machine
from webui.errors import PlannerError
from webui.kernel.kernel import this_kernel
from webui.planner import process
from webui.preflight.machine import this_card, this_device
from webui.preflight.ready import (
    blocking,
    data_problems,
    device_problems,
    model_ready,
    problems_here,
    ready,
    rows_field,
)
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.sections import Adapter, Data, Model, Split
from webui.recipe.store import with_values
from webui.rows.preview import preview
from webui.rows.split_check import MOST_COUNTED, refuse_split, rows_needed

Build = Callable[..., Recipe]
GOOD = {"instruction": "Say hi.", "output": "hi"}
LONG = GOOD | {"output": "word " * 99}
SHORT = Model(max_seq_length=64)
WAY_OUT = "Mend it, or set data.accept_warnings to train all the same."
WAY_OUT_ZH = "请修正\uff0c或将 data.accept_warnings 设为 true 后继续训练。"


def told(recipe: Recipe) -> dict[str, str]:
    """The English sentence at each field."""
    problems = data_problems(recipe)
    for problem in problems:
        assert problem.message.zh != problem.message.en
        assert problem.message.en.endswith(".") and problem.message.zh.endswith("。")
    assert len({problem.path for problem in problems}) == len(problems)
    return {problem.path: problem.message.en for problem in problems}


# ---- sources that cannot be read: told without looking at the model


def test_every_source_that_cannot_be_read_is_told_at_its_field(
    tmp_path: Path, helper
) -> None:
    gone = str(tmp_path / "gone.jsonl")
    both = Recipe(
        model=Model(name="/no/such/model"),
        data=Data(train_files=(gone,)),
        split=Split(by="file"),
    )
    assert told(both) == {
        "data.train_files": f"There is no file {gone}.",
        "split.files": "Choose a held-out file first.",
    }
    assert told(Recipe()) == {"data.train_files": "Choose a training file first."}


def test_a_later_file_that_is_missing_is_told(tmp_path: Path, helper) -> None:
    first, gone = tmp_path / "a.jsonl", str(tmp_path / "gone.jsonl")
    first.write_text(f"{json.dumps(GOOD)}\n" * 500)
    files = Data(train_files=(str(first), gone))
    assert told(Recipe(data=files)) == {"data.train_files": f"There is no file {gone}."}


def test_rows_of_the_hub_have_fields_of_their_own() -> None:
    hub = Recipe(data=Data(source="hub"))
    assert rows_field(hub, "train") == "data.hub_dataset"
    assert rows_field(hub, "heldout") == "split.hub_split"


# ---- splits that leave nothing on one side


def split(rows: list[dict[str, Any]], known: bool = True, **chosen: Any) -> str:
    """Why a split is refused; "" if it is not."""
    recipe = Recipe(split=Split(**chosen))
    try:
        refuse_split(recipe, rows, len(rows) if known else None)
    except PlannerError as error:
        assert error.text.zh != error.text.en
        return error.text.en
    return ""


def some(count: int, **columns: Any) -> list[dict[str, Any]]:
    return [{"n": n, **columns} for n in range(count)]


@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_share_is_refused_exactly_where_the_cell_would_take_all(
    fraction: float,
) -> None:
    for count in range(1, 60):
        rows = some(count)
        drawn = max(1, round(len(rows) * fraction))  # as the data cell has it
        assert bool(split(rows, fraction=fraction)) == (drawn >= count)
    assert not split(some(rows_needed(Recipe(split=Split(fraction=fraction)))))


def test_a_count_that_takes_all_rows_is_refused() -> None:
    assert split(some(5), by="count", count=5) == (
        "Of the 5 usable rows 5 are to be held out; none is left to train on."
    )
    assert split(some(5), by="count", count=4) == ""
    assert split(some(1)).startswith("Of the 1 usable rows 1 are")
    assert split(some(5), by="file") == ""


def test_rows_beyond_the_first_are_counted_where_it_matters(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n" * 300 + "no\n" * 50)

    def refused(count: int) -> bool:
        recipe = Recipe(
            data=Data(train_files=(str(path),)), split=Split(by="count", count=count)
        )
        try:
            refuse_split(recipe, some(200), None)
        except PlannerError as error:
            assert error.text.en.startswith(f"Of the 300 usable rows {count}")
            return True
        return False

    assert [refused(count) for count in (100, 299, 300, 5000)] == [
        *(False, False, True, True)
    ]
    assert refused(MOST_COUNTED - 1) and not refused(MOST_COUNTED)


def test_a_column_must_be_there_and_part_the_rows() -> None:
    rows = [*some(3, part="train"), *some(2, part="test")]
    told_by = {"by": "column", "column": "part"}
    assert split(rows, **told_by) == ""
    assert split(rows[:3], **told_by) == (
        "No row has test in its column part, so none would be held out."
    )
    assert "none is left" in split(rows[3:], **told_by)
    # The first rows alone do not tell what the others hold.
    assert split(rows[:3], known=False, **told_by) == ""
    for name, chosen in {
        "column": {"by": "column", "column": "x"},
        "stratify_by": {"stratify_by": "x"},
        "group_by": {"by": "count", "count": 2, "group_by": "x"},
    }.items():
        expected = f"No row has a column x, which split.{name} names."
        assert split(rows, known=False, **chosen) == expected
    assert split(rows, by="file", stratify_by="left over") == ""


# ---- what the rows hold


@pytest.mark.train
def test_good_data_is_ready(starter_recipe: Build, tunebook_home: Path, helper) -> None:
    recipe = starter_recipe([GOOD] * 20)
    assert ready(recipe, this_kernel().runs) is recipe


@pytest.mark.train
def test_a_model_that_is_missing_is_told_at_its_own_field(
    starter_recipe: Build, helper
) -> None:
    recipe = starter_recipe([GOOD] * 20, model=Model(name="/no/such/model"))
    assert told(recipe) == {"model.name": "There is no folder /no/such/model."}


@pytest.mark.train
@pytest.mark.parametrize(
    ("rows", "data", "words"),
    [
        ([LONG] * 3, {}, "3 of the first 3 rows are longer than 64 tokens"),
        ([GOOD] * 3 + [{"output": 1}] * 4, {}, "4 of the first 7 rows cannot be used"),
        (
            [GOOD] * 3 + [{**GOOD, "output": "<|im_end|>"}],
            {},
            "1 of the first 4 rows hold the chat template's own mark <|im_end|>",
        ),
        (
            [GOOD | {"input": "word " * 99}] * 3,
            {},
            "In 3 of the first 3 rows every token is hidden",
        ),
    ],
    ids=["cut", "rejected", "marks", "hidden"],
)
def test_a_blocking_warning_stops_unless_it_is_accepted(
    starter_recipe: Build, rows: list, data: dict[str, Any], words: str
) -> None:
    recipe = starter_recipe(rows, model=SHORT, **data)
    first, *_ = blocking(recipe, "train")
    assert words in first.en and first.en.endswith(WAY_OUT)
    assert first.zh.endswith(WAY_OUT_ZH)
    accepted = with_values(recipe, {"data.accept_warnings": True})
    assert blocking(accepted, "train") == []


@pytest.mark.train
def test_a_warning_about_some_rows_stops_nothing(starter_recipe: Build) -> None:
    assert blocking(starter_recipe([GOOD, LONG], model=SHORT), "train") == []


@pytest.mark.train
def test_a_base_model_s_note_stops_nothing(
    starter_recipe: Build, tmp_path: Path
) -> None:
    from webui.models.pretrained import read_tokenizer

    tokenizer = copy.copy(read_tokenizer("starter"))
    tokenizer.chat_template = None
    tokenizer.save_pretrained(tmp_path / "base")
    base = Model(name=str(tmp_path / "base"))
    assert blocking(starter_recipe([GOOD] * 3, model=base), "train") == []


@pytest.mark.train
def test_what_cannot_be_accepted_stops_all_the_same(
    starter_recipe: Build, helper
) -> None:
    accepted = {"accept_warnings": True}
    assert "none is left" in told(starter_recipe([GOOD], **accepted))[DATA]
    assert (
        "lacks output" in told(starter_recipe([{"instruction": "x"}], **accepted))[DATA]
    )


DATA = "data.train_files"


# ---- what only the further rows hold


def refused(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Where a start is refused, and why in both languages."""
    with pytest.raises(RecipeError) as caught:
        ready(recipe, this_kernel().runs)
    return [(p.path, p.message.en, p.message.zh) for p in caught.value.problems]


WITHOUT_RESULTS = """
{%- for m in messages if m.content != "12:04" %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
LOSING = {"format": "messages", "template": "custom"}
LOSING |= {"custom_template": WITHOUT_RESULTS}


def talk(*contents: str) -> dict[str, Any]:
    roles = ("user", "assistant") * len(contents)
    pairs = zip(roles, contents, strict=False)
    return {"messages": [{"role": role, "content": text} for role, text in pairs]}


@pytest.mark.train
def test_a_loss_that_the_first_rows_do_not_show_is_refused(
    starter_recipe: Build, tunebook_home: Path, helper
) -> None:
    rows = [talk("When?", f"At {n}.") for n in range(600)]
    rows[500] = talk("12:04", "At noon.")
    recipe = starter_recipe(rows, **LOSING)
    assert data_problems(recipe) == []
    [(field, english, chinese)] = refused(recipe)
    assert field == DATA
    assert english == (
        "The chat template loses a question in 1 of 600 rows (first: rows.jsonl, line "
        f"501); choose another template. {WAY_OUT}"
    )
    assert chinese == (
        "600 条中的 1 条经对话模板处理后丢失了提问"
        "（最先出现在：rows.jsonl 第 501 行）；"
        f"请选择其他对话模板。{WAY_OUT_ZH}"
    )
    accepted = with_values(recipe, {"data.accept_warnings": True})
    assert ready(accepted, this_kernel().runs) is accepted
    # Once prepared, the same rows are refused again, and mended ones are not.
    assert refused(recipe) == [(field, english, chinese)]
    mended = starter_recipe([*rows[:500], *rows[501:]], **LOSING)
    assert ready(mended, this_kernel().runs) is mended


@pytest.mark.train
def test_a_training_that_is_all_warm_up_is_refused(
    starter_recipe: Build, tunebook_home: Path, helper
) -> None:
    recipe = starter_recipe(
        [talk("When?", f"At {n}.") for n in range(30)], format="messages"
    )
    assert ready(recipe, this_kernel().runs) is recipe
    accepting = {"data.accept_warnings": True, "training.warmup_steps": 5}
    [(field, english, _)] = refused(with_values(recipe, accepting))
    assert field == "training.warmup_steps" and "only 4 updates" in english


@pytest.mark.train
def test_losses_of_several_kinds_are_counted_over_all_rows(
    starter_recipe: Build, tunebook_home: Path, helper
) -> None:
    rows = [talk("When?", f"At {n}.") for n in range(300)]
    for number in (210, 220, 230, 240):
        rows[number] = talk("When?", "Once.", "12:04", "At noon.")
    rows[250]["messages"].insert(0, {"role": "system", "content": "12:04"})
    problems = refused(starter_recipe(rows, **LOSING))
    texts = {english.partition(" (")[0]: chinese for _, english, chinese in problems}
    assert set(texts) == {
        "The chat template loses a question in 4 of 300 rows",
        "The chat template loses the system prompt in 1 of 300 rows",
    }
    lines = ["rows.jsonl, line 211", "rows.jsonl, line 221", "rows.jsonl, line 231"]
    assert any(f"(first: {', '.join(lines)});" in text for _, text, _ in problems)
    assert all(chinese.endswith(WAY_OUT_ZH) for chinese in texts.values())


@pytest.mark.train
@pytest.mark.parametrize("count", [9, 500])
@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "packed"])
def test_a_file_that_breaks_off_is_refused_unless_that_is_accepted(
    tmp_path: Path, tunebook_home: Path, helper, count: int, packed: Callable
) -> None:
    name = "broken.json" if packed is bytes else "broken.json.gz"
    broken = tmp_path / name
    broken.write_bytes(packed(json.dumps([GOOD] * count)[:-5].encode()))
    recipe = Recipe(data=Data(train_files=(str(broken),)))
    [(field, english, chinese)] = refused(recipe)
    assert field == DATA
    assert english.startswith("broken.json, ") and chinese.startswith("broken.json 第 ")
    assert "the JSON ends too early" in english and english.endswith(WAY_OUT)
    assert chinese.endswith(WAY_OUT_ZH)
    # The rows before the break are shown, and may be trained on.
    shown = process.ask(preview, recipe)
    assert len(shown.rows) == 3
    accepted = with_values(recipe, {"data.accept_warnings": True})
    assert ready(accepted, this_kernel().runs) is accepted
    broken.write_bytes(packed(json.dumps([GOOD] * count).encode()))
    assert ready(recipe, this_kernel().runs) is recipe


@pytest.mark.train
def test_both_parts_are_told_at_once(
    starter_recipe: Build, tmp_path: Path, tunebook_home: Path, helper
) -> None:
    held = tmp_path / "held.jsonl"
    held.write_text('{"instruction": "x"}\n')
    recipe = starter_recipe([LONG] * 3, model=SHORT)
    recipe = with_values(recipe, {"split.by": "file", "split.files": [str(held)]})
    problems = told(recipe)
    assert "are longer than 64 tokens" in problems[DATA]
    assert problems["split.files"] == "held.jsonl, line 1: lacks output."
    with pytest.raises(RecipeError) as caught:
        ready(recipe, this_kernel().runs)
    assert len(caught.value.problems) == 2


@pytest.mark.train
def test_held_out_rows_may_be_odd(starter_recipe: Build, tmp_path: Path) -> None:
    """They are asked, and never trained on."""
    held = tmp_path / "held.jsonl"
    held.write_text(f"{json.dumps(LONG)}\n")
    recipe = starter_recipe([GOOD] * 3, model=SHORT)
    recipe = with_values(recipe, {"split.by": "file", "split.files": [str(held)]})
    assert blocking(recipe, "heldout") == []


@pytest.mark.train
def test_an_answer_that_never_comes_is_a_problem(
    starter_recipe: Build,
    tunebook_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    helper,
) -> None:
    endless = "{% for n in range(99999) %}" * 4 + "{% endfor %}" * 4
    recipe = starter_recipe([GOOD] * 3, template="custom", custom_template=endless)
    ready(starter_recipe([GOOD] * 3), this_kernel().runs)  # everything is imported
    monkeypatch.setattr(process, "PATIENCE", 3)
    assert "gave no answer within 3 seconds" in told(recipe)[DATA]


# ---- what the device cannot do

CPU = this_machine(10**10, has_bf16=True)
LOFTQ = Recipe(
    model=Model(precision="4bit"), adapter=Adapter(start="loftq", rank=8, alpha=8)
)
BF16 = Recipe(model=Model(precision="bf16"))
COMPUTED = Recipe(model=Model(precision="4bit", compute_dtype="bf16"))


@pytest.mark.parametrize(
    ("recipe", "card", "fields"),
    [
        (Recipe(), CARDS["t4"], []),
        (BF16, CARDS["t4"], ["model.precision"]),
        (COMPUTED, CARDS["t4"], ["model.compute_dtype"]),
        (BF16, CARDS["l4"], []),
        (LOFTQ, CARDS["t4"], []),
        (LOFTQ, CPU, ["adapter.start"]),
        (BF16, CPU, []),
        (BF16, this_machine(10**10, has_bf16=False), ["model.precision"]),
    ],
)
def test_what_a_device_lacks_is_a_problem_at_its_field(
    recipe: Recipe, card: Card, fields: list[str]
) -> None:
    problems = device_problems(recipe, card)
    assert [problem.path for problem in problems] == fields
    for problem in problems:
        assert problem.message.en.count(".") == 1 and problem.message.en[-1] == "."
        assert problem.message.zh.endswith("。")
        if fields[0].startswith("model"):
            assert card.title.en in problem.message.en


@pytest.mark.train
def test_the_device_is_asked_only_where_that_matters(
    tunebook_home: Path, helper
) -> None:
    this_device.cache_clear()
    assert problems_here(Recipe()) == []
    assert problems_here(Recipe(model=Model(precision="4bit"))) == []
    assert this_device.cache_info().misses == 0


@pytest.mark.train
def test_what_this_machine_cannot_do_is_refused_before_a_start(
    starter_recipe: Build, tunebook_home: Path, helper
) -> None:
    if this_card().is_gpu:
        pytest.skip("LoftQ can be computed on this machine")
    recipe = starter_recipe([GOOD] * 20, model=LOFTQ.model)
    recipe = recipe.model_copy(update={"adapter": LOFTQ.adapter})
    asked = this_device.cache_info().misses
    with pytest.raises(RecipeError) as caught:
        ready(recipe, this_kernel().runs)
    (problem,) = caught.value.problems
    assert problem.path == "adapter.start"
    assert problem.message.en.startswith("PEFT computes LoftQ on a CUDA GPU only")
    assert this_device.cache_info().misses == asked
    # The model alone can be loaded.
    assert model_ready(recipe) is recipe
