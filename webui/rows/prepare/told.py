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
        f"训练数据 {train} 条，评估数据 {watched} 条，留出数据 {held} 条",
    )
