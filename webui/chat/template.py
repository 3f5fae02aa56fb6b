"""A chat template as one function: messages in, text out, refusals as reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
Messages = Sequence[Message]
Tools = Sequence[dict[str, Any]] | None
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Template:
    """The chat template of a tokenizer, and the words that end an answer."""

    tokenizer: Any
    ends: frozenset[str] = field(default_factory=frozenset)

    @property
    def end_token(self) -> str:
        """The tokenizer's own end token."""
        return str(self.tokenizer.eos_token or "")

    @property
    def source(self) -> str:
        """What the template is written as; of several variants, all of them."""
        text = getattr(self.tokenizer, "chat_template", None)
        return "\n".join(text.values()) if isinstance(text, dict) else str(text or "")

    def stops_after(self, text: str) -> bool:
        """Whether the model stops where a text ends, but for blanks."""
        stops = {*self.ends, self.end_token} - {""}
        return text.rstrip().endswith(tuple(stops))

    def is_ended(self, text: str) -> bool:
        """Whether a text ends with a mark of the tokenizer's, but for blanks."""
        marks = {*self.ends, *map(str, self.tokenizer.all_special_tokens)}
        return text.rstrip().endswith(tuple(marks - {""}))

    def write(
        self, messages: Messages, tools: Tools, options: Options, *, ask: bool = False
    ) -> str:
        """The text of some messages; ``ask`` adds what asks for an answer.

        Raises:
            ValueError: with the template's reason, where it refuses them.
        """
        try:
            text = self.tokenizer.apply_chat_template(
                list(messages),
                tools=tools,
                tokenize=False,
                add_generation_prompt=ask,
                **options,
            )
        except Exception as error:  # a template may raise anything
            raise ValueError(refusal(messages, error)) from error
        return str(text)

    def try_to_write(
        self, messages: Messages, tools: Tools, options: Options, *, ask: bool = False
    ) -> str | None:
        """The same; None where the template refuses."""
        try:
            return self.write(messages, tools, options, ask=ask)
        except ValueError:
            return None


def refusal(messages: Messages, error: Exception) -> str:
    """Why a template refuses messages, as the reason for leaving a row out."""
    told = " ".join(str(error).split()) or type(error).__name__
    if any(message.get("tool_calls") for message in messages):
        return f"the chat template refuses calls of tools ({told})"
    return f"the chat template refuses it ({told})"
