"""The two parts of the rows that a recipe has sources for."""

from typing import Literal

Part = Literal["train", "heldout"]
