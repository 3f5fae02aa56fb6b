"""A model that learned a few rows by heart stops by itself: every template, and bases
of several kinds, asked in a process that knows only Transformers and PEFT."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ended import QUESTIONS
from small import trained
from tiny_bases import write_model

from webui import settings
from webui.notebook.chat_templates import TEMPLATES
from webui.runs.events import Stops
from webui.runs.stops import runs_on

pytestmark = [pytest.mark.train, pytest.mark.timeout(600)]

TEACH = [
    "data.format=question_answer",
    "split.by=file",
    "training.duration=steps",
    "training.steps=40",
    "training.warmup_steps=0",
    "training.batch_size=2",
    "training.learning_rate=0.01",
    "training.schedule=linear",
    "adapter.rank=64",
    "adapter.alpha=64",
    "model.precision=fp32",
    "model.max_seq_length=160",
]
BASES = {  # tokenizer and family, and the templates that it is tried with
    ("bare", "llama"): [*TEMPLATES, "model"],
    ("base", "llama"): ["chatml"],
    ("plain word", "qwen3"): ["chatml"],
    ("no end", "llama"): ["phi", "model"],
    ("bare", "mistral"): ["llama3"],
}
CASES = [(*base, template) for base, each in BASES.items() for template in each]
BRIEF = ["training.steps=1"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Any]:
    """What each training told, and what its adapter said when others loaded it."""
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    folder = tmp_path_factory.mktemp("ending")
    rows = [{"question": q, "answer": a} for q, a in QUESTIONS.items()]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "held.jsonl").write_text('{"question": "Who?", "answer": "Nobody."}')
    train, held = (f"[{folder / name}.jsonl]" for name in ("rows", "held"))
    own = [*TEACH, f"data.train_files={train}", f"split.files={held}"]
    trials = []
    for tokenizer, family, template in CASES:
        model = folder / f"{tokenizer} {family}"
        if not model.is_dir():
            write_model(model, tokenizer, family)
        trials.append([*own, f"model.name={model}", f"data.template={template}"])
    trials.append([*trials[0], *BRIEF])
    script = Path(__file__).with_name("ended.py")
    *told, brief = trained(script, trials, "--keep", str(folder))
    asked = [
        [str(folder / " ".join(c[:2])), t["adapter"]]
        for c, t in zip(CASES, told, strict=True)
    ]
    (folder / "asked.json").write_text(json.dumps(asked))
    done = subprocess.run(
        [
            *(sys.executable, "-X", "warm=planner"),
            *(str(script), str(folder / "asked.json")),
        ],
        capture_output=True,
        text=True,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    fresh = [json.loads(line.removeprefix("RESULT ")) for line in lines]
    assert len(fresh) == len(told), done.stderr[-3000:]
    return {"brief": brief} | {
        case: {**one, "fresh": other}
        for case, one, other in zip(CASES, told, fresh, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=map(" ".join, CASES))
def test_the_end_token_is_learned(found: Any, case: Any) -> None:
    assert all(found[case]["ends"])  # though it is the padding, too


@pytest.mark.parametrize("case", CASES, ids=map(" ".join, CASES))
def test_it_stops_wherever_it_is_loaded(found: Any, case: Any) -> None:
    assert found[case]["fresh"]["ended"] == [True, True], found[case]


@pytest.mark.parametrize("case", CASES, ids=map(" ".join, CASES))
def test_it_is_asked_after_the_training(found: Any, case: Any) -> None:
    asked = found[case]["asked"]
    assert asked["itself"] and asked["learned"] and asked["chance"] > 0.5
    assert runs_on(Stops(**asked)) is None


def test_one_that_was_trained_too_briefly_says_so(found: Any) -> None:
    told = runs_on(Stops(**found["brief"]["asked"]))
    assert told and "so it was trained too briefly" in told.en
