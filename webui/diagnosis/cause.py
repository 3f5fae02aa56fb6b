"""How a cause is declared: by which words it is known, and what is said of it."""

from dataclasses import dataclass

from webui.text import Text


@dataclass(frozen=True)
class Diagnosis:
    """What happened and why, and what the user can do now. ``kind`` names the cause."""

    what: Text
    next_step: Text
    kind: str


@dataclass(frozen=True)
class Cause:
    """How an error is recognized in "cell error: message", and what is said of it.

    First what happened, then the next step, each in English and Chinese. ``{found}`` in
    a text is the first group of the pattern, and ``{cell}`` the cell.
    """

    kind: str
    pattern: str
    english: str
    chinese: str
    next_english: str
    next_chinese: str

    @property
    def what(self) -> Text:
        """What happened."""
        return Text(self.english, self.chinese)

    @property
    def next_step(self) -> Text:
        """What to do now."""
        return Text(self.next_english, self.next_chinese)


SMALLER = Text(
    "Halve the batch size (and double gradient accumulation), shorten the longest "
    "sequence, switch on gradient checkpointing, or load the base in 4-bit.",
    "将批大小减半（梯度累积加倍）、缩短最大序列长度、打开梯度检查点或改用 4 位基座。",
)
RESUME = Text(
    "Resume, under Runs, goes on from the last whole checkpoint; without one it begins "
    "again.",
    "“运行记录”中的“继续训练”会从最近的完整检查点接着训练；没有检查点则从头开始。",
)
