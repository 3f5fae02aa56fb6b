"""`tunebook plan`: every figure and every problem, before anything is loaded."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from webui import cli, settings
from webui.commands import plan as module
from webui.counts.memory.cards import CARDS
from webui.kernel.kernel import this_kernel
from webui.kernel.status import lock
from webui.planner import process

ROOT = Path(__file__).parents[2]
LLAMA_8B = {
    "model_type": "llama",
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
}
KEYS = [
    *("recipe", "method", "parameters", "measured_bytes", "memory_bytes_estimate"),
    *("card", "verdict", "remedies", "advice", "training", "grid", "rows"),
    *("warnings", "problems"),
]
T4 = ("--card", "t4", "--json")

Printed = tuple[int, str, str]
Tunebook = Callable[..., Printed]


@pytest.fixture(scope="module", autouse=True)
def planner() -> Iterator[None]:
    """One planner's process for all of these tests."""
    process.stop()
    yield
    process.stop()


@pytest.fixture
def tunebook(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Tunebook:
    """Plan the recipe for the starter; the exit code, stdout and stderr."""
    needed = settings.starter_folder() / "tokenizer.json"
    if request.node.get_closest_marker("train") and not needed.is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")

    def run(*words: str) -> Printed:
        capsys.readouterr()
        code = cli.main(["plan", "starter-extract", *words])
        return code, *capsys.readouterr()

    return run


def planned(printed: Printed) -> dict[str, Any]:
    """The one JSON document that was printed."""
    code, out, err = printed
    # Beside it, at most what the recipe still says of its own rows.
    assert not err or err.startswith("The rows are others than the recipe's own")
    document: dict[str, Any] = json.loads(out)
    assert code == (1 if document["problems"] else 0)
    return document


@pytest.fixture
def large(tmp_path: Path) -> tuple[str, str]:
    """The setting for a model of 8 billion parameters, known by its shape alone."""
    (tmp_path / "config.json").write_text(json.dumps(LLAMA_8B))
    return "--set", f"model.name={tmp_path}"


def values(*settings: str) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


# ---- the document


@pytest.mark.train
def test_all_keys_and_their_figures(tunebook: Tunebook) -> None:
    found = planned(tunebook(*T4))
    assert [*found] == KEYS
    assert found["recipe"] == "starter-extract"
    assert found["problems"] == found["warnings"] == found["remedies"] == []
    counts = found["parameters"]
    assert (counts["trainable"], counts["base"]) == (2_442_240, 134_515_008)
    assert counts["total"] == counts["base"] + counts["trainable"]
    assert counts["percent"] == pytest.approx(100 * 2_442_240 / counts["total"])
    # All but the input embeddings.
    assert counts["before"] == counts["base"] - 49152 * 576
    assert counts["packed"] is None
    assert sum(counts["by_module"].values()) == counts["trainable"]
    assert sum(counts["all_by_module"].values()) == counts["total"]
    training = found["training"]
    assert len(training["each"]) == training["updates"] == 90
    assert max(training["each"]) == training["highest"] == training["asked"]
    memory = found["memory_bytes_estimate"]
    assert memory["low"] < memory["total"] < memory["high"]
    parts = {*memory} - {"low", "total", "high"}
    assert sum(memory[part] for part in parts) == memory["total"]
    t4 = CARDS["t4"].memory
    assert found["card"] == {"name": "t4", "title": "T4 16 GB", "memory_bytes": t4}
    verdict = found["verdict"]
    assert verdict["word"] == "fits" and "GB" in verdict["sentence"]
    assert verdict["largest_batch"] > 8 and verdict["longest_sequence"] > 512
    grid = found["grid"]
    rank_8 = {r["targets"]: r["trainable"][1] for r in grid["rows"]}
    assert grid["ranks"][1] == 8 and rank_8["all-linear"] == counts["trainable"]


@pytest.mark.train
def test_four_bit_has_its_packed_count_and_its_method(tunebook: Tunebook) -> None:
    quantized = values("model.precision=4bit", "adapter.use_rslora=true")
    found = planned(tunebook(*T4, *quantized))
    assert found["parameters"]["packed"] == 81_430_848
    assert found["parameters"]["base"] == 134_515_008
    method = found["method"]
    assert method["name"] == "lora" and method["url"].endswith("2106.09685")
    assert method["source"].startswith("Hu et al. 2021, LoRA: ")
    assert method["sentence"].endswith(".") and method["formula"] and method["when"]
    assert [v["name"] for v in method["variants"]] == ["rslora", "qlora"]
    assert all(variant["source"] for variant in method["variants"])
    out = tunebook("--card", "t4", *quantized)[1]
    assert "81,430,848 in the base as its 4-bit weights are packed" in out


def test_the_documented_keys_are_those() -> None:
    about = module.__doc__ or ""
    lines = [line for line in about.splitlines() if line.startswith("    ")]
    named = [line.split()[0] for line in lines if not line.startswith(" " * 8)]
    assert sorted(named) == sorted([*KEYS, "structure"])


# ---- the updates


@pytest.mark.train
def test_a_warm_up_that_never_ends_is_a_problem(tunebook: Tunebook) -> None:
    code, out, _ = tunebook(*values("training.warmup_steps=500"))
    assert code == 1 and "all of it is warm-up" in out
    assert "training.warmup_steps: is a warm-up of 500" in out


# ---- the card


@pytest.mark.train
def test_what_a_card_lacks_is_a_problem(tunebook: Tunebook) -> None:
    asked = values("model.precision=bf16")
    found = planned(tunebook(*T4, *asked))
    assert found["problems"] == [
        "model.precision: bf16 is not a type that T4 16 GB computes in; use fp16, or "
        "16bit."
    ]
    assert found["parameters"] and found["verdict"]
    assert planned(tunebook("--card", "l4", "--json", *asked))["problems"] == []


def test_every_card_is_named_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["plan", "--help"])
    said = capsys.readouterr().out
    assert {*CARDS, "here"} <= {word.strip(",;") for word in said.split()}


