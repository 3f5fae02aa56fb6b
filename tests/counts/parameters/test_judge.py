"""What the plan refuses all refuse with its sentence; what it counts the run has."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from webui import settings
from webui.commands import export
from webui.commands.planned import Plan
from webui.counts.parameters.count import count
from webui.counts.parameters.judge import judge
from webui.errors import PlannerError
from webui.kernel import jobs, queue, resuming
from webui.kernel.kernel import this_kernel
from webui.notebook.cells import RUN
from webui.notebook.render import render_cells
from webui.preflight.ready import misfits, ready
from webui.recipe import Recipe
from webui.recipe.problems import Problem, RecipeError
from webui.recipe.store import load, loads
from webui.runs import folder

pytestmark = pytest.mark.train

SCRIPT = Path(__file__).with_name("random_recipes.py")
PATTERN = ["adapter.targets=regex", "adapter.target_regex=^q_proj$"]
STARTER = {
    "a name among others": (
        ["adapter.target_modules=[q_proj, qkv_proj]"],
        "adapter.target_modules",
        "starter has no module qkv_proj; it has q_proj, ",
    ),
    "layers beyond the last": (
        ["adapter.layers=29-32"],
        "adapter.layers",
        "starter has 30 layers, 0 to 29; ",
    ),
    "a layer beyond the last": (
        ["adapter.layers=32"],
        "adapter.layers",
        "starter has 30 layers, 0 to 29; ",
    ),
    "a module of another model": (
        ["adapter.modules_to_save=[wte]"],
        "adapter.modules_to_save",
        "starter has no module wte; ",
    ),
    "the end of other names": (
        ["adapter.modules_to_save=[norm]"],
        "adapter.modules_to_save",
        "norm also ends the name model.layers.0.input_layernorm, which PEFT would "
        "train in full as well; write model.norm.",
    ),
    "nothing that could learn": (
        ["adapter.modules_to_save=[act_fn]"],
        "adapter.modules_to_save",
        "act_fn has no weights",
    ),
    "inside of what learns in full": (
        ["adapter.modules_to_save=[mlp]", "adapter.target_modules=[q_proj, up_proj]"],
        "adapter.modules_to_save",
        "mlp holds up_proj, named in the target modules too, ",
    ),
    "a name in other layers": (
        ["adapter.target_modules=[q_proj, layers.3.mlp.up_proj]", "adapter.layers=0-1"],
        "adapter.layers",
        "the layers 0-1 have no module layers.3.mlp.up_proj; ",
    ),
    "a layer without a target": (
        ["adapter.target_modules=[layers.3.mlp.up_proj]", "adapter.layers=3-4"],
        "adapter.layers",
        "layer 4 of starter has none of layers.3.mlp.up_proj; ",
    ),
    "an anchored pattern": (PATTERN, "adapter.target_regex", "No module of starter "),
    "the head by a pattern": (
        ["adapter.targets=regex", "adapter.target_regex=.*(q_proj|lm_head)"],
        "adapter.target_regex",
        ".*(q_proj|lm_head) matches lm_head, which is no layer for an adapter; ",
    ),
    "more layers than there are": (
        ["adapter.method=freeze", "adapter.last_layers=31"],
        "adapter.last_layers",
        "starter has 30 layers, 0 to 29; ",
    ),
    "too high a rank": (
        ["adapter.start=pissa", "adapter.rank=256"],
        "adapter.rank",
        "k_proj has only 192 parts to start from",
    ),
}


def recipe_of(extra: list[str]) -> Recipe:
    """The starter's recipe with these settings."""
    return load(settings.shipped_recipes() / "starter-extract.yaml", extra)


