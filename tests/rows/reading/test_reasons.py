"""Every reason that a reader or a mapper gives has its Chinese."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from webui import chat
from webui.notebook import carried
from webui.rows import mapping, reading
from webui.rows.reading.reasons import REASONS, chinese, in_both

PACKAGES = (carried, chat, mapping, reading)
SAYING = ("refusal",)  # functions that return a reason
FOLDERS = [Path(package.__file__ or "").parent for package in PACKAGES]
FILES = [file for folder in FOLDERS for file in sorted(folder.rglob("*.py"))]


def reasons() -> Iterator[tuple[str, str]]:
    """Where a ValueError is made, and its reason; parts that vary read "x1"."""
    for path in FILES:
        tree = ast.parse(path.read_text())
        named = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ValueError":
                reason = node.args[0]
                if ast.unparse(reason).endswith(".args[0]"):
                    continue  # a reason that is handed on
                if isinstance(reason, ast.Name):
                    reason = named[reason.id]
                if isinstance(reason, ast.Call):
                    continue  # the function below
                yield f"{path.name}:{node.lineno}", text_of(reason)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in SAYING:
                returned = [
                    n.value for n in ast.walk(node) if isinstance(n, ast.Return)
                ]
                for text in returned:
                    if isinstance(text, ast.Constant | ast.JoinedStr):
                        yield path.name, text_of(text)


def text_of(reason: ast.expr) -> str:
    if isinstance(reason, ast.JoinedStr):
        return "".join(text_of(part) for part in reason.values)
    if isinstance(reason, ast.FormattedValue):
        return "x1"
    assert isinstance(reason, ast.Constant), f"not a text: {ast.unparse(reason)}"
    return str(reason.value)


@pytest.mark.parametrize(("place", "reason"), list(reasons()))
def test_every_reason_has_its_chinese(place: str, reason: str) -> None:
    translated = chinese(reason)
    assert translated, f"{place}: {reason}"
    assert any("\u4e00" <= character for character in translated)
    assert translated.count("x1") == reason.count("x1")
    assert reason[0].islower() or reason.startswith("JSON")
    assert not reason.endswith(".")


def test_every_chinese_belongs_to_a_reason() -> None:
    given = {reason for _, reason in reasons()}
    given |= {reason.partition("; ")[0] for reason in given}
    used = {
        next((pattern for pattern in REASONS if pattern.fullmatch(reason)), None)
        for reason in given
    }
    assert set(REASONS) <= used


@pytest.mark.parametrize(
    ("english", "translation"),
    [
        ("has 3 values for 4 columns", "有 3 个值，但共有 4 列"),
        ("message 3 is a list, not text", "第 3 条消息 应为文本，而不是列表"),
        ("output is of the type bool, not text", "output 应为文本，而不是 bool"),
        (
            "is not JSON (Expecting value); the rest is left out",
            "不是有效的 JSON（此处缺少值）；其余部分已略去",
        ),
        (
            "is not CSV (',' expected after '\"')",
            "不是有效的 CSV（结束的引号之后应为分隔符）",
        ),
        ("is not JSON (Expecting what)", "不是有效的 JSON（Expecting what）"),
        ("lacks {name}", "缺少 {name}"),
        (
            "has no split called train; its splits: a, b and 3 more",
            "没有名为 train 的部分；现有：a, b，另有 3 个",
        ),
    ],
)
def test_parts_are_put_into_the_chinese(english: str, translation: str) -> None:
    assert in_both(english) == (english, translation)


def test_what_is_not_known_is_quoted() -> None:
    assert in_both("went wrong").zh == "无法使用（went wrong）"
    long = in_both("a\ud800\n" + "x" * 10_000)
    assert long.en.startswith("a? xxx") and len(long.en) == 300
    assert long.zh.isprintable()
