"""What the pane says of a field: in which lines it stands, or why in none."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from webui.notebook.cells import KINDS, number_of
from webui.page.code.decided import Added, Decided
from webui.page.code.marks import shortened
from webui.recipe.paths import FIELDS
from webui.text import Text

LINE = Text("“{}” decides line {}", "“{}”决定第 {} 行")
LINES = Text("“{}” decides lines {}", "“{}”决定第 {} 行")
ALSO = Text("; also in {}", "；还涉及 {}")
OTHER_CELL = Text(
    "“{}” changes nothing here; it stands in the code of {}.",
    "“{}”不影响这里的代码；它出现在{}的代码中。",
)
ADDS = Text(
    "“{}” is not in the code with this value. Another one would add, after line {}: ",
    "当前取值下，“{}”不出现在代码中。换一个值会在第 {} 行之后加入：",
)
MORE_LINES = Text(" … and {} more lines", " ……以及另外 {} 行")
ABOUT_THE_WORK = Text(
    "“{}” changes no code: it is about how the work is done.",
    "“{}”不改变代码：它只影响任务如何进行。",
)
ABOUT_THE_ROWS = Text(
    "“{}” is not in the code: it decides which rows lie in the files that the code "
    "reads, or how they are written there.",
    "“{}”不出现在代码中：它决定代码读取的文件里有哪些数据、如何书写。",
)
BY_HAND = Text(
    "“{}” does not change this code: it is edited by hand.",
    "“{}”不改变这段代码：它已手动修改。",
)
NOTHING_NOW = Text(
    "“{}” changes no code as the other settings are.",
    "在其他设置的当前取值下，“{}”不改变代码。",
)
ROWS = ("data.", "split.", "evaluation.rows")
COMMA = Text(", ", "、")
END = Text(".", "。")


def said(
    decided: Decided,
    lines: Sequence[int],
    added: Sequence[Added],
    *,
    by_hand: bool = False,
) -> Text:
    """One sentence about a field, as it is set now."""
    title, elsewhere = decided.control.title, decided.elsewhere
    if lines:
        word = LINE if len(lines) == 1 else LINES
        more = filled(ALSO, listed(elsewhere)) if elsewhere else Text("", "")
        return together(filled(word, title, shortly(lines)), more, END)
    if added:
        shown, left = shortened(added[0].lines)
        behind = added[0].behind
        code = " ".join(shown)
        more = filled(MORE_LINES, left) if left else Text("", "")
        return together(filled(ADDS, title, behind), Text(code, code), more)
    if by_hand:
        return filled(BY_HAND, title)
    if elsewhere:
        return filled(OTHER_CELL, title, listed(elsewhere))
    path = decided.control.path
    if not FIELDS[path].declaration.in_code:
        return filled(ABOUT_THE_WORK, title)
    return filled(ABOUT_THE_ROWS if path.startswith(ROWS) else NOTHING_NOW, title)


def listed(names: Iterable[str]) -> Text:
    """Cells as the page calls them: "[1] Model, [3] Parameters"."""
    shown = dict.fromkeys(KINDS[name].shown_with or name for name in names)
    called = [
        Text(*(f"[{number_of(name)}] {title}" for title in (kind.en, kind.zh)))
        for name in shown
        for kind in (KINDS[name].title,)
    ]
    return Text(
        COMMA.en.join(each.en for each in called),
        COMMA.zh.join(each.zh for each in called),
    )


def shortly(lines: Iterable[int]) -> str:
    """Numbers in a few words: "3, 7–9"."""
    parts = []
    for _, group in groupby(
        enumerate(sorted({*lines})), lambda pair: pair[1] - pair[0]
    ):
        run = [number for _, number in group]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}")
    return ", ".join(parts)


def filled(text: Text, *values: object) -> Text:
    """A text with values put in; a text among them in its own language."""
    english = [v.en if isinstance(v, Text) else v for v in values]
    chinese = [v.zh if isinstance(v, Text) else v for v in values]
    return Text(text.en.format(*english), text.zh.format(*chinese))


def together(*texts: Text) -> Text:
    """Texts one after the other."""
    return Text("".join(t.en for t in texts), "".join(t.zh for t in texts))
