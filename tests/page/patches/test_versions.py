"""What is pinned and allowed is what the tests have seen; anything else is told."""

import logging
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from webui.page.patches.versions import SEEN, tell_unseen, unseen

ROOT = Path(__file__).parents[3]


def test_only_seen_versions_of_gradio_are_allowed() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [line] = re.findall(r'"(gradio[=<>][^"]*)"', declared)
    allowed = Requirement(line).specifier
    assert {part.operator for part in allowed} == {"=="}
    assert {part.version for part in allowed} == {*SEEN["gradio"]}


@pytest.mark.parametrize("name", SEEN)
def test_what_is_pinned_was_seen(name: str) -> None:
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert {*re.findall(rf"^{name}==([\w.]+)", pinned, re.M)} == {*SEEN[name]}


def test_what_the_tests_see_now_is_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tell_unseen()
    assert unseen() == [] and not caplog.records


def test_another_version_is_told_once_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    installed = tmp_path / "gradio-7.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Name: gradio\nVersion: 7.0\n")
    monkeypatch.syspath_prepend(tmp_path)  # it is found before the real one
    with caplog.at_level(logging.WARNING, "tunebook"):
        tell_unseen()
    [record] = caplog.records
    assert "gradio 7.0;" in record.getMessage()
