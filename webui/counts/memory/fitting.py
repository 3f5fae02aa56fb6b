"""The largest batch and the longest rows that fit a card, by bisection.

Each raises PlannerError as ``estimate`` does.
"""

from bisect import bisect
from collections.abc import Callable

from webui.counts.memory.cards import DEFAULT, Card
from webui.counts.memory.estimate import estimate
from webui.counts.memory.measured import NONE, Correction
from webui.counts.parameters.meta import base_of
from webui.recipe import Recipe

# The bounds of the recipe's own fields.
BATCH_AT_MOST = 1024
LENGTH_AT_MOST = 131_072
STEP = 16  # tokens


def fits(recipe: Recipe, card: Card = DEFAULT, correction: Correction = NONE) -> bool:
    """Whether even the upper end of the estimate's band fits, once it is corrected."""
    return correction.applied(estimate(recipe, card)).high <= card.memory


def largest_batch(
    recipe: Recipe, card: Card = DEFAULT, correction: Correction = NONE
) -> int:
    """The largest batch of rows of the recipe's length that fits; 0 when none does.

    With a correction, of rows like those that were measured.
    """

    def fit(batch: int) -> bool:
        return fits(resized(recipe, batch=batch), card, correction)

    return most(fit, BATCH_AT_MOST)


def longest_sequence(recipe: Recipe, card: Card = DEFAULT) -> int:
    """The longest rows, in tokens, that fit with the recipe's batch size; 0 when none.

    They are no longer than the model was made for.
    """
    config = base_of(recipe).config.get_text_config()
    context = getattr(config, "max_position_embeddings", None) or LENGTH_AT_MOST
    steps = min(int(context), LENGTH_AT_MOST) // STEP

    def fit(count: int) -> bool:
        return fits(resized(recipe, length=count * STEP), card)

    return most(fit, steps) * STEP


def most(fit: Callable[[int], bool], limit: int) -> int:
    """The largest number from 0 to the limit that fits; each below it does as well."""
    return bisect(range(1, limit + 1), False, key=lambda number: not fit(number))


def resized(
    recipe: Recipe, *, batch: int | None = None, length: int | None = None
) -> Recipe:
    """The recipe with another batch size or length, not checked again."""
    training, model = recipe.training, recipe.model
    if batch is not None:
        training = training.model_copy(update={"batch_size": batch})
    if length is not None:
        model = model.model_copy(update={"max_seq_length": length})
    return recipe.model_copy(update={"training": training, "model": model})
