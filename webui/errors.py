"""Errors whose text is for the user: one family, each a sentence in both languages."""

from collections.abc import Iterator
from typing import TypeVar

from webui.text import Text

Error = TypeVar("Error", bound="UserError")


class UserError(Exception):
    """What was asked cannot be done; ``text`` says why and what to do.

    ``path`` names the field at fault, where one is. It travels between processes, so
    it holds nothing but text.
    """

    def __init__(self, text: Text, path: str = "") -> None:
        super().__init__(text, path)
        self.text = text
        self.path = path

    @classmethod
    def of(cls: type[Error], english: str, chinese: str, path: str = "") -> Error:
        """The error with a sentence in both languages."""
        return cls(Text(english, chinese), path)

    @property
    def line(self) -> Text:
        """The text on one line; that of several problems has a line for each."""
        return Text(self.text.en.replace("\n", " "), self.text.zh.replace("\n", ""))

    def __str__(self) -> str:
        return self.text.en


class PlannerError(UserError):
    """A question about rows, a model or a recipe that has no answer."""


def reason(error: BaseException) -> str:
    """What a library said, in its first line."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".: ")


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
