"""Rows and a small model for all trainings."""

from pathlib import Path

import pytest
from small import write_rows_and_model

from webui import settings


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few rows, and with a model that is small but real."""
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    folder = tmp_path_factory.mktemp("small")
    write_rows_and_model(folder)
    return folder
