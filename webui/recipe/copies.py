"""The models that are loaded under another name: nobody is given one unsaid.

Unsloth would put copies of its own in the place of many models. The model cell asks it
for the named one. Only where that one's files cannot be had as they were asked for is
there a copy, and it stands in the cell and in the plan.
"""

import re
from pathlib import Path

from webui.recipe.sections import Model

# Their experts are packed as MXFP4, which stays as it is when 4 bits are asked for, and
# is unpacked to learn. Unsloth's copies hold each expert's layers in 4 bits.
GPT_OSS = re.compile(r"(?:openai|unsloth)/(gpt-oss-(?:20b|120b))", re.IGNORECASE)
COPIES = re.compile(r"unsloth/gpt-oss-\d+b-unsloth-bnb-4bit", re.IGNORECASE)
PACKED = re.compile(r"(?:-unsloth)?-bnb-4bit\Z", re.IGNORECASE)


def copy_of(model: Model) -> str:
    """The copy that is loaded in the place of the named model; "" where none is."""
    found = GPT_OSS.fullmatch(model.name) if model.precision == "4bit" else None
    return f"unsloth/{found[1].lower()}-unsloth-bnb-4bit" if found else ""


def loaded_name(model: Model) -> str:
    """The name of what is loaded."""
    return copy_of(model) or model.name


def holds_packed_experts(model: Model) -> bool:
    """Whether what is loaded has each expert's layers in 4 bits, and the rest in 16."""
    return COPIES.fullmatch(loaded_name(model)) is not None


def packed_from(name: str) -> str:
    """The model that a hub's 4-bit copy was made from, by its name; "" for others."""
    if not PACKED.search(name) or Path(name).expanduser().exists():
        return ""
    return PACKED.sub("", name)
