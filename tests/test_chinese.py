"""Every Chinese text of the project has Chinese punctuation and one word for "you"."""

import json
from pathlib import Path

import pytest
from chinese import amiss, texts_of

ROOT = Path(__file__).parents[1]
# Letters by how often they are used, and data sets that are not our voice.
NOT_SENTENCES = {"webui/rows/reading/letters.py"}
MODULES = [
    path
    for folder in ("webui", "docs", "colab", "recipes")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if str(path.relative_to(ROOT)) not in NOT_SENTENCES
]
PROSE = [
    path
    # What lies in docs/ is made of the texts of the code, in both languages at once.
    for pattern in ("*.md", "spaces/*.md", "colab/*.ipynb", "webui/**/*")
    for path in sorted(ROOT.glob(pattern))
    if path.suffix in (".md", ".ipynb", ".jinja", ".js", ".css", ".html")
]


def test_half_width_marks_beside_chinese_are_found() -> None:
    wrong = ["好,的", "好; 的", "问题?", "文件(一)", "LoRA (低秩)", "注意:慢", "请您看"]
    assert all(
        amiss(text) for text in [*wrong, '他说"好"', "完成.", "好 。", "好， 好"]
    )


def test_code_english_and_numbers_in_chinese_are_not() -> None:
    right = [
        "运行 `f(a, b)`，再看。",
        "alpha / sqrt(rank) 缩放",
        "3.10 到 3.13",
        "f(x): y",
    ]
    assert not any(map(amiss, [*right, "见[文档](docs/a.md)。", "“好”，他说。"]))


def test_values_within_a_text_are_marked(tmp_path: Path) -> None:
    module = tmp_path / "said.py"
    module.write_text('x = 1\ny = f"想写 {x}?"\nz = f"{x}：{x}，好。"\n', "utf-8")
    assert [line for line, text in texts_of(module) if amiss(text)] == [2]


def test_texts_of_the_code() -> None:
    assert len(MODULES) > 200
    wrong = {
        f"{path.relative_to(ROOT)}:{line}": found
        for path in MODULES
        for line, text in texts_of(path)
        if (found := amiss(text))
    }
    assert not wrong


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_texts_beside_the_code(path: Path) -> None:
    assert not amiss(prose_of(path))


def prose_of(path: Path) -> str:
    """A file's text; of a notebook what is no code, which is made of texts of ours."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    told = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    return "\n".join(map("".join, told))
