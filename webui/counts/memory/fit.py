"""How a recipe fits a card: the verdict, the limits, and the ways out, at once."""

from dataclasses import dataclass

from webui.counts.memory.cards import Card
from webui.counts.memory.fitting import longest_sequence
from webui.counts.memory.remedies import Remedies, remedies
from webui.counts.memory.verdict import Verdict, verdict
from webui.recipe import Recipe


@dataclass(frozen=True)
class Fit:
    """``longest_sequence`` is in tokens, 0 when none fits with this batch size.

    A measured run corrects the verdict and the remedies, but not the longest row: its
    rows may have been shorter.
    """

    verdict: Verdict
    longest_sequence: int
    remedies: Remedies


def fit(recipe: Recipe, card: Card, measured: int | None = None) -> Fit:
    """Judge a recipe for a card, and find what to change when it does not fit.

    ``measured`` is what a run of these settings took on this card, in bytes.

    Raises:
        PlannerError: as ``estimate``.
    """
    judged = verdict(recipe, card, measured)
    changes = remedies(recipe, card, judged.correction)
    return Fit(judged, longest_sequence(recipe, card), changes)
