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
from planner.reading.hub_server import Hub, serve

from webui.notebook.render import render_cells
from webui.planner.detection.found import detected, found
from webui.planner.preview import check_rows
from webui.recipe import Recipe
from webui.recipe.store import with_values
from webui.settings import starter_folder

pytestmark = pytest.mark.train

EXAMPLES = sorted((Path(__file__).parents[1] / "data" / "formats").iterdir())


def recipe_for(files: list[Path], **more: Any) -> Recipe:
    """A recipe for files in the format that is detected."""
    if not (starter_folder() / "tokenizer.json").is_file():
        pytest.skip("the starter model is not there: run `tunebook starter`")
    named = with_values(Recipe(), {"data.train_files": [str(file) for file in files]})
    return with_values(named, {**detected(found(named)), **more})


def run_cell(recipe: Recipe) -> dict[str, Any]:
    """The names that the recipe's data cell leaves, run with nothing of ours."""
    from datasets import Dataset, concatenate_datasets
    from transformers import AutoTokenizer

    cells = render_cells(recipe, ("rows", "data"))
    names: dict[str, Any] = {
        "Dataset": Dataset,
        "concatenate_datasets": concatenate_datasets,
        "tokenizer": AutoTokenizer.from_pretrained(starter_folder()),
    }
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        for cell in cells:
            assert "webui" not in cell.code
            exec(cell.code, names)
    return {**names, "printed": printed.getvalue()}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_cell_trains_on_what_the_preview_shows(file: Path, tmp_path: Path) -> None:
    other = shutil.copy(file, tmp_path)
    held_out = {"split.by": "file", "split.files": [other]}
    recipe = recipe_for([file], **held_out)
    assert recipe.data.format == file.stem
    names = run_cell(recipe)
    shown = check_rows(recipe, "train")
    data = names["train_data"]
    assert len(data) == len(shown.encoded) > 0
    assert list(data["input_ids"]) == [row.ids for row in shown.encoded]
    assert list(data["labels"]) == [row.labels for row in shown.encoded]
    assert len(names["heldout_rows"]) == len(shown.kept)


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
    names = run_cell(recipe)
    shown = check_rows(recipe, "train")
    assert [row.mapped["messages"][0]["content"] for row in shown.kept] == [
        *("a", "问", "c", "e")
    ]
    assert len(shown.rejected) == 2
    assert "a.jsonl, line 2: lacks answer" in names["printed"]
    asked = [
        row["messages"][0]["content"]
        for row in names["train_rows"] + names["heldout_rows"]
    ]
    assert sorted(asked) == sorted(["a", "问", "c", "e"])
    assert (len(names["train_rows"]), len(names["heldout_rows"])) == (3, 1)


def test_packing_fills_sequences(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"question": "a", "answer": "b"}\n' * 20)
    packed = run_cell(recipe_for([file], **{"data.packing": True}))["train_data"]
    loose = run_cell(recipe_for([file]))["train_data"]
    assert len(packed) < len(loose) == 18
    assert max(map(len, packed["input_ids"])) <= 512
    assert sum(map(len, packed["labels"])) == sum(map(len, loose["labels"]))


def test_long_texts_go_on_in_further_sequences(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(("word " * 100 + "\n\n") * 20)
    recipe = recipe_for([file], **{"model.max_seq_length": 32})
    names = run_cell(recipe)
    lengths = [len(ids) for ids in names["train_data"]["input_ids"]]
    assert max(lengths) == 32 and len(lengths) > 18 * 3
    assert sum(lengths) > 18 * 100


def test_a_data_set_of_the_hub(tmp_path: Path) -> None:
    """In a process of its own: the libraries read HF_ENDPOINT at import."""
    rows = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(4)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    parts = {"train.jsonl": lines, "test.jsonl": lines}
    recipe = with_values(
        Recipe(),
        {
            "data.source": "hub",
            "data.hub_dataset": "some/bare",
            "data.format": "question_answer",
            "split.by": "file",
        },
    )
    code = "\n\n".join(cell.code for cell in render_cells(recipe, ("rows", "data")))
    file = tmp_path / "cells.py"
    file.write_text(
        "from datasets import Dataset, concatenate_datasets\n"
        "from transformers import AutoTokenizer\n"
        f"tokenizer = AutoTokenizer.from_pretrained({str(starter_folder())!r})\n"
        f"{code}\n"
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
    assert "4 rows to train on, 4 held out" in done.stdout
