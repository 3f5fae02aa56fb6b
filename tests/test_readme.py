"""What the READMEs name lies there: the tree of folders, pictures, pages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)\s#]+)[^)]*\)")
ENTRY = re.compile(r"( *)((?:[\w.]+/?, )*[\w.]+/?)(?: |$)")
OURS = ("recipes", "colab", "benchmarks", "docs", "spaces", "webui", "tests")


def named_in_readme() -> set[str]:
    """Every path that the README's tree names, from the top of the project."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [tree] = re.findall(r"## Where things are\n+```\n(.*?)```", readme, re.DOTALL)
    above: list[str] = []
    found: set[str] = set()
    for line in tree.splitlines():
        match = ENTRY.match(line)
        assert match, line
        depth = len(match[1]) // 2
        names = match[2].split(", ")
        above[depth:] = [names[-1].rstrip("/")]
        found |= {"/".join([*above[:depth], name.rstrip("/")]) for name in names}
    return found


def folders_and_modules() -> set[str]:
    """What a reader finds at the top, the rooms of webui/, and the rooms in those."""
    webui = ROOT / "webui"
    rooms = {
        folder
        for folder in (*webui.glob("*/"), *webui.glob("*/*/"))
        if any(folder.iterdir()) and "__pycache__" not in folder.parts
    }
    modules = {path for path in webui.glob("*.py") if not path.name.startswith("__")}
    return {str(path.relative_to(ROOT)) for path in rooms | modules} | {*OURS}


def test_every_named_path_is_there() -> None:
    missing = [name for name in named_in_readme() if not (ROOT / name).exists()]
    assert not missing


def test_every_room_is_named() -> None:
    assert sorted(folders_and_modules() - named_in_readme()) == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_every_link_leads_to_a_file_and_every_picture_says_what_it_shows(
    name: str,
) -> None:
    links = LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert [path for _, _, path in links if not (ROOT / path).exists()] == []
    pictures = [(words, path) for mark, words, path in links if mark]
    assert len(pictures) >= 4
    assert [path for words, path in pictures if len(words) < 12] == []


def test_pictures_are_small_enough_for_a_repository() -> None:
    for picture in (ROOT / "docs" / "images").iterdir():
        most = 700_000 if picture.suffix == ".webp" else 200_000
        assert picture.stat().st_size <= most, picture
