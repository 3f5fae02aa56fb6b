"""The cells: values only as literals, formatted, and keyed by all that they need."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webui.models.here import cells_here
from webui.notebook.cells import COMPARE, KINDS, RUN, SWEEP
from webui.notebook.render import CELLS, Cell, render_cells
from webui.notebook.rows import Rows
from webui.notebook.script import joined
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.field import DeclaredField
from webui.recipe.formats import FORMATS
from webui.recipe.objectives import OBJECTIVES
from webui.recipe.paths import FIELDS, applies, value_at, with_value
from webui.recipe.sections.adapter import ALL_LINEAR
from webui.recipe.store import load
from webui.recipe.sweeps import SWEEPABLE
from webui.settings import shipped_recipes

ALL_CELLS = (*RUN.cells, "load", "sweep")
# What names layers holds numbers only, and reaches the code as a list of them.
TEXT_FIELDS = [
    path
    for path, field in FIELDS.items()
    if field.type is str and not field.choices and path != "adapter.layers"
]
# Other methods refuse these instead of ignoring them (tests/recipe/test_combinations).
VARIANTS = ("use_dora", "use_rslora", "lora_plus_ratio", "start", "experts")
OF_LORA = [f"adapter.{name}" for name in VARIANTS]


def codes(recipe: Recipe, names: tuple[str, ...] = RUN.cells) -> dict[str, str]:
    return {cell.name: cell.code for cell in render_cells(recipe, names, "saved")}


def keys(recipe: Recipe) -> dict[str, str]:
    return {cell.name: cell.key for cell in render_cells(recipe, RUN.cells)}


def with_values(values: dict[str, Any], recipe: Recipe | None = None) -> Recipe:
    """A recipe with the values at these paths."""
    nested = (recipe or Recipe()).model_dump()
    for path, value in values.items():
        nested = with_value(nested, path, value)
    return check(nested)


# ---- every field has its effect


def other_value(declared: DeclaredField) -> Any:
    """A valid value of a field that is not its default."""
    default = declared.default
    if declared.path == "adapter.layers":
        return "0-3, 8"
    if declared.path == "watch.report_to":
        return ("tensorboard",)
    if declared.choices:
        return next(choice for choice in declared.choices if choice != default)
    if declared.type is bool:
        return not default
    if declared.type is int:
        return default + 1
    if declared.type is float:
        if declared.path == "adapter.lora_plus_ratio":
            return 16.0
        return default / 2 if default else 0.5
    if declared.type is dict:
        swept = declared.path == "sweep.space"
        return {"adapter.rank": [4]} if swept else {"instruction": "question"}
    return {str: "/other", tuple: ("q_proj.csv",)}[declared.type]


def conditions(declared: DeclaredField) -> dict[str, Any]:
    """Values of other fields with which this one is shown."""
    shown = (declared.declaration.shown_when or {}).items()
    return {path: v[0] if isinstance(v, tuple) else v for path, v in shown}


IN_CODE = [path for path, field in FIELDS.items() if field.declaration.in_code]


@pytest.mark.parametrize("path", IN_CODE)
def test_every_field_changes_the_code_that_runs(path: str) -> None:
    declared = FIELDS[path]
    names = SWEEP.cells if path.startswith("sweep.") else RUN.cells
    before = with_values(valid(conditions(declared)))
    if path.startswith("sweep."):
        before = with_values({"sweep.space": {"adapter.alpha": [1, 2]}}, before)
    after = with_values(valid({path: other_value(declared)}), before)
    if path.startswith(("data.", "split.")):  # some change the rows that are loaded
        assert keys(before)["data"] != keys(after)["data"]
    else:
        assert codes(before, names) != codes(after, names)


@pytest.mark.parametrize(
    ("path", "cells"),
    [
        ("data.system_prompt", {"data", "compare"}),
        ("data.template", {"model"}),
        ("data.format", {"data"}),
        ("model.max_seq_length", {"model", "train"}),
        ("training.seed", {"data", "adapter", "train"}),
    ],
)
def test_a_field_of_several_cells_changes_each_of_them(
    path: str, cells: set[str]
) -> None:
    before, after = (
        codes(Recipe()),
        codes(with_values({path: other_value(FIELDS[path])})),
    )
    assert {name for name in before if before[name] != after[name]} == cells


@pytest.mark.parametrize(
    "path",
    [p for p, f in FIELDS.items() if f.declaration.shown_when and p not in OF_LORA],
)
def test_a_field_that_is_not_shown_changes_nothing(path: str) -> None:
    declared = FIELDS[path]
    condition, value = next(iter((declared.declaration.shown_when or {}).items()))
    wanted = value if isinstance(value, tuple) else (value,)
    hidden = next(c for c in FIELDS[condition].choices if c not in wanted)
    before = with_values(valid({condition: hidden}))
    after = with_values({path: other_value(declared)}, before)
    assert not applies(declared, before)
    assert codes(before, ALL_CELLS) == codes(after, ALL_CELLS)


def test_the_name_is_a_label_and_changes_nothing() -> None:
    assert codes(check({"name": "x"}), ALL_CELLS) == codes(Recipe(), ALL_CELLS)


@pytest.mark.parametrize("path", SWEEPABLE)
def test_a_trial_takes_a_swept_field_from_what_was_chosen(path: str) -> None:
    values = conditions(SWEEPABLE[path])
    default, other = SWEEPABLE[path].default, other_value(SWEEPABLE[path])
    swept = with_values({**values, "sweep.space": {path: [default, other]}})
    code = codes(swept, SWEEP.cells)["sweep"]
    assert f'chosen["{path}"]' in code
    # What the recipe itself says there has no say any more, apart from the seed,
    # which also parts the rows, and the batches in which every trial is evaluated.
    if path not in ("training.seed", "training.batch_size"):
        assert codes(with_values({path: other}, swept), SWEEP.cells)["sweep"] == code


def valid(values: dict[str, Any]) -> dict[str, Any]:
    """Values with what else they need to make a recipe."""
    more: dict[str, Any] = {}
    if values.get("data.template") == "custom":
        more["data.custom_template"] = "{{ messages }}"
    if values.get("adapter.targets") == "regex":
        more["adapter.target_regex"] = r".*_proj"
    if values.get("adapter.prompt_start") == "text":
        more["adapter.prompt_text"] = "Extract"
    objective = OBJECTIVES.get(values.get("training.objective", ""))
    if objective and objective.formats:
        more["data.format"] = objective.formats[0]
    return {**values, **more}


# ---- values are literals


HOSTILE = [
    "'",
    '"',
    '"""',
    "\\",
    "a\nb",
    "\n# %% cell\n",
    "__import__('os').system('true')",
    '"); __import__("os").system("true"); ("',
    "' + str(1) + '",
    "{0} {x}",
    "{{ training.seed }}{% if 1 %}{# #}",
    "# fmt: off",
    "# fmt: skip\n# noqa",
    "\u2028\x85\x0c\x00",
    "\u202e\u200b\ufeff",
    "x" * 200,
]


