"""What a model's name leads to, and what is said where it leads nowhere."""

import io
import json
import os
from pathlib import Path

import pytest

from webui import settings
from webui.counts.parameters.count import count
from webui.errors import PlannerError
from webui.models.failures import explain_failure
from webui.models.pretrained import (
    has_template,
    read_config,
    read_tokenizer,
    recipe_tokenizer,
)
from webui.models.source import Source
from webui.notebook.chat_templates import BASE, TEMPLATES
from webui.recipe import Recipe
from webui.recipe.sections import Data, Model
from webui.rows.preview import preview

pytestmark = pytest.mark.train


def refusal(name: str) -> str:
    with pytest.raises(PlannerError) as caught:
        read_config(name)
    assert caught.value.text.en != caught.value.text.zh
    return caught.value.text.en


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    assert refusal("/no/such/folder") == "There is no folder /no/such/folder."
    assert "There is no folder ~/models." == refusal("~/models")
    assert "is neither a folder on this machine nor a hub id" in refusal("a b c")
    assert "is not a model that Transformers can read (" in refusal(str(tmp_path))


def test_missing_starter(tunebook_home: Path) -> None:
    settings.starter_folder().unlink(missing_ok=True)
    assert "run `tunebook starter`" in refusal("starter")


def test_code_of_a_model_is_never_run(tmp_path: Path, monkeypatch) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "own.py").write_text(f"open({str(ran)!r}, 'w')")
    config = {"model_type": "own", "auto_map": {"AutoConfig": "own.OwnConfig"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    said = refusal(str(tmp_path))
    assert "wants to run code of its own; set model.trust_remote_code only" in said
    assert not ran.exists()


def test_changed_folder_is_read_again(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    for size, moment in ((64, 1), (128, 2)):  # seconds since 1970
        text = {"model_type": "llama", "hidden_size": size, "num_attention_heads": 4}
        config.write_text(json.dumps(text))
        os.utime(config, (moment, moment))
        assert read_config(str(tmp_path)).hidden_size == size


def test_model_without_chat_template(tmp_path: Path) -> None:
    tokenizer = read_tokenizer("starter")
    try:
        template, tokenizer.chat_template = tokenizer.chat_template, None
        tokenizer.save_pretrained(tmp_path)
    finally:
        tokenizer.chat_template = template
    assert has_template("starter") and not has_template(str(tmp_path))
    recipe = Recipe(model=Model(name=str(tmp_path)))
    assert recipe_tokenizer(recipe).chat_template == BASE
    assert not has_template(str(tmp_path))  # the one that is kept is as it was
    chosen = Recipe(model=Model(name=str(tmp_path)), data=Data(template="chatml"))
    assert recipe_tokenizer(chosen).chat_template == TEMPLATES["chatml"]
    # A mark that this vocabulary does not know is none: its end token stands in.
    other = Recipe(model=Model(name=str(tmp_path)), data=Data(template="phi"))
    known = TEMPLATES["phi"].replace("<|end|>", "<|im_end|>")
    assert recipe_tokenizer(other).chat_template == known


def test_unreachable_hub_is_told_quickly(tmp_path: Path, monkeypatch, helper) -> None:
    # Nothing listens on port 9; the helper reads this when it starts.
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "empty"))
    helper.stop()
    helper.ask(read_config, "starter")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"instruction": "a", "output": "b"}\n')
    recipe = Recipe(model=Model(name="some/model"), data=Data(train_files=(str(rows),)))
    for question in (count, preview):
        with pytest.raises(PlannerError) as caught:
            helper.ask(question, recipe, timeout=15)
        assert caught.value.text.en == (
            "The hub cannot be reached and some/model is not on this machine; "
            "check the network, set HF_ENDPOINT to a mirror, or choose the starter or "
            "a local folder."
        )
        assert "无法连接模型库" in caught.value.text.zh
    # What can be no name is told as such, even now.
    with pytest.raises(PlannerError, match="neither a folder on this machine nor"):
        helper.ask(read_config, "a b c")


@pytest.mark.parametrize("kind", [OSError, ImportError])
def test_what_a_library_says_of_a_model_that_is_there(kind: type[Exception]) -> None:
    told = explain_failure(Source("some/model"), kind("It has no tokenizer.\nSorry."))
    assert told.text.en == (
        "some/model is not a model that Transformers can read (It has no tokenizer)."
    )


def test_a_hub_that_is_switched_off_is_told_as_such(monkeypatch, helper) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    helper.stop()
    for _ in range(2):
        with pytest.raises(PlannerError) as caught:
            helper.ask(read_config, "some/model")
        said = caught.value.text
        assert said.en.startswith("HF_HUB_OFFLINE is set and some/model is not on this")
        assert said.en.endswith("or choose the starter or a local folder.")
        assert "已设置 HF_HUB_OFFLINE" in said.zh
