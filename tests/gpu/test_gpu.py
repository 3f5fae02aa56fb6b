"""What only a GPU can show, on models with random weights; in small on a CPU as well.

Run with `make test-gpu`. A CPU shows that the harness works: there 4-bit weights, the
saving and the loading are real, the types and the memory of a GPU are not.
"""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, CPU_CASES, STEPS, Case, sizes
from small import ROOT, ROWS, trained

from webui import settings
from webui.counts.memory.cards import CARDS, this_machine
from webui.counts.memory.estimate import estimate
from webui.counts.parameters.count import count
from webui.recipe import Recipe
from webui.recipe.store import loads

pytestmark = pytest.mark.timeout(400)
SCRIPT = Path(__file__).with_name("trial.py")
# What a try may leave behind for the next: the buffers of Unsloth's own kernels.
LEFT = 1_000_000_000
PAIRS = [
    *(pytest.param(("cuda", case), marks=pytest.mark.gpu) for case in CASES),
    *(pytest.param(("cpu", case), marks=pytest.mark.train) for case in CPU_CASES),
]


@dataclass(frozen=True)
class Seen:
    """A case, the device that it was tried on, its recipe, and what was told of it."""

    case: Case
    device: str
    recipe: Recipe
    told: dict[str, Any]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Seen]]:
    """All cases on a device, tried in one process when they are first asked for."""

    @cache
    def on(device: str) -> list[Seen]:
        folder = tmp_path_factory.mktemp(device)
        write_models_and_rows(folder, device)
        return try_all(CASES if device == "cuda" else CPU_CASES, folder, device)

    return on


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}, {pair[1].name}")
def seen(request: pytest.FixtureRequest, tried: Callable[[str], list[Seen]]) -> Seen:
    """What one case showed on one device."""
    torch = pytest.importorskip("torch")
    device, case = request.param
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("there is no CUDA device here")
    if not (settings.starter_folder() / "tokenizer.json").is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    (found,) = (each for each in tried(device) if each.case == case)
    assert "error" not in found.told, found.told["error"]
    return found


def write_models_and_rows(folder: Path, device: str) -> None:
    """A few rows, and models of random weights, written by a process of its own."""
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    script = ROOT / "benchmarks" / "shapes.py"
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    subprocess.run(
        [sys.executable, str(script), str(folder), device, *sizes(device)],
        env=os.environ | {"PYTHONPATH": path, "HF_HUB_OFFLINE": "1"},
        check=True,
    )


def try_all(cases: Sequence[Case], folder: Path, device: str) -> list[Seen]:
    """Try them one after the other; what they told goes where the benchmark looks."""
    recipes = [loads("{}", settings=case.settings(folder, device)) for case in cases]
    words = ["--gpu"] if device == "cuda" else []
    found = trained(SCRIPT, [case.asked(folder, device) for case in cases], *words)
    for case, recipe, told in zip(cases, recipes, found, strict=True):
        told["planned"] = planned(recipe, case, device)
    if place := os.environ.get("TUNEBOOK_GPU_TRIALS"):
        Path(place).write_text(json.dumps(found), "utf-8")
    triples = zip(cases, recipes, found, strict=True)
    return [Seen(case, device, recipe, told) for case, recipe, told in triples]


def planned(recipe: Recipe, case: Case, device: str) -> list[int]:
    """The lower end, the middle and the upper end of the planner's estimate."""
    has_bf16 = not case.as_on_t4
    card = this_machine(CARDS["t4"].memory, has_bf16=has_bf16, kind=device)
    memory = estimate(recipe, card)
    # PyTorch's own figure of a peak leaves out what CUDA itself takes.
    outside = memory.context if card.is_gpu else 0
    return [end - outside for end in (memory.low, memory.total, memory.high)]


def test_it_learns(seen: Seen) -> None:
    losses, full = seen.told["losses"], seen.told["full_losses"]
    assert len(losses) == len(full) == STEPS
    assert all(map(math.isfinite, [*losses, *full]))
    assert losses[-1] < losses[0] - 0.5


def test_all_that_was_planned_learns_and_moves(seen: Seen) -> None:
    assert seen.told["trainable"] == count(seen.recipe).trainable
    assert seen.told["moved"] == seen.told["learning"] > 0


def test_what_was_saved_comes_back(seen: Seen) -> None:
    # Products are rounded to 16 bits, and the loaded adapter is of another type;
    # beside what the training changed, that is little.
    assert seen.told["changed"] > 0.1
    assert seen.told["lost_by_loading"] < 0.1 * seen.told["changed"]
    before, after = seen.told["answers"]
    assert before == after != ""


def test_it_computes_in_the_type_of_the_device(seen: Seen) -> None:
    if seen.device == "cuda":
        assert seen.told["fp16"] == seen.case.is_fp16
        expected = "float16" if seen.case.is_fp16 else "bfloat16"
        assert seen.told["type"] == expected
    else:
        assert not seen.told["fp16"]
        assert seen.told["type"] in ("bfloat16", "float32")


def test_its_peak_is_what_was_planned(seen: Seen) -> None:
    low, _, high = seen.told["planned"]
    assert 0 < low < high and seen.told["tokens_per_second"] > 0
    if seen.device == "cuda":
        assert seen.told["held"] < LEFT
        assert low <= seen.told["peak"] <= high
        assert seen.told["peak"] <= CARDS["t4"].memory
    else:  # nearly all of it is what Python's packages take
        assert seen.told["peak"] == pytest.approx(high, rel=0.5)
