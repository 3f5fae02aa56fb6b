"""What the planner says when it cannot answer: one sentence for the user."""

from collections.abc import Iterator

from webui.recipe.field import Text


class PlannerError(Exception):
    """A question without an answer; ``text`` says why and what to do, bilingually.

    ``path`` names the field at fault, where one is. It travels from the helper process
    to the server, so it holds nothing but text.
    """

    def __init__(self, text: Text, path: str = "") -> None:
        super().__init__(text, path)
        self.text = text
        self.path = path

    def __str__(self) -> str:
        return self.text.en


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
