"""Every field that changes the code finds its lines, and each line its fields."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from webui.models.here import cells_here
from webui.notebook.cells import SHOWN
from webui.notebook.rows import Rows, expected
from webui.page.code.decided import Decided, Shown, decided_by
from webui.page.code.marks import Numbered, shared_out
from webui.page.code.other_values import accepted, controls
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.paths import FIELDS, with_value
from webui.recipe.store import load
from webui.settings import shipped_recipes

FILES = ("starter-extract", "survey-adalora", "survey-prefix-tuning", "survey-full")
SPACE = {"training.seed": [4, 8], "training.learning_rate": [1e-4, 2e-4]}
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "four bits": {"model.precision": "4bit", "model.name": "owner/name"},
    "pissa": {"adapter.start": "pissa"},
    "evaluated": {"evaluation.every": "steps", "evaluation.patience": 2},
    "packed": {"data.packing": True, "training.warmup_steps": 0.1},
    "spoken": {"data.system_prompt": "Be brief.", "compare.temperature": 0.7},
    "limited": {"training.max_minutes": 5.0, "training.stop_at_loss": 0.5},
    "lora+": {"adapter.lora_plus_ratio": 16.0, "adapter.layers": "last 2"},
    "swept": {"sweep.space": SPACE},
    "hub": {"data.source": "hub", "data.hub_dataset": "owner/name"},
    "chat": {"data.format": "messages", "data.train_on": "everything"},
    "regex": {"adapter.targets": "regex", "adapter.target_regex": ".*_proj"},
}


def recipe_of(name: str) -> Recipe:
    if name in FILES:
        return load(shipped_recipes() / f"{name}.yaml")
    values = Recipe().model_dump()
    for path, value in VARIANTS[name].items():
        values = with_value(values, path, value)
    return check(values)


def shown(recipe: Recipe, rows: Rows, names: Sequence[str] = SHOWN) -> Shown:
    cells = cells_here(recipe, tuple(names), rows=rows)
    return Shown(recipe, rows, {cell.name: cell.code for cell in cells})


@cache
def all_decided(name: str) -> tuple[Shown, list[Decided]]:
    recipe = recipe_of(name)
    base = shown(recipe, expected(recipe))
    return base, decided_by(base, controls(recipe), SHOWN)


def of(name: str, control: str) -> Decided:
    return next(d for d in all_decided(name)[1] if control in d.control.ids)


def lines_in(name: str, decided: Decided) -> dict[str, set[str]]:
    base = all_decided(name)[0]
    found: dict[str, set[str]] = {}
    for cell, numbers in decided.tokens.items():
        lines = base.codes[cell].split("\n")
        found[cell] = {lines[base.tokens[cell][i].line].strip() for i in numbers}
    return found


@pytest.mark.parametrize("name", [*VARIANTS, *FILES])
def test_each_field_that_changes_the_code_finds_its_lines(name: str) -> None:
    """By a way of its own: whether any other value writes another code at all."""
    base, found = all_decided(name)
    before = base.written(base.recipe, SHOWN)

    def changed(other: Recipe) -> bool:
        return base.written(other, SHOWN) not in ({}, before)

    for decided in found:
        changes = any(map(changed, accepted(base.recipe, decided.control)))
        assert decided.found == changes, decided.control.path


@pytest.mark.parametrize("name", [*VARIANTS, *FILES])
def test_each_line_comes_back_to_its_fields(name: str) -> None:
    base, found = all_decided(name)
    numbered = Numbered(base.codes, base.tokens)
    spans = {d.control.ids[0]: (d.size, numbered.spans(d)) for d in found}
    lines = shared_out(spans)
    for field, (_, parts) in spans.items():
        for line, start, end in parts:
            assert 0 <= start < end <= len(numbered.lines[line - 1])
            assert field in lines[line]["fields"]
    for line in lines.values():
        parts = line["parts"]
        assert {part[2] for part in parts} <= {*line["fields"]}
        assert all(a[1] <= b[0] for a, b in zip(parts, parts[1:], strict=False))


@pytest.mark.parametrize(
    ("name", "control", "cell", "line"),
    [
        ("default", "adapter-rank", "adapter", "r=16,"),
        ("default", "training-learning_rate", "train", "learning_rate=0.0002,"),
        ("default", "model-max_seq_length", "train", "max_length=512,"),
        ("default", "training-save_every", "train", "save_steps=100,"),
        ("four bits", "model-precision", "model", "load_in_4bit=True,"),
        ("spoken", "compare-temperature", "compare", "do_sample=True,"),
        ("evaluated", "evaluation-patience", "train", "callbacks=["),
        ("swept", "sweep-values-1", "sweep", 'chosen["training.learning_rate"]'),
        ("limited", "training-stop_at_loss", "train", "sum(losses[-10:]) / 10 <= 0.5"),
        ("hub", "data-hub_dataset", "data", 'load_dataset("owner/name"'),
        ("regex", "adapter-target_regex", "adapter", 'target_modules=".*_proj",'),
        ("survey-adalora", "adapter-initial_rank", "adapter", "init_r=12,"),
    ],
)
def test_a_field_stands_in_the_line_that_one_expects(
    name: str, control: str, cell: str, line: str
) -> None:
    found = lines_in(name, of(name, control))
    assert any(line in each for each in found[cell]), found


def test_the_value_belongs_to_the_nearest_field_and_with_it_its_name() -> None:
    base, found = all_decided("default")
    train = Numbered({"train": base.codes["train"]}, base.tokens)
    lines = shared_out({d.control.ids[0]: (d.size, train.spans(d)) for d in found})
    number = train.lines.index("        save_steps=100,") + 1
    assert lines[number]["fields"] == ["training-save_every", "evaluation-every"]
    assert lines[number]["parts"] == [(8, 22, "training-save_every")]


@pytest.mark.parametrize(
    ("control", "cell", "before", "line"),
    [
        ("training-weight_decay", "train", "optim=", "weight_decay=0.01,"),
        ("adapter-modules_to_save", "adapter", "]", 'modules_to_save=["other"],'),
        ("adapter-use_rslora", "adapter", "lora_dropout", "use_rslora=True,"),
        ("model-revision", "model", "model_name", 'revision="main",'),
    ],
)
def test_a_default_that_is_left_out_says_where_it_would_stand(
    control: str, cell: str, before: str, line: str
) -> None:
    base, _ = all_decided("default")
    decided = of("default", control)
    added = next(each for each in decided.adds if each.cell == cell)
    assert not decided.tokens and added.lines == (line,)
    assert before in base.codes[cell].split("\n")[added.behind]


@pytest.mark.parametrize(
    "path", [p for p, f in FIELDS.items() if not f.declaration.in_code]
)
def test_what_is_about_the_work_decides_no_code(path: str) -> None:
    decided = [d for d in all_decided("default")[1] if d.control.path == path]
    assert not any(each.found for each in decided)


def test_what_is_known_of_the_rows_stands_for_what_asked_for_it() -> None:
    """The code says 37 where the recipe says a tenth; it is still the share's doing."""
    recipe = check(
        {"data": {"format": "prompt_completion", "train_files": ["a.jsonl"]}}
    )
    rows = Rows(plain=True, form="completion", train=333, heldout=37,
                columns=("prompt", "completion"))  # fmt: skip
    base = shown(recipe, rows, ("data",))
    share = [c for c in controls(recipe) if c.path == "split.fraction"]
    (decided,) = decided_by(base, share, ("data",))
    assert {base.tokens["data"][i].text for i in decided.tokens["data"]} >= {"37"}


