"""The fields of the Train tab: common ones first, the others folded by what they do."""

import gradio as gr

from webui.page.frame import Page
from webui.page.tabs.split_picture import picture
from webui.recipe.paths import FIELDS
from webui.text import Text

FOLDS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        Text("Evaluation and early stopping", "评估与提前停止"),
        (
            "evaluation.every evaluation.steps evaluation.rows",
            "evaluation.patience evaluation.keep_best",
            "training.stop_at_loss training.max_minutes",
        ),
    ),
    (
        Text("Optimizer and gradients", "优化器与梯度"),
        (
            "training.optimizer training.warmup_steps training.weight_decay",
            "training.max_grad_norm training.neftune_noise_alpha",
        ),
    ),
    (
        Text("Memory, batches and the seed", "内存、批次与随机种子"),
        (
            "training.gradient_checkpointing training.seed",
            "training.group_by_length training.auto_batch_size",
        ),
    ),
    (
        Text("Checkpoints", "检查点"),
        (
            "training.save_every training.keep_checkpoints",
            "training.auto_resume",
        ),
    ),
    (
        Text("While it trains: sample answers, ranked rows, logs", "训练过程中的观察"),
        (
            "watch.prompts",
            "watch.answer_tokens watch.ranked_rows",
            "watch.report_to",
        ),
    ),
)
# There once there is more than one.
OBJECTIVE = ("training.objective",) * ("training.objective" in FIELDS)
COMMON = (
    *OBJECTIVE,
    "training.duration training.epochs training.steps",
    "training.batch_size training.gradient_accumulation",
    "training.learning_rate training.schedule",
)


def form(page: Page) -> None:
    """How long, how much at once, how fast; then the folds."""
    page.place(*COMMON)
    picture(page)
    for title, lines in FOLDS:
        with gr.Accordion(page.say(title), open=False):
            page.place(*lines)