def trees(values: dict[str, Any], replaced: str) -> dict[str, str]:
    """The tree of every cell, with one text constant shown as another word."""
    nested = Recipe().model_dump()
    for path, value in values.items():
        nested = with_value(nested, path, value)
    recipe = Recipe.model_validate(nested)  # whether it makes sense is not asked here
    return {
        name: ast.dump(Same(replaced).visit(ast.parse(code)))
        for name, code in codes(recipe, ALL_CELLS).items()
    }


class Same(ast.NodeTransformer):
    """Shows every constant of one text as the same word."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("the text") if node.value == self.text else node


def text_at(path: str, text: str) -> dict[str, Any]:
    """Values that make a recipe use a text in this field."""
    space = {"sweep.space": {"adapter.rank": [4]}}
    return {**conditions(FIELDS[path]), path: text, **space}


HARMLESS = {path: trees(text_at(path, "harmless"), "harmless") for path in TEXT_FIELDS}


@pytest.mark.parametrize("path", TEXT_FIELDS)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_text_is_one_constant_and_nothing_else(path: str, text: str) -> None:
    assert trees(text_at(path, text), text) == HARMLESS[path]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_any_text_is_one_constant_and_nothing_else(text: str) -> None:
    text = f"<{text}>"
    for path in ("compare.prompt", "data.system_prompt"):
        assert trees(text_at(path, text), text) == HARMLESS[path]


@pytest.mark.parametrize(
    ("path", "cells"),
    [
        ("model.name", {"model"}),
        ("data.hub_dataset", {"data"}),
        ("data.instruction", {"data"}),
        ("data.system_prompt", {"data", "compare"}),
        ("data.custom_template", {"model"}),
        ("compare.prompt", {"compare"}),
    ],
)
def test_a_text_stands_in_every_cell_that_uses_it(path: str, cells: set[str]) -> None:
    found = codes(with_values(text_at(path, "this very text")))
    assert {name for name, code in found.items() if "this very text" in code} == cells


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_modules_and_folders_are_constants_too(text: str) -> None:
    recipe = with_values({"adapter.target_modules": (text, "v_proj")})
    cells = render_cells(recipe, ("adapter", "load", "sweep"), adapter_folder=text)
    for cell in cells:
        constants = [n for n in ast.walk(ast.parse(cell.code)) if is_text(n, text)]
        assert len(constants) == 1, cell.code


def is_text(node: ast.AST, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def test_a_text_in_the_recipe_is_never_a_template() -> None:
    recipe = with_values({"compare.prompt": "{{ training.seed }}"})
    assert "{{ training.seed }}" in codes(recipe)["compare"]


@pytest.mark.parametrize(
    "template", ["{{ no }}", "{% if no %}{% endif %}", "{{ training.no }}"]
)
def test_a_name_that_is_not_there_fails(template: str) -> None:
    with pytest.raises((jinja2.UndefinedError, TypeError)):
        CELLS.from_string(template).render(training=Recipe().training)


@pytest.mark.parametrize("value", [b"x", object(), float("nan"), {1}])
def test_a_template_cannot_put_anything_but_a_literal(value: Any) -> None:
    with pytest.raises(TypeError):
        CELLS.from_string("{{ value }}").render(value=value)


def test_a_constant_in_a_template_is_a_literal_as_well() -> None:
    assert CELLS.from_string("{{ 'a' ~ x }}").render(x='"') == "'a\"'"


# ---- the code is what a person would write


VARIANTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "default": ({}, RUN.cells),
    "held-out file": (
        {
            "data.train_files": ["/a.jsonl", "/c.jsonl.gz"],
            "split.by": "file",
            "split.files": "/b.csv",
        },
        RUN.cells,
    ),
    "every kind of file": (
        {
            "data.train_files": ["a.zip", "b.xlsx", "folder"],
            "split.by": "column",
        },
        RUN.cells,
    ),
    "hub": (
        {
            "data.source": "hub",
            "data.hub_dataset": "owner/name",
            "split.by": "file",
            "data.packing": True,
        },
        RUN.cells,
    ),
    "labels": (
        {
            "data.format": "classification",
            "data.columns": {"text": "review"},
            "data.label_names": ["bad", "good"],
            "split.stratify_by": "label",
        },
        RUN.cells,
    ),
    "groups": (
        {"split.by": "count", "split.group_by": "author", "data.template": "chatml"},
        RUN.cells,
    ),
    "plain text": ({"data.format": "text", "data.train_files": "a.md"}, RUN.cells),
    **{
        format: ({"data.format": format, "data.train_files": "a.jsonl"}, RUN.cells)
        for format in FORMATS
    },
    "prompt completion": ({"data.format": "prompt_completion"}, RUN.cells),
    "messages": ({"data.format": "messages", "data.train_on": "everything"}, RUN.cells),
    "long texts": (
        {
            "data.train_files": f"/{'folder/' * 20}a.jsonl",
            "data.system_prompt": "many words " * 30,
            "compare.prompt": "two\nlines\n" * 20,
            "compare.temperature": 0.7,
        },
        RUN.cells,
    ),
    "steps": ({"training.duration": "steps", "model.precision": "4bit"}, RUN.cells),
    "grid": ({"sweep.space": {"adapter.rank": [4, 8]}}, SWEEP.cells),
    "random": (
        {
            "sweep.method": "random",
            "sweep.space": {
                "adapter.use_rslora": [True, False],
                "adapter.use_dora": [True, False],
                "training.schedule": ["linear", "cosine"],
            },
        },
        SWEEP.cells,
    ),
    "saved adapter": ({}, COMPARE.cells),
}
SHIPPED = [file.name for file in shipped_recipes().glob("*.yaml")]


def ruff(code: str, *arguments: str) -> str:
    """What ruff has to say of a code; nothing when it is content."""
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "-"]
    done = subprocess.run(command, input=code, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def assert_well_written(cells: tuple[Cell, ...], *options: str) -> None:
    whole = joined(cells)
    assert ruff(whole, "check", "--quiet", "--select=F", *options) == ""
    for code in (whole, *(f"{cell.code}\n" for cell in cells)):
        assert ruff(code, "format", "--check") == "", code


@pytest.mark.parametrize("variant", VARIANTS)
def test_cells_are_formatted_and_use_no_unknown_name(variant: str) -> None:
    values, names = VARIANTS[variant]
    # One setup serves all notebooks, and an adapter that is loaded needs no trainer.
    options = ["--ignore=F401"] if names == COMPARE.cells else []
    assert_well_written(render_cells(with_values(values), names, "saved"), *options)


@pytest.mark.parametrize("file", SHIPPED)
@pytest.mark.parametrize("names", [RUN.cells, SWEEP.cells], ids=["run", "sweep"])
def test_shipped_recipes_are_formatted(file: str, names: tuple[str, ...]) -> None:
    recipe = load(shipped_recipes() / file)
    if not recipe.sweep.space:
        swept = {"sweep.space": {"training.seed": [4, 8]}}  # every method has it
        recipe = with_values(swept, recipe)
    assert_well_written(render_cells(recipe, names))


def test_rendering_imports_nothing_heavy() -> None:
    code = (
        "import sys; from webui.notebook.render import render_cells; "
        "from webui.recipe import Recipe; render_cells(Recipe()); "
        "print(sorted({'torch', 'transformers', 'gradio'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_the_base_answers_without_the_adapter_and_the_tuned_with_it() -> None:
    """In both cells what is under ``with`` is the base's, and only that."""
    for name, call in (("compare", "ask(prompt)"), ("score", "score(scored_rows)")):
        body = ast.parse(codes(Recipe())[name]).body
        base = [ast.unparse(node) for node in body if isinstance(node, ast.With)]
        tuned = [ast.unparse(node) for node in body if not isinstance(node, ast.With)]
        assert len(base) == 1 and base[0].startswith("with model.disable_adapter():")
        assert call in base[0] and sum(text.endswith(call) for text in tuned) == 1


