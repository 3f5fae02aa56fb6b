"""A loaded model that is not the planned one learns nothing; both figures say why."""

import json
from pathlib import Path
from typing import Any

import pytest
import work
from small_starter import write_small_starter

from webui import settings
from webui.diagnosis import explain
from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.recorder.counted import MiscountError, hold_to_plan, is_tower
from webui.runs import events
from webui.runs.events import Failed

pytestmark = pytest.mark.train

ROWS = [{"instruction": f"Say {n}.", "output": f"{n}, gladly."} for n in range(8)]
TINY = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "num_hidden_layers": 2,
}


def tiny(**changed: Any) -> Any:
    """A small model with random weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(LlamaConfig(**TINY, vocab_size=64, **changed))


def plan(model: Any, **changed: Any) -> dict[str, Any]:
    """A plan that this model keeps, but for what is changed."""
    sizes = [(w.numel(), w.requires_grad) for w in model.parameters()]
    figures = {
        "values": {},
        "trainable": sum(n for n, learns in sizes if learns),
        "total": sum(n for n, _ in sizes),
        "embeddings": 64 * 64,
        "tied": 0,
    }
    return figures | changed


def test_what_is_as_planned_passes() -> None:
    model = tiny()
    right, wrong = plan(model), plan(model, values={"adapter.rank": 4}, trainable=1)
    hold_to_plan(model, [right], {})
    hold_to_plan(model, [], {})
    # Of a sweep's plans only that of this trial counts.
    swept = right | {"values": {"adapter.rank": 8}}
    hold_to_plan(model, [wrong, swept], {"adapter.rank": 8, "training.seed": 1})
    hold_to_plan(model, [plan(model, total=None)], {})  # packed weights
    # The tokenizer made the vocabulary grow: the rest is what counts.
    hold_to_plan(model, [plan(model, total=1, embeddings=63 * 64)], {})
    # A head that is one with the embeddings learns once where a loader keeps it so.
    once = {"trainable": right["trainable"] + 64 * 64, "tied": 64 * 64}
    hold_to_plan(model, [plan(model, **once, total=right["total"] + 64 * 64)], {})


@pytest.mark.parametrize("more", [1, -1])
@pytest.mark.parametrize("field", ["trainable", "total"])
def test_what_differs_is_told_with_both_figures(field: str, more: int) -> None:
    model = tiny()
    right = plan(model)
    with pytest.raises(MiscountError) as caught:
        hold_to_plan(model, [right | {field: right[field] + more}], {})
    message = str(caught.value)
    told = explain(Failed(cell="train", error="MiscountError", message=message))
    assert told.kind == "other_count"
    for figure in (right["trainable"], right["total"], right[field] + more):
        assert f"{figure:,}" in told.what.en and f"{figure:,}" in told.what.zh


def test_without_a_plan_what_peft_passed_over_is_told() -> None:
    from peft import LoraConfig, get_peft_model

    asked = {
        "target_modules": ["q_proj", "qkv_proj"],
        "modules_to_save": ["lm_head", "wte"],
        "layers_to_transform": [1, 2],
    }
    model = get_peft_model(tiny(), LoraConfig(task_type="CAUSAL_LM", **asked))
    with pytest.raises(MiscountError, match="has no qkv_proj, wte, layer 2"):
        hold_to_plan(model, [], {})
    # So of a sweep with more trials than were judged.
    judged = [plan(model, values={"adapter.rank": 4})]
    with pytest.raises(MiscountError, match="has no qkv_proj, wte, layer 2"):
        hold_to_plan(model, judged, {"adapter.rank": 8})
    good = {"target_modules": ["q_proj"], "layers_to_transform": [1]}
    hold_to_plan(get_peft_model(tiny(), LoraConfig(**good)), [], {})


def test_towers_are_told_by_their_names() -> None:
    towers = ("model.vision_tower.layers.0", "visual.blocks.1", "model.audio_tower.x")
    assert all(map(is_tower, (*towers, "multi_modal_projector.linear_1")))
    assert not any(map(is_tower, ("model.layers.0.mlp.up_proj", "model.embed_tokens")))


def make_recipe(folder: Path) -> Recipe:
    """A short training of a model in a folder."""
    rows = settings.home() / "rows.jsonl"
    rows.write_text("\n".join(map(json.dumps, ROWS)))
    return loads(
        "",
        settings=[
            f"model.name={folder}",
            f"data.train_files={rows}",
            "split.by=count",
            "split.count=2",
            "training.duration=steps",
            "training.steps=1",
            "model.precision=fp32",
            "model.max_seq_length=64",
        ],
    )


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """The starter in small, with two layers."""
    return write_small_starter(tmp_path / "model", layers=2)


@pytest.mark.timeout(240)
def test_a_model_that_changed_on_disk_is_not_trained_as_if_it_had_not(
    kernel_home: Path, model_folder: Path
) -> None:
    recipe = make_recipe(model_folder)
    first = work.ended(jobs.start_run(this_kernel(), recipe, upto="train"), 120)
    begun = next(e for e in events.read(first)[0] if e.tag == "begun")
    assert "step" in work.tags(first)
    # What is loaded has two layers; the folder now says that the model has one.
    file = model_folder / "config.json"
    file.write_text(file.read_text().replace('layers": 2', 'layers": 1'))
    second = work.ended(jobs.start_run(this_kernel(), recipe, upto="train"), 120)
    history = events.read(second)[0]
    assert "step" not in work.tags(second)
    failed = next(e for e in history if e.tag == "failed")
    told = explain(failed)
    assert told.kind == "other_count"
    assert f"{begun.trainable:,} of {begun.total:,}" in told.what.en
    assert f"the plan {begun.trainable // 2:,} of" in told.what.en
