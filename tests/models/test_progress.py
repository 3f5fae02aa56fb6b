"""How far a download is, by the files in the cache."""

import os
from pathlib import Path

import pytest

from webui.models.progress import measure_download

BEGAN = 1_700_000_000.0


@pytest.fixture
def blobs(tmp_path: Path, monkeypatch) -> Path:
    """The folder of a model's files in an empty cache."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "models--some--model" / "blobs"
    folder.mkdir(parents=True)
    return folder


def write(file: Path, size: int, seconds: float) -> None:
    """A file that last changed some seconds after the beginning."""
    file.write_bytes(b"x" * size)
    os.utime(file, (BEGAN + seconds, BEGAN + seconds))


def test_download_goes_on(blobs: Path) -> None:
    write(blobs / "earlier", 20_000, -60)
    write(blobs / "whole", 30_000, 5)
    write(blobs / "part.incomplete", 10_000, 10)
    now = measure_download("some/model", 100_000, BEGAN, BEGAN + 10)
    assert (now.done, now.arrived, now.seconds) == (60_000, 40_000, 10)
    assert now.share == 0.6
    assert now.seconds_left == 10  # 40,000 more at 4,000 a second


def test_speed_needs_time_and_bytes(blobs: Path) -> None:
    write(blobs / "whole", 30_000, 1)
    assert (
        measure_download("some/model", 100_000, BEGAN, BEGAN + 1).seconds_left is None
    )
    assert (
        measure_download("some/other", 100_000, BEGAN, BEGAN + 10).seconds_left is None
    )


def test_more_than_was_expected(blobs: Path) -> None:
    write(blobs / "whole", 30_000, 1)
    now = measure_download("some/model", 20_000, BEGAN, BEGAN + 10)
    assert now.share == 1.0 and now.seconds_left == 0
    assert measure_download("some/model", 0, BEGAN, BEGAN + 10).share == 0.0


def test_reserved_but_unwritten_space_does_not_count(blobs: Path) -> None:
    with (blobs / "hole.incomplete").open("wb") as file:
        file.truncate(50_000_000)
    assert (
        measure_download("some/model", 50_000_000, BEGAN, BEGAN + 10).done < 1_000_000
    )