FOUND = {
    "tools": {"tools": True, "uneven": True},
    "mixed": {"mixed_options": True, "asked": True, "uneven": True},
    "options": {"options": {"enable_thinking": False}, "asked": True},
    "thoughts": {"thought_end": "</think>"},
    "plain": {"plain": True, "options": {"enable_thinking": False}, "asked": True},
    "many": {"form": "tokens", "reason": "they are many", "train": 10**6},
    "apart": {"apart": True},
}


@pytest.mark.parametrize("form", ["completion", "messages", "tokens"])
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("one", FOUND)
@pytest.mark.parametrize("other", FOUND)
def test_whatever_rows_turn_out_to_be_the_cells_are_well_written(
    form: Any, plain: bool, one: str, other: str
) -> None:
    found = {"form": form, "plain": plain and form != "tokens", "reason": "it is odd"}
    found |= FOUND[one] | FOUND[other]
    if found["form"] == "tokens":
        found["plain"] = False
    for recipe in (Recipe(), with_values({"data.format": "messages"})):
        cells = render_cells(recipe, RUN.cells, rows=Rows(**found))
        for cell in cells:
            ast.parse(cell.code)
        whole = joined(cells)
        assert ruff(whole, "check", "--quiet", "--select=F") == ""


# ---- keys


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The cells whose key differs between two recipes."""
    old, new = (render_cells(with_values(v), ALL_CELLS, "a") for v in (before, after))
    return {a.name for a, b in zip(old, new, strict=True) if a.key != b.key}


def after(*names: str) -> set[str]:
    """These cells and all that need them."""
    found = set(names)
    for _ in KINDS:
        found |= {name for name, kind in KINDS.items() if found & {*kind.needs}}
    return found


def test_a_change_makes_what_comes_after_stale_and_nothing_else() -> None:
    assert changed({}, {}) == set()
    assert changed({}, {"model.name": "x"}) == after("model")
    assert changed({}, {"adapter.rank": 4}) == after("adapter", "sweep")
    files = {"data.train_files": "a.jsonl"}, {"data.train_files": "b.jsonl"}
    assert changed(*files) == after("data")
    assert changed({}, {"data.format": "triple"}) == after("data")
    assert changed({}, {"training.save_every": 7}) == after("train")
    assert changed({}, {"compare.prompt": "x"}) == {"compare"}
    assert changed({}, {"compare.temperature": 1.0}) == {"compare", "score"}
    assert changed({}, {"compare.scored_rows": 7}) == {"score"}
    assert "train" in after("model") and "compare" in after("adapter")


def test_setup_is_the_same_for_every_recipe_and_every_notebook() -> None:
    found = {
        render_cells(with_values(values), names, "a")[0].key
        for values, names in VARIANTS.values()
    }
    assert len(found) == 1


def test_a_key_is_the_same_in_every_home_and_the_code_finds_its_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longer home would be laid out in other lines, where a line holds it."""
    packed = {"adapter.start": "loftq", "model.precision": "4bit"}
    for values in ({}, packed):
        recipe, found = with_values(values), []
        for home in (tmp_path / "a", tmp_path / "b" / ("long" * 30)):
            monkeypatch.setenv("TUNEBOOK_HOME", str(home))
            cells = cells_here(recipe, ALL_CELLS, adapter_folder="saved")
            model = next(cell for cell in cells if cell.name == "model")
            assert str(home / "models") in model.code
            found.append([cell.key for cell in cells])
        pure = render_cells(recipe, ALL_CELLS, "saved")
        assert found[0] == found[1] == [cell.key for cell in pure]


