"""A finished run is trained on: the new one stands alone and is resumed anywhere."""

import shutil
from pathlib import Path

import pytest
import work
from test_resume import STEPS, curve, killed, make_recipe, resumed, trained

from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.kernel.process import KernelError
from webui.preflight.ready import parent_problems
from webui.recipe.store import with_values
from webui.runs import folder
from webui.runs.parent import child

FAST = (
    *("training.learning_rate=1e-2", "training.warmup_steps=0"),
    *("adapter.dropout=0", "training.save_every=10"),
)


@pytest.mark.train
@pytest.mark.timeout(600)
def test_a_run_is_trained_on_and_stands_alone(kernel_home: Path) -> None:
    first = trained(make_recipe(kernel_home, *FAST))
    values = {"training.learning_rate": 5e-3, "training.schedule": "cosine"}
    further = child(folder.read_run(first), values)
    assert parent_problems(further, this_kernel().runs) == []
    whole = trained(further)
    begun, ended = curve(whole)[1], curve(first)[STEPS]
    assert begun[2] == 5e-3 and begun[0] < curve(first)[1][0] * 0.8
    assert folder.read_run(whole).summary["parent"] == first.name
    assert first.name in work.notebook(whole).cells[0].source
    assert ended[2] < 5e-3  # where the schedule of the first had come to
    cut_off = jobs.start_run(this_kernel(), further, upto="train")
    killed(cut_off, 12)
    shutil.rmtree(first)
    elsewhere = cut_off.rename(this_kernel().runs / "elsewhere")
    resumed(elsewhere)
    assert curve(elsewhere) == curve(whole)
    # What came out of it can be trained on again; the first is gone for good.
    again = child(folder.read_run(whole), {})
    assert parent_problems(again, this_kernel().runs) == []
    with pytest.raises(KernelError, match="nothing to resume"):
        resumed(whole)
    gone = with_values(again, {"adapter.from_run": first.name})
    assert parent_problems(gone, this_kernel().runs)
