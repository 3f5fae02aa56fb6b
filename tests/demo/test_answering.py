"""A kernel that a question has spoiled is not asked again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from webui.demo.answering import DONE, FAILED, answer
from webui.demo.limits import Limits, Question
from webui.kernel import process
from webui.kernel.kernel import Kernel
from webui.kernel.status import status
from webui.notebook.render import Cell

pytestmark = pytest.mark.slow


class Given:
    """Cells that do what a question says, in place of two models."""

    def cells(self, question: Question) -> Any:
        base, tuned = "print('base')", question.prompt
        return (Cell("compare", f"{base}\n{tuned}", key=tuned),)


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel that ends with its test."""
    made = Kernel(tmp_path / "kernel", tmp_path / "home")
    yield made
    process.end(made)


def ask(kernel: Kernel, code: str) -> tuple[str, str]:
    """The end of an answer, and how the kernel stands then."""
    given: Any = Given()
    *_, (_, how) = answer(kernel, given, Limits(), Question(code, 1, 0), lambda: False)
    return how, status(kernel).word


@pytest.mark.usefixtures("fresh")  # it loads nothing
def test_only_a_gpu_that_is_lost_costs_a_new_kernel(kernel: Kernel) -> None:
    assert ask(kernel, "print(1)") == (DONE, "idle")
    assert ask(kernel, "raise ValueError('too long')") == (FAILED, "idle")
    memory = "raise MemoryError('CUDA out of memory')"
    assert ask(kernel, memory) == (FAILED, "idle")
    lost = "raise RuntimeError('CUDA error: device-side assert triggered')"
    assert ask(kernel, lost) == (FAILED, "none")
    assert ask(kernel, "print(2)") == (DONE, "idle")
