"""What arrives through the page is kept, and told apart by what it holds."""

import gzip
import json
from pathlib import Path

import pytest

from webui.errors import PlannerError
from webui.page.draft import Draft
from webui.page.uploads import keep_upload, suffix_for, use_files, use_text
from webui.recipe import Recipe
from webui.recipe.store import with_values


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ('{"prompt": "a"}\n{"prompt": "b"}', ".json"),
        ('  [{"prompt": "a"}]', ".json"),
        ("question,answer\nWhy,So", ".csv"),
        ("question\tanswer\nWhy, oh why\tSo", ".csv"),
        ('q;a\n"one;\ntwo";three', ".csv"),
        ("question,answer", ".txt"),
        ("Once, upon a time,\nthere was a wolf.", ".txt"),
        ("a line\nanother", ".txt"),
        ("a," + "b" * 200_000 + "\nc,d", ".csv"),
    ],
)
def test_a_pasted_text_is_told_by_what_it_holds(text: str, suffix: str) -> None:
    assert suffix_for(text) == suffix


def test_a_kept_file_has_a_name_of_its_content(
    tunebook_home: Path, tmp_path: Path
) -> None:
    first, other = tmp_path / "rows.JSONL", tmp_path / "b" / "rows.JSONL"
    other.parent.mkdir()
    first.write_text("{}\n")
    other.write_text('{"a": 1}\n')
    kept = keep_upload(first)
    assert kept == keep_upload(first) and kept != keep_upload(other)
    assert kept.parent == tunebook_home / "data" and kept.suffix == ".jsonl"
    first.unlink()
    assert kept.read_text() == "{}\n"


def test_long_names_and_double_endings(tunebook_home: Path, tmp_path: Path) -> None:
    packed = tmp_path / "my.rows.jsonl.gz"
    packed.write_bytes(gzip.compress(b"{}\n"))
    assert keep_upload(packed).name.endswith(".jsonl.gz")
    # The longest name that a disk takes: more would not fit with the hash in it.
    long = tmp_path / ("\N{WOLF FACE}" * 60 + ".jsonl")
    long.write_text("{}\n")
    assert keep_upload(long).read_text() == "{}\n"


def test_files_that_cannot_be_read_change_nothing(
    tunebook_home: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n")
    draft = Draft(Recipe())
    with pytest.raises(PlannerError):
        use_files(draft, [picture])
    assert draft.recipe == Recipe()
    assert not (tunebook_home / "data").exists()


def test_the_same_file_twice_is_used_once(tunebook_home: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.jsonl", tmp_path / "b" / "a.jsonl"]
    files[1].parent.mkdir()
    for file in files:
        file.write_text(json.dumps({"prompt": "a", "completion": "b"}))
    draft = Draft(Recipe())
    use_files(draft, files)
    assert len(draft.recipe.data.train_files) == 1


def test_pasted_rows_replace_files_and_their_split(tunebook_home: Path) -> None:
    split = {"split.by": "file", "split.files": ["held.jsonl"]}
    draft = Draft(with_values(Recipe(), split))
    use_text(draft, "text,label\nfine,good\npoor,bad\nnice,good")
    (kept,) = draft.recipe.data.train_files
    assert Path(kept).name.startswith("pasted-") and kept.endswith(".csv")
    assert draft.recipe.data.format == "classification"
    assert draft.recipe.split.by == "fraction" and not draft.recipe.split.files


def test_a_refused_paste_leaves_no_file(tunebook_home: Path) -> None:
    with pytest.raises(PlannerError):
        use_text(Draft(Recipe()), '{"prompt": ')
    assert not (tunebook_home / "data").exists()
