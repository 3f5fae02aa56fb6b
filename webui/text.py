"""A text for the user, in both languages of the page."""

from typing import NamedTuple


class Text(NamedTuple):
    """A text for the user, in English and Chinese."""

    en: str
    zh: str


def filled(text: Text, *parts: Text) -> Text:
    """A text with others put in, each in its language."""
    return Text(
        text.en.format(*(part.en for part in parts)),
        text.zh.format(*(part.zh for part in parts)),
    )


def same_in_both(text: str) -> Text:
    """What is said alike in both languages, as a name."""
    return Text(text, text)
