"""Whether a recipe fits a card, in one sentence with figures."""

from dataclasses import dataclass
from typing import Literal

from webui.counts.memory.cards import DEFAULT, Card
from webui.counts.memory.estimate import estimate
from webui.counts.memory.fitting import largest_batch
from webui.counts.memory.measured import NONE, Correction, correction
from webui.counts.memory.parts import Memory
from webui.figures import in_bytes
from webui.recipe import Recipe
from webui.text import Text

Word = Literal["fits", "tight", "too large"]
TITLES: dict[Word, Text] = {
    "fits": Text("fits", "放得下"),
    "tight": Text("tight", "勉强"),
    "too large": Text("does not fit", "放不下"),
}


@dataclass(frozen=True)
class Verdict:
    """``word`` is "fits" when even the upper end of the band does, "tight" when only
    the lower end does, else "too large". ``largest_batch`` is 0 when none fits;
    ``measured`` is what a run took by which the estimate is corrected, in bytes."""

    word: Word
    text: Text
    memory: Memory
    card: Card
    largest_batch: int
    measured: int | None = None
    correction: Correction = NONE

    @property
    def title(self) -> Text:
        """The word for a person."""
        return TITLES[self.word]


def verdict(
    recipe: Recipe, card: Card = DEFAULT, measured: int | None = None
) -> Verdict:
    """Judge whether training a recipe fits a card.

    Args:
        measured: bytes that a run of these settings took on this card, if there was
            one, which the estimate is then corrected by.

    Raises:
        PlannerError: as ``estimate``.
    """
    memory = estimate(recipe, card)
    change = NONE if measured is None else correction(memory, measured, card)
    memory = change.applied(memory)
    largest = largest_batch(recipe, card, change)
    word = word_for(memory, card)
    text = verdict_sentence(word, memory, card, largest)
    return Verdict(word, text, memory, card, largest, measured, change)


def word_for(memory: Memory, card: Card) -> Word:
    """Compare the band with the card."""
    if memory.high <= card.memory:
        return "fits"
    return "tight" if memory.low <= card.memory else "too large"


def verdict_sentence(word: Word, memory: Memory, card: Card, largest: int) -> Text:
    """The verdict with its figures."""
    about, has = in_bytes(memory.total), in_bytes(card.memory)
    begin = Text(f"About {about} of {has}", f"约 {about}，共 {has}")
    match word:
        case "fits":
            return Text(
                f"{begin.en}: fits, with room for batches of {largest}.",
                f"{begin.zh}：放得下，批大小最大可到 {largest}。",
            )
        case "tight":
            return Text(
                f"{begin.en}: tight; it may run out of memory when a batch is full of "
                "long rows.",
                f"{begin.zh}：勉强；如果一批全是长数据，可能会内存不足。",
            )
        case _:
            least = in_bytes(memory.low)
            return Text(
                f"{begin.en}: does not fit; even with short rows it takes {least}.",
                f"{begin.zh}：放不下；即使数据较短也需要 {least}。",
            )