def test_a_column_of_another_name_takes_the_mapper_out_of_the_code() -> None:
    recipe = check({"data": {"format": "alpaca", "train_files": ["a.jsonl"]}})
    columns = ("instruction", "input", "output")
    rows = Rows(plain=True, form="completion", train=9, heldout=1, columns=columns)
    base = shown(recipe, rows, ("data",))
    found = decided_by(base, controls(recipe), ("data",))
    output = next(d for d in found if "column-2" in d.control.ids)
    assert '"output"' in {base.tokens["data"][i].text for i in output.tokens["data"]}


@pytest.mark.parametrize(
    "text",
    [
        "</span><script>alert(1)</script>",
        "\U0001f600 𝔘nicode ‏עברית‏",
        "x" * 10_000,
        "a\r\nb\rc\u2028d",
        '"""\\',
    ],
    ids=["html", "emoji", "long", "breaks", "quotes"],
)
def test_hostile_texts_are_one_part_in_the_columns_of_a_browser(text: str) -> None:
    spoken = {"system_prompt": text[:4000]}
    recipe = check({"compare": {"prompt": text}, "data": spoken})
    base = shown(recipe, expected(recipe), ("compare",))
    found = decided_by(base, controls(recipe), ("compare",))
    numbered = Numbered(base.codes, base.tokens)
    prompt = next(d for d in found if d.control.path == "compare.prompt")
    (span,) = numbered.spans(prompt)
    line = numbered.lines[span.line - 1].encode("utf-16-le")
    part = line[2 * span.start : 2 * span.end].decode("utf-16-le")
    assert part == f"prompt = {part[9:]}"
    assert eval(part[9:]) == text  # a literal, rendered by us