@pytest.mark.parametrize("case", STARTER)
def test_the_plan_refuses_at_the_field(case: str, starter_home: Path) -> None:
    extra, path, begins = STARTER[case]
    recipe = recipe_of(extra)
    judged = judge(recipe)
    assert [p.path for p in judged.problems] == [path] and not judged.planned
    text = judged.problems[0].message
    assert text.en.startswith(begins) and text.zh != text.en
    with pytest.raises(PlannerError) as caught:
        count(recipe)
    assert (caught.value.path, caught.value.text) == (path, text)


@pytest.mark.parametrize("case", ["a name among others", "an anchored pattern"])
def test_all_refuse_with_the_same_sentence(
    case: str, starter_home: Path, helper
) -> None:
    recipe = recipe_of(STARTER[case][0])
    same = [*judge(recipe).problems]
    run = folder.create(
        this_kernel().runs, recipe, render_cells(recipe), "run", RUN.cells[-1]
    )
    plan = Plan(recipe, misfits(recipe))
    assert plan.ask(count) is None and plan.problems == same
    refusing = (
        lambda: ready(recipe, this_kernel().runs),
        lambda: jobs.start_run(this_kernel(), recipe),
        lambda: export.refuse_what_a_run_would(recipe, None),
        lambda: resuming.resume(this_kernel(), run),
    )
    for start in refusing:
        with pytest.raises(RecipeError) as caught:
            start()
        assert caught.value.problems == same
    entry = queue.add(this_kernel(), recipe)
    trouble = queue.trouble_with(this_kernel(), entry)
    assert isinstance(trouble, RecipeError) and trouble.problems == same


def test_each_value_of_a_sweep_is_judged(starter_home: Path, helper) -> None:
    space = {"adapter.rank": [8, 256], "training.learning_rate": [1e-3, 1e-4]}
    settings = ["adapter.start=pissa", f"sweep.space={json.dumps(space)}"]
    recipe = recipe_of(settings)
    assert not judge(recipe).problems
    (problem,) = judge(recipe, sweep=True).problems
    assert problem.path == "sweep.space"
    assert problem.message.en.startswith(
        "with adapter.rank 256: adapter.rank k_proj has only 192 parts"
    )
    for start in (
        lambda: ready(recipe, this_kernel().runs, sweep=True),
        lambda: jobs.start_sweep(this_kernel(), recipe),
    ):
        with pytest.raises(RecipeError) as caught:
            start()
        assert caught.value.problems == [problem]
    fits = recipe_of([f"sweep.space={json.dumps({'adapter.rank': [4, 8]})}"])
    planned = judge(fits, sweep=True).planned
    assert [p.values for p in planned] == [{"adapter.rank": 4}, {"adapter.rank": 8}]
    assert planned[1].trainable == 2 * planned[0].trainable


def test_a_model_that_cannot_be_read_is_not_judged(tmp_path: Path) -> None:
    judged = judge(loads("", settings=[f"model.name={tmp_path}/none"]))
    assert judged.unread and not judged.problems and not judged.planned
    (tmp_path / "config.json").write_text('{"model_type": "vit"}')
    (problem,) = judge(loads("", settings=[f"model.name={tmp_path}"])).problems
    assert problem == Problem("model.name", problem.message)


@pytest.mark.timeout(600)
def test_no_random_recipe_is_planned_otherwise_than_it_runs(tmp_path: Path) -> None:
    found = [told for told in random_trials(7, 300, tmp_path)]
    differing = [told for told in found if "differs" in told]
    assert not differing, differing[:3]
    kinds = Counter("same" in told for told in found)
    assert len(found) == 300 and kinds[True] > 100 and kinds[False] > 50


def random_trials(seed: int, most: int, home: Path) -> list[dict]:
    """What the script saw of so many recipes, in a process of its own."""
    own = {
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "TUNEBOOK_HOME": str(home),
        "TMPDIR": str(home),
    }
    done = subprocess.run(
        [
            *(sys.executable, "-X", "warm=unsloth"),
            *(str(SCRIPT), str(seed), str(most)),
        ],
        env=os.environ | own,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    return [json.loads(line[7:]) for line in lines if line.startswith("RESULT ")]
