"""Which of several files are trained on, in folders and in archives."""

import json
from pathlib import Path

import pytest

from webui.errors import PlannerError
from webui.rows.reading.choosing import choose
from webui.rows.reading.description import describe_file
from webui.rows.reading.readers import READERS
from webui.rows.reading.sources import records


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (["d/test.jsonl", "d/train.jsonl", "d/validation.jsonl"], ["d/train.jsonl"]),
        (["train/a.json", "test/a.json"], ["train/a.json"]),
        (["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"], None),
        (["data.jsonl", "test.jsonl"], ["data.jsonl"]),
        (["train.csv", "test.csv", "sample.csv"], ["train.csv"]),
        (["train.jsonl", "more.jsonl"], None),
        (["test.jsonl"], None),
        (["latest.csv", "contest.csv"], None),
        (["README.md", "manifest.json", "kept_report.json", "a.jsonl"], ["a.jsonl"]),
        (["dataset_info.json", ".hidden.csv", "__MACOSX/x.csv", "a.csv"], ["a.csv"]),
        (["manifest.jsonl", "a.exe"], ["manifest.jsonl"]),
        (["one.txt", "two.txt"], None),
    ],
)
def test_what_is_read(names: list, read: list | None) -> None:
    chosen = choose(names, READERS)
    assert list(chosen.read) == (names if read is None else read)
    assert sorted([*chosen.read, *chosen.left_out]) == sorted(names)


def test_only_splits_to_test_on_are_refused() -> None:
    with pytest.raises(ValueError, match="holds no file to train on: a/dev.csv"):
        choose(["a/dev.csv", "a/test.csv"], READERS)


def test_a_folder_of_files(tmp_path: Path) -> None:
    for name in ("train-00000-of-00002", "train-00001-of-00002", "test"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"text": name}))
    (tmp_path / "README.md").write_text("# Notes")
    found = [(record.file, record.row) for record in records(tmp_path)]
    assert found == [
        (f"train-0000{n}-of-00002.jsonl", {"text": f"train-0000{n}-of-00002"})
        for n in range(2)
    ]
    assert describe_file(tmp_path).line.en == (
        "JSONL, UTF-8, 2 files in a folder; README.md, test.jsonl are left out"
    )


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(PlannerError, match="holds nothing that can be read"):
        list(records(tmp_path))


def test_many_files_that_are_left_out_are_counted_in_both_languages(
    tmp_path: Path,
) -> None:
    for name in ("train", *(f"test_{number}" for number in range(12))):
        (tmp_path / f"{name}.jsonl").write_text('{"text": "a"}\n')
    line = describe_file(tmp_path).line
    assert line.en.endswith("test_7.jsonl and 2 more are left out")
    assert line.zh.endswith("、test_7.jsonl 等 12 个")
