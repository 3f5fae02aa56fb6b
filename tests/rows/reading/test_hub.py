"""Data sets of the hub: their rows, and what is said where there are none.

A server on this machine stands for the hub; the helper process reads HF_ENDPOINT when
it starts, as the libraries do.
"""

import io
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from webui.errors import PlannerError
from webui.rows.reading.hub import hub_records

from .hub_server import Hub, serve

pytestmark = pytest.mark.train

CARD = b"""---
configs:
- config_name: other
  data_files:
  - split: train
    path: other/*
- config_name: plain
  default: true
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
dataset_info:
- config_name: plain
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': bad
          '1': good
---
"""
TWO = CARD.replace(b"  default: true\n", b"").split(b"dataset_info")[0] + b"---\n"
MANY = b"---\nconfigs:\n" + b"".join(
    b"- config_name: c%02d\n  data_files: x%02d.jsonl\n" % (i, i) for i in range(30)
)


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet() -> bytes:
    """A file of 64 row groups of 1 MB, so that the first is a small part of it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    table = pa.table({"text": ["x" * 1_000] * 64_000})
    plain = {"compression": "none", "use_dictionary": False}
    pq.write_table(table, file, row_group_size=1_000, **plain)
    return file.getvalue()


LABELLED = lines({"text": "yes", "label": 1}, {"text": "我", "label": 0})
PARTS = {
    "data/train-00000-of-00001.jsonl": LABELLED,
    "data/test-00000-of-00001.jsonl": LABELLED,
    "other/rows.jsonl": lines({"q": "Q"}),
}
ROW = lines({"q": "Q"})


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    files = {
        "some/labelled": {"README.md": CARD, **PARTS},
        "some/two": {"README.md": TWO, **PARTS},
        "some/many": {
            "README.md": MANY + b"---\n",
            **{f"x{number:02}.jsonl": ROW for number in range(30)},
        },
        "some/bare": {"train.jsonl": ROW},
        "some/parquet": {"data/train-00000-of-00001.parquet": parquet()},
        "some/script": {"script.py": b"open('/tmp/ran', 'w')", "train.jsonl": ROW},
        "some/empty": {"notes.bin": b"1"},
        "some/broken": {"train.parquet": b"no Parquet"},
        "some/gated": {"train.jsonl": ROW},
        "some/open-card": {"README.md": b"# Hi", "train.jsonl": ROW},
    }
    gated = frozenset({"some/gated", "some/open-card"})
    with serve(Hub(files, gated=gated)) as running:
        yield running


@pytest.fixture
def ask(hub: Hub, tmp_path: Path, monkeypatch, helper) -> Callable[..., Any]:
    """A helper whose hub is the imitation, and whose caches are empty."""
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    helper.stop()
    return helper.ask


def rows_of(*place: Any) -> list[dict[str, Any]]:
    """The rows of a place; of a fifth value, no more than so many."""
    records = list(itertools.islice(hub_records(*place[:4]), *(place[4:] or [None])))
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    return [record.row for record in records]


def download(*place: Any) -> int:
    """Download a data set as the notebook does."""
    import datasets

    return len(datasets.load_dataset(*place, split="train"))


def refusal(ask: Callable[..., Any], *place: Any) -> str:
    with pytest.raises(PlannerError) as caught:
        ask(rows_of, *place)
    text = caught.value.text
    assert text.zh.endswith("。") and text.en.endswith(".") and len(text.en) < 400
    return text.en


def test_rows_labels_and_parts(ask, hub: Hub) -> None:
    good, bad = {"text": "yes", "label": "good"}, {"text": "我", "label": "bad"}
    assert ask(rows_of, "some/labelled") == [good, bad]
    assert ask(rows_of, "some/labelled", "plain", "test", "main", 1) == [good]
    assert ask(rows_of, "some/labelled", "other") == [{"q": "Q"}]
    assert ask(rows_of, "some/bare", "", "train", "") == [{"q": "Q"}]


def test_first_rows_need_little_of_a_large_file(ask, hub: Hub) -> None:
    size = len(hub.files["some/parquet"]["data/train-00000-of-00001.parquet"])
    before = hub.sent
    assert len(ask(rows_of, "some/parquet", None, "train", None, 5)) == 5
    assert hub.sent - before < size / 4


def test_what_a_data_set_lacks(ask) -> None:
    labelled = "some/labelled has no "
    assert refusal(ask, "some/labelled", "odd") == (
        labelled + "configuration odd; it has plain, other."
    )
    assert refusal(ask, "some/labelled", "plain", "odd") == (
        labelled + "split odd; it has train, test."
    )
    assert refusal(ask, "some/labelled", None, "train[:5]") == (
        labelled + "split train[:5]; it has train, test."
    )
    assert refusal(ask, "some/labelled", None, "") == (
        "Choose a split of some/labelled: train, test."
    )
    assert refusal(ask, "some/labelled", None, "train", "odd") == (
        labelled + "revision odd; leave it empty for the newest."
    )
    assert refusal(ask, "some/two") == (
        "some/two has several configurations; choose one of other, plain."
    )
    assert ask(rows_of, "some/two", "plain", "train", None, 0) == []
    assert refusal(ask, "some/many").endswith("c18, c19 and 10 more.")


def test_what_is_no_readable_data_set(ask) -> None:
    assert "Name a data set of the hub first" in refusal(ask, "")
    assert "is not the name of a data set of the hub" in refusal(ask, "a b c")
    assert "is not the name of a data set of the hub" in refusal(ask, "/etc")
    assert "The hub has no data set some/odd, or it is private" in refusal(
        ask, "some/odd"
    )
    assert "some/script wants to run code of its own" in refusal(ask, "some/script")
    assert "The files of some/empty cannot be read" in refusal(ask, "some/empty")
    assert "The files of some/broken cannot be read" in refusal(ask, "some/broken")


def test_gated_data_set_needs_a_token(ask, monkeypatch, helper) -> None:
    for name in ("some/gated", "some/open-card"):
        assert refusal(ask, name).startswith(f"{name} is gated: accept its licence")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    helper.stop()
    said = refusal(ask, "some/bare")
    assert said.startswith("The hub does not accept the token in HF_TOKEN")
    assert "hf_wrong" not in said
    monkeypatch.setenv("HF_TOKEN", "hf_right")
    helper.stop()
    assert ask(rows_of, "some/gated") == [{"q": "Q"}]


def test_unreachable_hub_is_told_quickly(ask, monkeypatch, helper) -> None:
    assert ask(download, "some/bare") == 1
    # Nothing listens on port 9.
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    helper.stop()
    ask(rows_of, "some/bare")  # the libraries are imported now
    start = time.monotonic()
    assert refusal(ask, "some/labelled") == (
        "The hub cannot be reached and some/labelled is not on this machine; check the "
        "network, set HF_ENDPOINT to a mirror, or choose files."
    )
    assert time.monotonic() - start < 15
    # What the notebook has downloaded can still be shown.
    assert ask(rows_of, "some/bare") == [{"q": "Q"}]


def test_offline_mode_is_named(ask, monkeypatch, helper) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    helper.stop()
    assert refusal(ask, "some/labelled") == (
        "HF_HUB_OFFLINE is set and some/labelled is not on this machine; unset it, or "
        "choose files."
    )


def test_hub_that_answers_with_errors(ask, hub: Hub) -> None:
    hub.busy = True
    try:
        assert "The hub answers with error 503" in refusal(ask, "some/bare")
    finally:
        hub.busy = False
