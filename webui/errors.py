"""An error whose text is for the user: one sentence, in English and Chinese."""

from webui.recipe.field import Text


class UserError(Exception):
    """What was asked cannot be done; ``text`` says why and what to do."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.text = Text(english, chinese)