def test_a_folder_is_loaded_as_it_is_and_keyed_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = with_values({"model.name": "models/mine"})
    away = cells_here(recipe, ("model",))[0]
    Path("models/mine").mkdir(parents=True)
    here = cells_here(recipe, ("model",))[0]
    assert "use_exact_model_name" in away.code
    assert away == render_cells(recipe, ("model",))[0]
    # Another model is meant now, so what has run is stale.
    assert "use_exact_model_name" not in here.code and here.key != away.key


def test_a_run_and_a_sweep_share_the_loaded_model_and_the_data() -> None:
    run = {cell.name: cell.key for cell in render_cells(Recipe(), RUN.cells)}
    sweep = {cell.name: cell.key for cell in render_cells(Recipe(), SWEEP.cells)}
    assert all(run[name] == sweep[name] for name in ("setup", "model", "data"))


def test_a_comparison_of_a_saved_adapter_is_keyed_by_its_folder() -> None:
    one, other = (render_cells(Recipe(), COMPARE.cells, folder) for folder in "ab")
    differ = [a.name for a, b in zip(one, other, strict=True) if a.key != b.key]
    assert differ == ["load", "compare", "score"]


def test_every_cell_that_is_needed_comes_before() -> None:
    for names in (RUN.cells, SWEEP.cells, COMPARE.cells):
        for index, name in enumerate(names):
            assert names.index("setup") == 0
            assert {*KINDS[name].needs} & {*names} <= {*names[:index]}


def test_values_are_the_same_in_the_cell_and_in_the_recipe() -> None:
    """Read back from the code, every training number is the recipe's own."""
    recipe = load(shipped_recipes() / "starter-extract.yaml")
    tree = ast.parse(codes(recipe)["adapter"])
    given = {
        keyword.arg: ast.literal_eval(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    }
    assert given["r"] == value_at(recipe, "adapter.rank")
    assert given["target_modules"] == [*ALL_LINEAR]
    assert given["random_state"] == recipe.training.seed
