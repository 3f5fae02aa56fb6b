"""How a format of rows is declared: its roles, and what their columns are called."""

from dataclasses import dataclass
from typing import Literal

from webui.text import Text

# What a column may hold. "flag" is true or false, "transcript" a text with markers like
# Human:, "tags" are words for tokens, "bio" such with B- and I-, "spans" the places of
# entities in a text, "pairs" lists of two texts, "objects" lists of other objects.
Kind = Literal[
    "text",
    "number",
    "flag",
    "transcript",
    "messages",
    "texts",
    "tags",
    "bio",
    "numbers",
    "spans",
    "pairs",
    "objects",
]
TEXT: tuple[Kind, ...] = ("text", "number", "flag")
TURNS: tuple[Kind, ...] = ("text", "messages")


@dataclass(frozen=True)
class Role:
    """One part of a row. ``kinds`` is what its column may hold, the best first;
    ``called`` is what public data sets call it: words in lower case, the best first."""

    name: str
    title: Text
    called: str = ""
    optional: bool = False
    kinds: tuple[Kind, ...] = TEXT

    @property
    def synonyms(self) -> tuple[str, ...]:
        """What public data sets call it."""
        return tuple(self.called.split())


@dataclass(frozen=True)
class Format:
    """What a row holds and what is learned from it.

    ``instruction`` is put before every question where the rows have none of their own.
    """

    name: str
    title: Text
    help: Text
    roles: tuple[Role, ...]
    instruction: Text | None = None

    @property
    def required(self) -> tuple[Role, ...]:
        """The roles that every row must fill."""
        return tuple(role for role in self.roles if not role.optional)


SYSTEM = Role(
    "system",
    Text("system prompt", "系统提示词"),
    "system_prompt system_message 系统 系统提示 系统提示词",
    optional=True,
)

# A weak name is not enough: a column "explanation" may be for the reader.
REASONING = Role(
    "reasoning",
    Text("thought before the answer", "回答前的思考"),
    "reasoning_content thinking thought thoughts think chain_of_thought cot "
    "complex_cot rationale rationales reasoning_trace reasoning_process "
    "thinking_process thinking_trace thinking_trajectory thinking_trajectories "
    "thinking_content deepseek_reasoning deepseek_thinking_trajectory 思考 推理 "
    "思考过程 推理过程 思维链",
    optional=True,
    kinds=("text", "texts"),
)
