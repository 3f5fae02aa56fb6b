"""Runs from before the data cell parted watched rows go on with those they had."""

from dataclasses import asdict
from pathlib import Path

import pytest

from webui.files import read_json, write_json
from webui.kernel.kernel import this_kernel
from webui.kernel.resuming import resumed_cells
from webui.notebook.render import Cell
from webui.notebook.rows import FOLDER, Rows
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import checkpoints, folder

DATA = Cell("data", "train_data, heldout_data = parts", "k")
DRAWN = "train_data.train_test_split(test_size={}, seed=3407)"


def older(recipe: Recipe, *, kept: bool) -> Path:
    """A run as it was left then: nothing was noted of watched rows."""
    rows = Rows("completion", plain=False, train=54, heldout=5)
    run = folder.create(
        this_kernel().runs,
        recipe,
        [DATA, Cell("train", "x", "k")],
        "run",
        "train",
        rows,
    )
    plan = read_json(run / folder.PLAN)
    plan["rows"] = {k: v for k, v in asdict(rows).items() if k != "watched"}
    write_json(run / folder.PLAN, plan)
    if kept:
        (run / FOLDER).mkdir()
    return run


@pytest.mark.usefixtures("tunebook_home")
@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(
    ("settings", "rows"),
    [
        (("evaluation.every=steps",), 40),
        (("evaluation.every=epoch", "evaluation.rows=7"), 7),
        (("sweep.space={adapter.rank: [4, 8]}",), 0),
        ((), 0),
    ],
)
def test_they_set_aside_as_many_as_then(
    settings: tuple[str, ...], rows: int, kept: bool
) -> None:
    recipe = loads("", settings=settings)
    run = older(recipe, kept=kept)
    cells, going_on = resumed_cells(run, recipe, checkpoints.Checkpoint(run / "c-4", 4))
    codes = {cell.name: cell.code for cell in cells}
    assert codes["data"].count("train_test_split") == bool(rows)
    assert (DRAWN.format(rows) in codes["data"]) == bool(rows)
    for code in (codes["train"], going_on["train"]):
        assert ("eval_dataset=eval_data" in code) == bool(rows)
        assert "warmup_steps=5," in code
    assert "resume_from_checkpoint" not in codes["train"]
    assert 'resume_from_checkpoint="checkpoints/c-4"' in going_on["train"]
