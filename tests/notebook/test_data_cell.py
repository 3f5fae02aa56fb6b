"""The data cell runs alone, and trains on exactly what the preview shows."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rows.reading.hub_server import COMMIT, Hub, serve

from webui.notebook.render import render_cells
from webui.notebook.rows import Rows
from webui.recipe import Recipe
from webui.recipe.store import with_values
from webui.rows.detection.found import found, offered
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import place_rows
from webui.rows.preview import check_rows
from webui.settings import starter_folder

pytestmark = [pytest.mark.train, pytest.mark.usefixtures("starter_home")]

EXAMPLES = sorted((Path(__file__).parents[1] / "data" / "formats").iterdir())
QWEN = {"data.template": "qwen"}  # a template that knows tools


def recipe_for(files: list[Path], **more: Any) -> Recipe:
    """A recipe for files in the format that is detected."""
    named = with_values(Recipe(), {"data.train_files": [str(file) for file in files]})
    return with_values(named, {**offered(found(named)), **more})


def run_cell(recipe: Recipe, folder: Path) -> tuple[Rows, dict[str, Any]]:
    """The names that the recipe's data cell leaves, run with nothing of ours beside
    the rows that a run is given."""
    from transformers import AutoTokenizer

    rows = prepare(recipe)
    folder.mkdir(exist_ok=True)
    place_rows(rows, folder)
    [cell] = render_cells(recipe, ("data",), rows=rows)
    assert "webui" not in cell.code
    names: dict[str, Any] = {
        "tokenizer": AutoTokenizer.from_pretrained(starter_folder())
    }
    before = os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(cell.code, names)
    finally:
        os.chdir(before)
    return rows, names


def trained_tokens(recipe: Recipe, rows: Rows, names: dict[str, Any]) -> list[tuple]:
    """Ids and labels as TRL's trainer makes them of what the cell leaves."""
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    size = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
    tokenizer = names["tokenizer"]
    if recipe.data.template != "model":
        from webui.notebook.chat_templates import chat_template

        tokenizer.chat_template = chat_template(recipe)
    shape = LlamaConfig(vocab_size=len(tokenizer), num_hidden_layers=1, **size)
    trainer = SFTTrainer(
        model=LlamaForCausalLM(shape),
        processing_class=tokenizer,
        train_dataset=names["train_data"],
        args=SFTConfig(
            output_dir="never",
            max_length=recipe.model.max_seq_length,
            assistant_only_loss=rows.form == "messages",
            report_to="none",
            use_cpu=True,
            bf16=False,
        ),
    )
    data = trainer.train_dataset
    return [(row["input_ids"], row["labels"]) for row in data]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_cell_trains_on_what_the_preview_shows(file: Path, tmp_path: Path) -> None:
    other = shutil.copy(file, tmp_path / f"other{file.suffix}")
    more = {"split.by": "file", "split.files": [str(other)], **QWEN}
    recipe = recipe_for([file], **more)
    assert recipe.data.format == file.stem
    rows, names = run_cell(recipe, tmp_path / "run")
    shown = check_rows(recipe, "train")
    expected = [(e.ids, e.labels) for parts in shown.encoded for e in parts]
    assert trained_tokens(recipe, rows, names) == expected and expected
    assert len(names["heldout_data"]) == len(shown.kept)


def test_several_kinds_of_files_and_bad_rows(tmp_path: Path) -> None:
    import gzip
    import zipfile

    first = tmp_path / "a.jsonl"
    first.write_text('{"question": "a", "answer": "b"}\n{"question": "a"}\nno\n')
    second = tmp_path / "b.csv"
    second.write_bytes("question;answer\n问;答\n".encode("gb18030"))
    third = tmp_path / "c.json.gz"
    third.write_bytes(gzip.compress(b'[{"question": "c", "answer": "d"}]'))
    fourth = tmp_path / "d.zip"
    with zipfile.ZipFile(fourth, "w") as archive:
        archive.writestr("inside.tsv", "question\tanswer\ne\tf\n")
    recipe = recipe_for([first, second, third, fourth], **{"split.fraction": 0.25})
    rows, names = run_cell(recipe, tmp_path / "run")
    assert (rows.plain, rows.left_out, rows.train, rows.heldout) == (False, 2, 3, 1)
    left_out = (tmp_path / "run/rows/left_out.jsonl").read_text().splitlines()
    [lacks, broken] = map(json.loads, left_out)
    assert (lacks["file"], lacks["line"]) == ("a.jsonl", 2)
    assert lacks["reason"] == "lacks answer" and broken["line"] == 3
    both = [*names["train_data"], *names["heldout_data"]]
    asked = [row["prompt"][-1]["content"] for row in both]
    assert sorted(asked) == sorted(["a", "问", "c", "e"])


def test_rows_to_pack_are_tokens_and_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"question": "a", "answer": "b"}\n' * 20)
    recipe = recipe_for([file], **{"data.packing": True})
    rows, names = run_cell(recipe, tmp_path / "run")
    tokens = names["train_data"]  # the train cell packs them
    assert rows.form == "tokens" and len(tokens) == 18
    loose, names = run_cell(recipe_for([file]), tmp_path / "loose")
    made = trained_tokens(recipe_for([file]), loose, names)
    assert sum(map(len, tokens["labels"])) == sum(len(ids) for ids, _ in made)


