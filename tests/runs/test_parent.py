"""Which runs can be trained on, as what recipe, and what then has to stay."""

import json
import shutil
from pathlib import Path

import pytest

from webui.commands.given import child_recipe
from webui.commands.options import parser
from webui.kernel.kernel import this_kernel
from webui.notebook.render import render_cells
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.store import loads, with_values
from webui.runs import entries, events, folder
from webui.runs.error import RunError
from webui.runs.folder import Run
from webui.runs.parent import child, give_parent, parent_problems, why_not_trainable

pytestmark = pytest.mark.usefixtures("tunebook_home")


def made(*settings: str, status: str = "finished", kind: str = "run") -> Run:
    """A run that ended so; it saved an adapter if it did not fail."""
    recipe = loads("name: first", settings=settings)
    run = folder.create(this_kernel().runs, recipe, (), kind, "score")
    if status != "running":
        events.append(run, events.Finished(status=status))
    if status != "failed":
        (run / "adapter").mkdir()
        config = {"r": 2 * recipe.adapter.rank, "lora_alpha": 2 * recipe.adapter.alpha}
        (run / "adapter" / "adapter_config.json").write_text(json.dumps(config))
    return folder.read_run(run)


def fields(recipe: Recipe) -> list[str]:
    return [problem.path for problem in parent_problems(recipe, this_kernel().runs)]


@pytest.mark.parametrize("status", ["finished", "stopped"])
def test_a_run_that_saved_can_be_trained_on(status: str) -> None:
    run = made("adapter.rank=8", "training.epochs=2", status=status)
    assert why_not_trainable(run) is None
    further = child(run, {"training.learning_rate": 1e-5})
    assert further.adapter.from_run == run.id and further.adapter.rank == 8
    assert further.training.learning_rate == 1e-5
    assert (
        parent_problems(further, this_kernel().runs) == []
        and parent_problems(Recipe(), this_kernel().runs) == []
    )


@pytest.mark.parametrize(
    ("settings", "status", "kind", "reason"),
    [
        ((), "failed", "run", "before it saved an adapter"),
        ((), "running", "run", "still running"),
        ((), "finished", "sweep", "sweep keeps none"),
        (("adapter.method=adalora",), "finished", "run", "AdaLoRA saves"),
        (("adapter.method=p_tuning",), "finished", "run", "cannot be trained on"),
        (("adapter.method=prefix_tuning",), "finished", "run", "not all that learned"),
        (("adapter.start=pissa", "adapter.rank=200"), "finished", "run", "256"),
    ],
)
def test_what_cannot_be_trained_on_has_a_reason(
    settings: tuple[str, ...], status: str, kind: str, reason: str
) -> None:
    run = made(*settings, status=status, kind=kind)
    why = why_not_trainable(run)
    assert why is not None and reason in why.en and why.zh != why.en
    arguments = ["train-on", run.id, "--rate", "1e-4", "--schedule", "cosine"]
    with pytest.raises(RunError, match=reason):
        child_recipe(parser().parse_args(arguments))
    asked = with_values(Recipe(), {"adapter.from_run": run.id})
    assert fields(asked) == ["adapter.from_run"]


def test_a_start_that_was_converted_is_a_plain_adapter_of_twice_the_rank() -> None:
    further = child(made("adapter.start=pissa", "adapter.rank=4"), {})
    assert (further.adapter.start, further.adapter.rank) == ("zero", 8)
    assert further.adapter.alpha == 32
    assert child(made("adapter.start=gaussian"), {}).adapter.rank == 16


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("adapter.rank", 32),
        ("adapter.alpha", 5),
        ("adapter.target_modules", ("q_proj",)),
        ("adapter.use_dora", True),
        ("adapter.use_rslora", True),
        ("adapter.modules_to_save", ("lm_head",)),
        ("adapter.layers", "0-3"),
        ("adapter.method", "ia3"),
        ("model.name", "/elsewhere"),
        ("split.fraction", 0.3),
        ("training.seed", 5),
    ],
)
def test_what_the_adapter_or_the_rows_depend_on_stays(path: str, value: object) -> None:
    further = child(made(), {})
    assert path in fields(with_values(further, {path: value}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("adapter.dropout", 0.1),
        ("adapter.lora_plus_ratio", 16.0),
        ("adapter.virtual_tokens", 7),  # of another method
        ("model.precision", "fp32"),
        ("training.schedule", "cosine"),
        ("split.count", 7),  # of another split
        ("data.train_files", ("/other.jsonl",)),
    ],
)
def test_what_changes_no_saved_weight_may_differ(path: str, value: object) -> None:
    assert fields(with_values(child(made(), {}), {path: value})) == []


def test_other_rows_may_be_parted_otherwise() -> None:
    values = {"data.train_files": ("/other.jsonl",), "split.fraction": 0.5}
    assert fields(with_values(child(made(), {}), values)) == []


def test_the_command_asks_for_rate_and_schedule() -> None:
    run = made("training.learning_rate=3e-4")
    words = ["train-on", run.id[:12], "--rate", "1e-5", "--schedule", "cosine"]
    recipe = child_recipe(parser().parse_args([*words, "--epochs", "2"]))
    assert recipe.training.learning_rate == 1e-5 and recipe.training.epochs == 2
    assert (recipe.training.schedule, recipe.adapter.from_run) == ("cosine", run.id)
    for missing in (words[:4], [*words[:2], *words[4:]]):
        with pytest.raises(SystemExit):
            parser().parse_args(missing)
    with pytest.raises(RecipeError, match=r"training\.schedule"):
        child_recipe(parser().parse_args([*words[:5], "sideways"]))


def test_the_adapter_is_taken_along_and_the_parent_may_go(tmp_path: Path) -> None:
    run = made()
    further = child(run, {})
    give_parent(further, this_kernel().runs, tmp_path)
    shutil.rmtree(run.folder)
    assert (tmp_path / "parent" / "adapter_config.json").is_file()
    [cell] = render_cells(further, ("adapter",))
    assert '"parent", "default", is_trainable=True' in cell.code
    assert str(tmp_path) not in cell.code
    assert fields(further) == ["adapter.from_run"]
    with pytest.raises(RunError):
        give_parent(further, this_kernel().runs, tmp_path)


def test_the_parent_is_shown_and_found() -> None:
    run = made()
    new = folder.create(this_kernel().runs, child(run, {}), (), "run", "score")
    entry = entries.entry(new)
    assert entry.parent == run.id and run.id in entry.text
    assert folder.parent_of(new) == run.id and folder.parent_of(run.folder) == ""


def test_two_parents_make_two_adapters() -> None:
    keys = {
        render_cells(child(made(), {}), ("adapter",))[0].key,
        render_cells(child(made(), {}), ("adapter",))[0].key,
        render_cells(Recipe(), ("adapter",))[0].key,
    }
    assert len(keys) == 3


def test_a_sweep_cannot_change_the_shape() -> None:
    further = child(made(), {})
    with pytest.raises(RecipeError, match="cannot be swept"):
        with_values(further, {"sweep.space": {"adapter.rank": [4, 8]}})
    with_values(further, {"sweep.space": {"training.learning_rate": [1e-4, 1e-5]}})
