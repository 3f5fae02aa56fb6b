"""A real demo of a real adapter: both models answer, in time, and then it is gone."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from webui.demo.serve import FOLDER
from webui.settings import starter_folder

ROOT = Path(__file__).resolve().parents[2]
PORT = 18_453
HOURS = 0.02

pytestmark = pytest.mark.train


def exported(folder: Path) -> Path:
    """An adapter of the starter that changes every answer, as PEFT saves it."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(starter_folder())
    targets = ["q_proj", "v_proj"]
    config = LoraConfig(r=2, target_modules=targets, init_lora_weights=False)
    get_peft_model(base, config).save_pretrained(folder)
    return folder


def ask(prompt: str, tokens: int) -> dict[str, str]:
    """A question, and all that was told of it."""
    told: dict[str, str] = {}
    connection = HTTPConnection("127.0.0.1", PORT, timeout=100)
    body = json.dumps({"prompt": prompt, "tokens": tokens, "temperature": 0})
    connection.request("POST", "/ask", body, {"Content-Type": "application/json"})
    for line in connection.getresponse().read().decode().splitlines():
        if line:
            for name, text in json.loads(line.removeprefix("data: ")).items():
                told[name] = told.get(name, "") + str(text)
    return told


def left() -> list[Any]:
    """What is there of demos: folders, and processes that know one."""
    folders = [*Path(tempfile.gettempdir()).glob(f"{FOLDER}*")]
    words = [
        " ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])
    ]
    return folders + [each for each in words if FOLDER in each]


def test_an_exported_adapter_is_shown_and_then_gone(
    starter_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    folder = exported(tmp_path / "adapter")
    words = f"demo {folder} --port {PORT} --hours {HOURS} --seconds 20 --no-browser"
    demo = subprocess.Popen(
        [sys.executable, "-m", "webui", *words.split()],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    try:
        opened = wait_until_open(demo)
        assert [each for each in left() if str(scratch) in str(each)]
        told = ask('Say "hello" {{ 7*7 }}.', 6)
        assert told["end"] == "done"
        assert told["base"].strip() and told["base"] != told["tuned"]
        long = ask("Count from one to a thousand.", 200)
        assert long["end"] in ("time", "done")
        assert ask("Hello", 1)["end"] == "done"
        assert demo.wait(HOURS * 3600 + 60) == 0
        assert time.monotonic() - opened > HOURS * 3600 - 10
    finally:
        demo.kill()
        demo.wait()
    assert [each for each in left() if str(scratch) in str(each)] == []
    assert not (starter_home / "runs").exists()


def wait_until_open(demo: subprocess.Popen) -> float:
    """When the page answered first."""
    end = time.monotonic() + 120
    while time.monotonic() < end and demo.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5).close()
            return time.monotonic()
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the demo did not come up")
