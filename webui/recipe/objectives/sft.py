"""Supervised fine-tuning: the model learns to write the answers of the rows."""

from webui.recipe.objectives.objective import Objective
from webui.text import Text

OBJECTIVE = Objective(
    "sft",
    Text("answers (SFT)", "模仿回答（SFT）"),
    Text(
        "The model learns to write the answers of the rows, token by token.",
        "模型逐个 token 学习写出数据中的回答。",
    ),
    trainer="SFTTrainer",
    config="SFTConfig",
    by_token=True,
)