@pytest.mark.train
def test_this_machine_is_the_default_and_torch_stays_out(tunebook: Tunebook) -> None:
    code = (
        "import sys; from webui import cli\n"
        "cli.main(['plan', 'starter-extract', '--json', *sys.argv[1:]])\n"
        "print('torch' in sys.modules)"
    )
    loftq = values("model.precision=4bit", "adapter.start=loftq", "adapter.alpha=8")
    printed = subprocess.run(
        [sys.executable, "-c", code, *loftq],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    document, _, torch = printed.rstrip().rpartition("\n")
    found = json.loads(document)
    assert torch == "False"
    assert found["card"]["name"] == "here" and found["verdict"]
    if found["card"]["title"].startswith("CPU"):
        assert 0 < found["card"]["memory_bytes"] <= psutil.virtual_memory().total
        (problem,) = found["problems"]
        assert problem.startswith("adapter.start: PEFT computes LoftQ on a CUDA GPU")
    # Planned for a card, what this machine lacks is no matter.
    assert planned(tunebook(*T4, *loftq))["problems"] == []


# ---- what does not fit


def test_ways_out_in_order(tunebook: Tunebook, large: tuple[str, str]) -> None:
    batch = values("training.batch_size=16")
    found = planned(tunebook(*T4, *large, *batch))
    assert found["verdict"]["word"] == "too large"
    steps = found["remedies"]
    assert [*steps[0]["values"]] == ["training.gradient_checkpointing"]
    assert [step["fits"] for step in steps] == [False] * (len(steps) - 1) + [True]
    sizes = [step["memory_bytes"] for step in steps]
    assert sizes == sorted(sizes, reverse=True)
    assert found["advice"] is None
    changes = [f"{path}={v}" for step in steps for path, v in step["values"].items()]
    mended = planned(tunebook(*T4, *large, *batch, *values(*changes)))
    assert mended["verdict"]["word"] == "fits" and mended["remedies"] == []
    total = mended["memory_bytes_estimate"]["total"]
    assert total == pytest.approx(steps[-1]["memory_bytes"])


def test_advice_where_no_remedy_is_enough(tunebook: Tunebook, tmp_path: Path) -> None:
    huge = LLAMA_8B | {"num_hidden_layers": 320}
    (tmp_path / "config.json").write_text(json.dumps(huge))
    words = values(f"model.name={tmp_path}")
    found = planned(tunebook(*T4, *words))
    assert found["remedies"] and not found["remedies"][-1]["fits"]
    assert "smaller model" in found["advice"]
    assert f"advice      {found['advice']}" in tunebook("--card", "t4", *words)[1]


# ---- the structure


def flat(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from flat(child)


def test_a_part_of_the_structure(tunebook: Tunebook, large: tuple[str, str]) -> None:
    found = planned(tunebook(*T4, *large, "--structure", "MLP.up"))
    nodes = list(flat(found["structure"]))
    assert [n["path"].rpartition(".")[2] for n in nodes] == [
        *("", "model", "layers", "0", "mlp", "up_proj")
    ]
    layer, last = nodes[3], nodes[-1]
    assert (layer["name"], layer["copies"]) == ("0-31", 32)
    assert last["adapter"] == "LoRA r=8" and last["weights"] == {
        "weight": [14336, 4096]
    }
    assert last["trainable"] == last["added"] == 8 * (14336 + 4096)
    # The figures are of the whole module, whatever is shown of it.
    assert nodes[0]["parameters"] == found["parameters"]["base"]
    assert nodes[0]["trainable"] == found["parameters"]["trainable"]


def test_the_structure_comes_only_when_asked(
    tunebook: Tunebook, large: tuple[str, str]
) -> None:
    assert "structure" not in planned(tunebook(*T4, *large))
    assert "\nstructure\n" not in tunebook("--card", "t4", *large)[1]
    everything = planned(tunebook(*T4, *large, "--structure"))["structure"]
    classes = [node["class"] for node in flat(everything)]
    assert classes[0] == "LlamaForCausalLM" and "LlamaRMSNorm" in classes
    assert planned(tunebook(*T4, *large, "--structure", "nope"))["structure"] is None


def test_the_tree_is_indented(tunebook: Tunebook, large: tuple[str, str]) -> None:
    words = ("--card", "t4", *large, "--structure")
    lines = tunebook(*words, "down_proj")[1].splitlines()
    tree = lines[lines.index("structure") + 1 :][:6]
    assert [len(line) - len(line.lstrip()) for line in tree] == [2, 4, 6, 8, 10, 12]
    assert "32 alike, figures for one" in tree[3]
    assert tree[-1].split()[:3] == ["down_proj", "58,720,256", "Linear"]
    assert tree[-1].endswith("4096 x 14336; LoRA r=8: 147,456 learn")
    assert "No module has 'nope' in its name." in tunebook(*words, "nope")[1]


# ---- for a person


@pytest.mark.train
def test_text_says_what_the_document_says(tunebook: Tunebook) -> None:
    found = planned(tunebook(*T4))
    code, out, err = tunebook("--card", "t4")
    assert (code, err) == (0, "")
    counts, memory = found["parameters"], found["memory_bytes_estimate"]
    figures = [
        *(counts[key] for key in ("trainable", "total", "base", "before")),
        *counts["all_by_module"].values(),
    ]
    assert all(f"{figure:,}" in out for figure in figures)
    method = found["method"]
    for said in ("sentence", "source", "url"):
        assert method[said] in out
    assert found["verdict"]["sentence"] in out and "T4 16 GB, 15.8 GB" in out
    assert f"{memory['low'] / 1e9:.1f} GB to " in out
    assert f"{found['verdict']['longest_sequence']} tokens" in out
    assert "grid" not in out
    with_grid = tunebook("--card", "t4", "--grid")[1]
    numbers = [n for row in found["grid"]["rows"] for n in row["trainable"]]
    assert all(f"{number:,}" in with_grid for number in numbers)


def test_remedies_are_numbered(tunebook: Tunebook, large: tuple[str, str]) -> None:
    code, out, _ = tunebook("--card", "t4", *large)
    assert code == 1  # no tokenizer
    assert "remedy 1    Turn on gradient checkpointing" in out
    assert "(training.gradient_checkpointing=unsloth)" in out
    assert out.count("problem ") == 1


# ---- what is wrong


def test_an_invalid_recipe_is_a_document_too(tunebook: Tunebook) -> None:
    wrong = values("adapter.rnk=3", "training.epochs=-1")
    code, out, err = tunebook("--json", *wrong)
    assert (code, err) == (1, "")
    assert [*json.loads(out)] == ["problems"]
    names = [p.partition(":")[0] for p in json.loads(out)["problems"]]
    assert names == ["adapter.rnk", "training.epochs"]
    code, out, err = tunebook(*wrong)
    assert (code, out) == (1, "") and len(err.splitlines()) == 2


def test_an_unknown_card(tunebook: Tunebook) -> None:
    code, out, err = tunebook("--json", "--card", "3090")
    (problem,) = json.loads(out)["problems"]
    assert (code, err) == (1, "") and problem.startswith("There is no card 3090")
    assert tunebook("--card", "3090") == (1, "", f"{problem}\n")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("model.name=/no/such", "model.name: There is no folder /no/such."),
        ("data.train_files=/no.jsonl", "data.train_files: There is no file /no.jsonl."),
    ],
)
def test_one_cause_is_told_once(tunebook: Tunebook, setting: str, said: str) -> None:
    found = planned(tunebook(*T4, *values(setting), "--structure"))
    assert found["problems"] == [said]
    if setting.startswith("model"):
        assert not any(found[k] for k in ("parameters", "verdict", "grid", "remedies"))


def test_one_cause_in_two_fields_is_told_at_the_first(tunebook: Tunebook) -> None:
    hub = values("data.source=hub", "data.hub_dataset=no-one/nothing", "split.by=file")
    (problem,) = planned(tunebook(*T4, *hub))["problems"]
    assert problem.startswith("data.hub_dataset: ") and "no-one/nothing" in problem


def test_two_causes_are_both_told(tunebook: Tunebook, large: tuple[str, str]) -> None:
    found = planned(tunebook(*T4, *large, *values("adapter.layers=last 40")))
    model, layers = found["problems"]
    assert model.startswith("model.name: ") and "has 32 layers" in layers
    assert found["method"]["name"] == "lora" and found["parameters"] is None


@pytest.mark.train
@pytest.mark.usefixtures("starter_home")
def test_a_kernel_that_cannot_measure_now_is_a_problem(tunebook: Tunebook) -> None:
    with lock(this_kernel()):
        code, out, _ = tunebook("--measure", "--json")
    assert code == 1
    assert json.loads(out) == {"problems": ["another start is under way; try again."]}