def test_long_texts_go_on_in_further_sequences(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(("word " * 100 + "\n\n") * 20)
    recipe = recipe_for([file], **{"model.max_seq_length": 32})
    rows, names = run_cell(recipe, tmp_path / "run")
    lengths = [len(ids) for ids in names["train_data"]["input_ids"]]
    assert rows.form == "pieces"
    assert max(lengths) == 32 and len(lengths) > 18 * 3
    assert sum(lengths) > 18 * 100


def test_a_plain_source_is_loaded_as_a_tutorial_would(tmp_path: Path) -> None:
    file = tmp_path / "faq.jsonl"
    lines = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(20)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    recipe = recipe_for([file])
    rows, names = run_cell(recipe, tmp_path / "run")
    assert rows.plain and set(rows.files) == {"faq.jsonl"}
    [cell] = render_cells(recipe, ("data",), rows=rows)
    assert 'load_dataset("json", data_files="rows/faq.jsonl", split="train")' in (
        cell.code
    )
    assert len(cell.code.splitlines()) <= 20
    assert (len(names["train_data"]), len(names["heldout_data"])) == (18, 2)
    # One odd row, and the rows are written: those held out stay the same.
    file.write_text(file.read_text() + '{"question": "q"}\n')
    mended, again = run_cell(recipe, tmp_path / "again")
    assert not mended.plain and mended.left_out == 1
    assert again["heldout_data"]["prompt"] == names["heldout_data"]["prompt"]
    assert again["train_data"]["prompt"] == names["train_data"]["prompt"]


def test_calls_keep_the_arguments_that_they_have(tmp_path: Path) -> None:
    """Arrow alone would give each call what the others have."""
    cases = Path(__file__).parents[1] / "data" / "cases"
    for name in ("08_argument_types", "11_two_schemas"):
        file = cases / f"{name}.jsonl"
        recipe = recipe_for([file], **QWEN, **{"split.by": "count", "split.count": 1})
        rows, names = run_cell(recipe, tmp_path / name)
        assert rows.uneven and rows.tools
        given = {
            json.dumps(call["function"]["arguments"])
            for row in names["train_data"]
            for message in row["messages"]
            for call in message.get("tool_calls", ())
        }
        sources = [json.loads(line) for line in file.read_text().splitlines()]
        asked = {
            json.dumps(call["function"]["arguments"])
            for row in sources
            for message in row["messages"]
            for call in message.get("tool_calls", ())
        }
        assert given < asked and len(given) == len(asked) - 1
        expected = check_rows(recipe, "train").encoded
        made = trained_tokens(recipe, rows, names)
        assert all((e.ids, e.labels) in made for [e] in expected) is False
        assert sum((e.ids, e.labels) in made for [e] in expected) == len(made)


# In the manner of families whose option for no thought is to say nothing.
SWITCHED = """{%- for m in messages -%}
<|im_start|>{{ m.role }}
{% if m.role == "assistant" and m.reasoning_content -%}
<think>{{ m.reasoning_content }}</think>{% endif -%}
{{ m.content }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% if thinking %}{% endif %}{%- endif -%}"""


@pytest.mark.parametrize("template", ["switched", "qwen3"])
def test_thoughts_in_some_rows_only(tmp_path: Path, template: str) -> None:
    import trl

    folder = Path(str(trl.__file__)).parent / "chat_templates"
    text = (
        SWITCHED
        if template == "switched"
        else (folder / f"{template}.jinja").read_text(encoding="utf-8")
    )
    file = tmp_path / "a.jsonl"
    talks = [
        {"role": "assistant", "content": f"a{n}"}
        | ({"reasoning_content": f"why {n}"} if n % 2 else {})
        for n in range(8)
    ]
    asked = {"role": "user", "content": "q"}
    lines = [json.dumps({"messages": [asked, talk]}) for talk in talks]
    file.write_text("\n".join(lines))
    custom = {"data.template": "custom", "data.custom_template": text}
    recipe = recipe_for([file], **custom, **{"split.by": "count", "split.count": 2})
    rows, names = run_cell(recipe, tmp_path / "run")
    made = trained_tokens(recipe, rows, names)
    expected = [(e.ids, e.labels) for [e] in check_rows(recipe, "train").encoded]
    assert len(made) == 6 and all(row in expected for row in made)
    assert {"prompt", "completion"} <= set(names["heldout_data"].column_names)


def test_a_data_set_of_the_hub(tmp_path: Path) -> None:
    """In a process of its own: the libraries read HF_ENDPOINT at import."""
    rows = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(4)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    parts = {"train.jsonl": lines, "test.jsonl": lines}
    file = tmp_path / "cells.py"
    file.write_text(
        "from webui.notebook.render import render_cells\n"
        "from webui.rows.prepare.prepare import prepare\n"
        "from webui.recipe import Recipe\n"
        "from webui.recipe.store import with_values\n"
        "recipe = with_values(Recipe(), {\n"
        "    'data.source': 'hub', 'data.hub_dataset': 'some/bare',\n"
        "    'data.format': 'question_answer', 'split.by': 'file',\n"
        "})\n"
        "rows = prepare(recipe)\n"
        "[cell] = render_cells(recipe, ('data',), rows=rows)\n"
        "print(rows.plain, cell.code)\n"
        "exec(cell.code)\n"
    )
    with serve(Hub({"some/bare": parts})) as hub:
        places = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "cache")}
        done = subprocess.run(
            [sys.executable, str(file)],
            env=os.environ | places,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert "True from datasets import load_dataset" in done.stdout
    assert f'revision="{COMMIT}"' in done.stdout  # the same rows come again
    assert "4 rows to train on, 4 held out" in done.stdout
