"""What libraries warn of in a real kernel is recorded once, whatever way they warn."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import work

from webui import settings
from webui.kernel import jobs, stopping
from webui.kernel.kernel import this_kernel
from webui.recipe.store import load, with_values
from webui.recorder.library_warnings import LENGTH, MOST
from webui.runs.folder import LOG, SUMMARY
from webui.runs.known_warnings import UNKNOWN
from webui.runs.library_warnings import warnings_of

pytestmark = pytest.mark.usefixtures("kernel_home")

ALL_WAYS = """
import logging, warnings

for _ in range(3):
    warnings.warn("by Python")
    logging.getLogger("peft.tuners").warning("by a %s", "log")
    print("Unsloth: ", end="")
    print("by printing")
logging.getLogger("peft").info("quiet")
logging.getLogger("somebody").warning("a stranger")
print("this is no notice of Unsloth: really")
"""


@pytest.fixture(scope="module", autouse=True)
def from_nothing() -> Iterator[None]:
    """A kernel in which nothing has touched the loggers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNEBOOK_FRESH", "1")
        yield


def messages(run: Any) -> list[str]:
    return [event.message for event in work.of(run, "warned")]


def test_each_way_to_warn_is_recorded_once_and_still_printed() -> None:
    run = work.run(model=ALL_WAYS)
    assert sorted(messages(run)) == ["Unsloth: by printing", "by Python", "by a log"]
    libraries = {e.message: e.library for e in work.of(run, "warned")}
    assert libraries["by a log"] == "peft"
    assert libraries["Unsloth: by printing"] == "unsloth"
    log = (run / LOG).read_text()
    assert log.count("Unsloth: by printing\n") == 3
    assert log.count("UserWarning: by Python") == 1
    assert log.count("a stranger") == 1  # Python's last resort still prints


def test_what_is_warned_of_once_is_warned_of_in_each_run() -> None:
    again = "import warnings\nfor _ in range(2): warnings.warn('the same')"
    for _ in range(2):
        assert messages(work.run(model=again)) == ["the same"]


def test_a_job_for_the_same_run_does_not_repeat_it() -> None:
    code = "import warnings; warnings.warn('step 3 of 7')"
    run = work.run(train=code)
    with jobs.lock(this_kernel()):
        jobs.send_cells(
            this_kernel(),
            work.cells(load=code),
            kind="compare",
            run=run,
            always=["load"],
        )
    work.until(lambda: jobs.status(this_kernel()).word == "idle")
    assert messages(run) == ["step 3 of 7"]


def test_there_is_an_end_to_warnings() -> None:
    code = """
import warnings
for letter in range(300):
    warnings.warn("x" * letter)
for number in range(300):
    warnings.warn(f"number {number}")
"""
    told = messages(work.run(model=code))
    assert 2 <= len(told) <= MOST and max(map(len, told)) <= LENGTH
    shown = "".join(f"warnings.warn(chr({65 + n}) * 9);" for n in range(26))
    lower = "".join(f"warnings.warn(chr({97 + n}) * 9);" for n in range(26))
    told = messages(work.run(model=f"import warnings; {shown}{lower}"))
    assert len(told) == MOST


def test_what_a_model_says_is_no_notice() -> None:
    code = "print('Unsloth: I am a model')"
    assert messages(work.run(compare=code, score=code)) == []


def test_nothing_is_recorded_outside_a_cell() -> None:
    run = work.run(model="pass")
    work.value("1", "import warnings; warnings.warn('between runs')")
    assert messages(run) == []


def test_a_run_whose_events_cannot_be_written_goes_on() -> None:
    code = """
import os, warnings
os.rename("events.jsonl", "kept")
os.mkdir("events.jsonl")
warnings.warn("no room for this")
os.rmdir("events.jsonl")
os.rename("kept", "events.jsonl")
"""
    run = work.run(model=code, train="print('trained')")
    assert work.cells_of(run) == ["model", "train"]
    assert messages(run) == []
    assert "UserWarning: no room for this" in (run / LOG).read_text()


LOADED = """
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

def tiny():
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=32, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, tie_word_embeddings=True,
    ))
"""
TIED = """
tuned = get_peft_model(tiny(), LoraConfig(r=2, target_modules=["embed_tokens"]))
plain = get_peft_model(tiny(), LoraConfig(r=2, target_modules=["q_proj"]))
plain.save_pretrained("adapter")
file = "adapter/adapter_model.safetensors"
weights = load_file(file)
known = [*weights]
"""
UNKNOWN_KEYS = """
more = {name.replace("q_proj", "k_proj"): torch.zeros(2) for name in known}
save_file({**weights, **more}, file)
PeftModel.from_pretrained(tiny(), "adapter")
"""
MISSING_KEYS = """
save_file({known[0]: weights[known[0]]}, file)
PeftModel.from_pretrained(tiny(), "adapter")
"""


@pytest.mark.train
@pytest.mark.timeout(240)
def test_peft_is_heard() -> None:
    stopping.restart(this_kernel())
    run = work.start(
        setup=LOADED, adapter=TIED, load=UNKNOWN_KEYS, compare=f"1\n{MISSING_KEYS}"
    )
    work.ended(run, 200)
    assert work.of(run, "failed") == []
    told = [*map(str, messages(run))]
    assert sum("tied layer is part of the adapter" in m for m in told) == 1
    assert [m for m in told if m.startswith(f"{UNKNOWN}: 2, as ")]
    assert [m for m in told if m.startswith("Found missing adapter keys")]
    kinds = [w.text.en for w in warnings_of(work.of(run, "warned")) if not w.harmless]
    assert any("2 weights in the adapter's files fit nothing" in en for en in kinds)
    assert any("uses one table of embeddings" in en for en in kinds)


@pytest.mark.train
@pytest.mark.timeout(240)
def test_what_unsloth_changes_is_heard() -> None:
    stopping.restart(this_kernel())
    starter = load(settings.shipped_recipes() / "starter-extract.yaml")
    values = {
        "training.duration": "steps",
        "training.steps": 1,
        "training.optimizer": "paged_adamw_8bit",
    }
    run = jobs.start_run(this_kernel(), with_values(starter, values), upto="train")
    work.ended(run, 200)
    assert work.of(run, "failed") == []
    told = {w.text.en: w for w in warnings_of(work.of(run, "warned"))}
    changed = next(en for en in told if en.startswith("The optimizer paged_adamw"))
    assert not told[changed].harmless and told[changed].library == "unsloth"
    assert any(en.startswith("Unsloth computes on the processor") for en in told)
    assert len(told) == len({w.original for w in told.values()})
    summary = json.loads((run / SUMMARY).read_text())
    assert [w["text"] for w in summary["warnings"]] == [*told]
