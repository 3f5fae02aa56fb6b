"""What of a text is Chinese that no Chinese reader would write so."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HAN = "[\u4e00-\u9fff]"
CHINESE = re.compile(HAN)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
ADDRESS = re.compile(r"\]\([^)\s]*\)|<[^>\n]*>|https?://\S+")
# What stands where a value will: the end of a sentence may follow it.
VALUE = "\ufffc"
AMISS = re.compile(
    rf"(?:{HAN}|[）」》”{VALUE}]) ?[,;!?]"  # half-width after a word
    rf"|[,;!?] ?{HAN}"
    rf"|(?:{HAN}|[）」》”]) ?:|: ?{HAN}"
    rf"|{HAN} ?\(|\([^()\n]*{HAN}"
    rf"|{HAN}\.(?!\w)|{HAN}[\"']{HAN}"
    rf"|{HAN} [，。；：！？（）、]|[，。；：！？（）、] {HAN}"
    "|您"
)


def amiss(text: str) -> list[str]:
    """Half-width marks beside Chinese, spaces beside full-width ones, another 'you'.

    Code and addresses are not looked at.
    """
    plain = ADDRESS.sub("]", CODE.sub("`", text))
    return [
        line[max(0, found.start() - 12) : found.end() + 12]
        for line in plain.splitlines()
        if CHINESE.search(line)
        for found in AMISS.finditer(line)
    ]


def texts_of(module: Path) -> Iterator[tuple[int, str]]:
    """Each text of a Python file with its line; what an f-string fills in is a mark."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    parts = {id(part) for node in joined(tree) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(map(written, node.values))
        elif isinstance(node, ast.Constant) and id(node) not in parts:
            if isinstance(node.value, str):
                yield node.lineno, node.value


def joined(tree: ast.AST) -> Iterator[ast.JoinedStr]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))


def written(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else VALUE
