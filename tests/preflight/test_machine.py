"""This machine as a card: its own name, and the memory that there is."""

from pathlib import Path

import psutil
import pytest

from webui.doctor import Device, ask_device
from webui.preflight.machine import limits, main_memory, this_card


@pytest.mark.train
def test_the_card_is_the_device_that_doctor_sees() -> None:
    device, card = ask_device(), this_card()
    assert isinstance(device, Device), device
    assert (card.name, card.title.en, card.title.zh) == ("here", *[device.name] * 2)
    assert (card.kind, card.has_bf16) == (device.kind, device.bf16)
    assert card.memory == (device.memory or main_memory())


def test_main_memory_is_what_a_container_allows(tmp_path: Path) -> None:
    assert 0 < main_memory() <= psutil.virtual_memory().total
    files = [tmp_path / name for name in ("gone", "none", "some")]
    files[1].write_text("max\n")
    files[2].write_text("4294967296\n")
    assert list(limits(tuple(files))) == [2**32]
