"""From a conversation to token ids and the labels that the loss looks at.

Like the row mappers, this function is called by the planner and carried by the
notebook, and uses nothing but its arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def tokenize(
    messages: list[dict],
    tokenizer: PreTrainedTokenizerFast,
    max_length: int,
    answers_only: bool,
) -> dict:
    """Token ids of a conversation and their labels; -100 hides a token from the loss.

    With answers_only, what the assistant says (and the end token after it) is
    trained on; the rest is hidden. Longer rows are cut at max_length tokens.
    """
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    labels = list(encoded["input_ids"])
    if answers_only:
        answers = []
        for turn, message in enumerate(messages):
            if message["role"] == "assistant":
                question = tokenizer.apply_chat_template(
                    messages[:turn], tokenize=False, add_generation_prompt=True
                )
                answered = tokenizer.apply_chat_template(
                    messages[: turn + 1], tokenize=False
                )
                if not (text.startswith(answered) and answered.startswith(question)):
                    raise ValueError(
                        "this chat template rewrites earlier turns, so the answers "
                        "cannot be told apart; train on every token instead"
                    )
                answers.append((len(question), len(answered)))
        for token, (start, end) in enumerate(encoded["offset_mapping"]):
            if not any(first <= start and end <= last for first, last in answers):
                labels[token] = -100
    return {
        "input_ids": encoded["input_ids"][:max_length],
        "labels": labels[:max_length],
    }
