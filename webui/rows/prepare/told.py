"""How a recipe's rows are parted, in figures and in words."""

from webui.figures import whole
from webui.notebook.rows import Rows
from webui.text import Text


def counts(rows: Rows) -> dict[str, int]:
    """How many rows are trained on, watched while training, and held out."""
    watched = rows.watched or 0
    return {"train": rows.train, "watched": watched, "heldout": rows.heldout}


def split_sentence(rows: Rows) -> Text:
    """The same as a sentence."""
    train, watched, held = map(whole, counts(rows).values())
    return Text(
        f"{train} rows to train on, {watched} watched meanwhile, {held} held out",
        f"{train} 条参与训练，{watched} 条用于训练中评估，{held} 条留出",
    )
