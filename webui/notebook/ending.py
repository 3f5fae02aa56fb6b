"""What the model cell says so that a model stops where its template ends an answer."""

from dataclasses import dataclass

from webui.recipe import Recipe

# The marks that our templates end an answer with; the others write the end token.
MARKS = {
    "chatml": "<|im_end|>",
    "qwen": "<|im_end|>",
    "llama3": "<|eot_id|>",
    "gemma": "<end_of_turn>",
    "phi": "<|end|>",
}


@dataclass(frozen=True)
class Ending:
    """What has to be changed of a model's end token; as it stands, nothing.

    Attributes:
        token: the token that becomes the tokenizer's end token; empty if it is already,
            or if there is none to be had.
        special: whether the vocabulary already takes that token for a special one.
        widened: whether the generation settings do not stop at the end token yet.
        others: the ids at which they stop beside it.
        lacking: the mark that the template ends an answer with and the vocabulary does
            not know; the end token stands in for it.
        guessed: whether nobody has looked into the tokenizer yet.
    """

    token: str = ""
    special: bool = True
    widened: bool = False
    others: tuple[int, ...] = ()
    lacking: str = ""
    guessed: bool = False


def expected_ending(recipe: Recipe) -> Ending:
    """What a recipe lets expect of a tokenizer that nobody has looked into."""
    if recipe.data.format == "text" or recipe.data.template not in MARKS:
        return Ending()
    return Ending(MARKS[recipe.data.template], guessed=True)
