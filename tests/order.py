"""In which order files of tests go to the workers: the slow ones first.

The last file to be taken decides how long one worker waits for the other.
"""

import random
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Files whose tests take minutes together, on two cores; the longest first.
SLOWEST = (
    "page/test_browser.py",
    "page/test_colab.py",
    "page/test_model_tab.py",
    "recipes/test_seed_recipes.py",
    "page/test_data_tab.py",
    "chat/test_families.py",
    "notebook/test_every_architecture.py",
    "notebook/test_every_method.py",
    "notebook/test_render.py",
    "kernel/test_resume.py",
    "demo/test_shown.py",
    "commands/test_run.py",
    "page/test_runs_tab.py",
    "kernel/test_two_kernels.py",
    "notebook/test_data_cell.py",
    "page/test_parameters_tab.py",
    "rows/prepare/test_prepare.py",
    "page/test_curves.py",
    "models/test_about.py",
    "page/test_never_hangs.py",
    "page/test_train_tab.py",
    "kernel/test_drive.py",
)
SLOW = ("train", "browser")


def put_slow_files_first(items: list[pytest.Item]) -> None:
    """Sort tests by their file, and leave the order within each."""
    waiting = {item.path for item in items if is_slow(item)}
    items.sort(key=lambda item: (rank(item.path), item.path not in waiting))


def rank(file: Path) -> int:
    """Where a file stands among the slowest; the others share the last place."""
    name = file.relative_to(TESTS).as_posix()
    return SLOWEST.index(name) if name in SLOWEST else len(SLOWEST)


def is_slow(item: pytest.Item) -> bool:
    """Whether a test trains, or drives a browser."""
    return any(item.get_closest_marker(mark) for mark in SLOW)


def shuffle(items: list[pytest.Item], seed: str) -> None:
    """Mix the files, and the tests within each: no test may need another before it."""
    chance = random.Random(seed)
    files = [*dict.fromkeys(item.path for item in items)]
    chance.shuffle(files)
    items.sort(key=lambda item: (files.index(item.path), chance.random()))
