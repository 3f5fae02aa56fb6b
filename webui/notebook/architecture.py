"""What the cells say differently for one kind of model than for another.

The planner finds it in the model's modules; before that, the cells are written as for
Llama and those built like it.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """What of a model's modules its cells depend on.

    Attributes:
        linear: the names of the linear layers of its blocks that LoRA can sit on, as
            "q_proj"; empty while nobody has looked.
        experts: the weights of a mixture's experts, as "mlp.experts.down_proj", which
            are no linear layers; empty where there are none.
        towers: the modules beside the blocks that have blocks of their own, such as
            "vision_tower"; they read no text.
        routed: whether the trainer would add a loss for the router's choices
            to that of the text.
    """

    linear: tuple[str, ...] = ()
    experts: tuple[str, ...] = ()
    towers: tuple[str, ...] = ()
    routed: bool = False


UNKNOWN = Architecture()
# What sees or hears in a model of several kinds of input.
TOWER = re.compile(
    r"(?:^|\.)(?:\w*(?:vision|visual|audio|image)\w*|\w*multi_?modal\w*)\."
)


def is_tower(name: str) -> bool:
    """Whether a weight or module of this name belongs to what sees or hears."""
    return TOWER.search(f"{name}.") is not None
