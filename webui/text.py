"""A text for the user, in both languages of the page."""

from typing import NamedTuple


class Text(NamedTuple):
    """A text for the user, in English and Chinese."""

    en: str
    zh: str
