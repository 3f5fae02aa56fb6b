"""GGUF files of the hub: configuration and tokenizer come without the weights."""

from pathlib import Path

import pytest

from webui.planner.models.gguf_header import hub_header
from webui.planner.models.source import Source
from webui.planner.pretrained import read

pytestmark = pytest.mark.train

SOURCE = Source("some/gguf", gguf_file="tiny.gguf")


def vocabulary(source: Source) -> int:
    return int(read("AutoConfig", source, 0).vocab_size)


def shrink(bytes_at_first: int) -> str:
    """Fetch the header in steps that are too small at first."""
    from webui.planner.models import gguf_header

    gguf_header.FIRST = bytes_at_first
    return hub_header(SOURCE)


def test_header_is_read_and_the_weights_stay_away(ask, hub) -> None:
    size = len(hub.models["some/gguf"]["tiny.gguf"])
    folder = Path(ask(shrink, 1000))  # not even the names of the tokens
    file = folder / "tiny.gguf"
    assert file.stat().st_size == size
    assert hub.sent < 100_000 < size
    assert file.stat().st_blocks * 512 < size  # the rest is a hole
    assert ask(vocabulary, SOURCE) == 300
    sent = hub.sent
    assert ask(shrink, 1000) == str(folder) and hub.sent == sent  # kept


def test_file_that_is_missing_or_no_gguf(ask, hub) -> None:
    for name, told in (
        ("odd.gguf", "some/gguf has no GGUF file odd.gguf; check its name."),
        ("README.md", "some/gguf is not a model that Transformers can read"),
    ):
        with pytest.raises(Exception, match=told):
            ask(vocabulary, Source("some/gguf", gguf_file=name))
