"""The Chinese README says what the English one says: headings, commands, figures."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"\d+(?:\.\d+)*")
# Behind two spaces a line of code is told in the language of the page.
TOLD = re.compile(r"(?<=\S) {2,}.*")

OTHER = ("README.md", "README.zh.md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def sections(name: str) -> list[str]:
    """What stands above the first heading, and below each; the title has none."""
    return re.split(r"^#+ .*$", read(name), flags=re.MULTILINE)[1:]


def commands(section: str) -> list[list[str]]:
    """The lines of each block of code, without what is said about them."""
    return [
        [TOLD.sub("", line) for line in block.splitlines()]
        for block in FENCED.findall(section)
    ]


def figures(section: str) -> list[str]:
    """The numbers of its prose, in order of size: a language has its own order."""
    prose = LINK.sub("", CODE.sub("", FENCED.sub("", section)))
    return sorted(NUMBER.findall(prose))


def named(section: str) -> list[str]:
    """What stands as code or as an address in its prose; a language has its files."""
    prose = FENCED.sub("", section)
    found = [*CODE.findall(prose), *LINK.findall(prose)]
    return sorted(name.replace(".zh.", ".") for name in found if name not in OTHER)


def test_each_leads_to_the_other_at_its_top() -> None:
    assert "[中文](README.zh.md)" in sections("README.md")[0]
    assert "[English](README.md)" in sections("README.zh.md")[0]


def test_the_headings_are_the_same() -> None:
    english, chinese = (
        re.findall(r"^(#+) ", FENCED.sub("", read(name)), re.MULTILINE)
        for name in ("README.md", "README.zh.md")
    )
    assert english == chinese


PAIRS = list(zip(sections("README.md"), sections("README.zh.md"), strict=True))


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_commands_figures_and_names_are_the_same(english: str, chinese: str) -> None:
    assert commands(english) == commands(chinese)
    assert figures(english) == figures(chinese)
    assert named(english) == named(chinese)


@pytest.mark.parametrize("section", [chinese for _, chinese in PAIRS])
def test_what_is_said_about_commands_is_chinese(section: str) -> None:
    told = [
        found[0]
        for block in FENCED.findall(section)
        for line in block.splitlines()
        if (found := TOLD.search(line)) and not line.startswith(("+", " #"))
    ]
    assert [text for text in told if not re.search("[\u4e00-\u9fff]", text)] == []
