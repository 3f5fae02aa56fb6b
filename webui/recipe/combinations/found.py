"""What the rules share: how a problem is told, and which weights learn in half."""

from collections.abc import Iterator

from webui.recipe.problems import Problem
from webui.recipe.sections import Recipe
from webui.recipe.sections.adapter import TARGETED
from webui.text import Text

Found = Iterator[Problem]
PACKED = ("8bit", "4bit")
# Unsloth holds these two in fp32 beside LoRA, whatever the base has.
HELD_WIDE = ("embed_tokens", "lm_head")


def at(path: str, english: str, chinese: str) -> Problem:
    """What is wrong at a field."""
    return Problem(path, Text(english, chinese))


def half_learns(recipe: Recipe) -> str:
    """The field by which weights in the base's own type learn; "" where none do.

    PEFT's own adapters are fp32 on a 16-bit base; these are copies of base weights.
    """
    adapter = recipe.adapter
    if adapter.method == "ln_tuning":
        return "adapter.method"
    wide = HELD_WIDE if adapter.method == "lora" else ()
    kept = [name for name in adapter.modules_to_save if leaf(name) not in wide]
    return "adapter.modules_to_save" if kept and adapter.method in TARGETED else ""


def leaf(name: str) -> str:
    """The last part of a module's name."""
    return name.rpartition(".")[2]


def spaced(name: str) -> str:
    """A name as it stands before Chinese words: Latin letters end with a space."""
    return f"{name} " if name[-1].isascii() else name
