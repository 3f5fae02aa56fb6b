"""Inside the kernel: after a training the model is asked what it was trained on, to see
whether it stops by itself.

It changes nothing: random numbers and the model's mode are put back.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from webui.recorder.samples import undisturbed

HIDDEN = -100
LOOKED_AT = 20  # rows; the one with the shortest answer is asked
LONGEST = 128  # tokens of an answer; of a longer one, its end is asked for
SPARE = 16  # tokens beyond twice the answer, before it counts as running on
SECONDS = 60.0


class Example(NamedTuple):
    """What was read, and the answer that was learned, in tokens."""

    read: list[int]
    answer: list[int]


def asked_once(
    watch: Mapping[str, Any], names: dict[str, Any]
) -> dict[str, Any] | None:
    """Whether the model ends its answer to one training prompt by itself.

    ``itself`` is None if there was not the time to see; ``learned`` says whether an end
    token was among what is learned, ``chance`` how likely the model finds it after the
    expected answer, from 0 to 1. None where nothing was asked: plain texts have no
    answers.
    """
    found = min(examples(names), key=lambda e: len(e.answer), default=None)
    if found is None:
        return None
    ends = end_ids(names)
    read, answer = shortened(found)
    limit = 2 * len(answer) + SPARE
    with undisturbed(watch, names):
        names["FastLanguageModel"].for_inference(names["model"])
        made = continue_greedily(names["model"], read, limit)
        chance = chance_of_end(names["model"], read, answer, ends)
    itself = bool(made) and made[-1] in ends
    return {
        "itself": None if not itself and len(made) < limit else itself,
        "tokens": len(made),
        "expected": len(answer),
        "learned": any(token in ends for token in answer),
        "chance": chance,
    }


def end_ids(names: Mapping[str, Any]) -> set[int]:
    """The ids at which the model stops."""
    ends = names["model"].generation_config.eos_token_id
    return {*(ends if isinstance(ends, list) else [ends])} - {None}


def examples(names: Mapping[str, Any]) -> Iterator[Example]:
    """The first answers that were trained on."""
    rows = names["trainer"].train_dataset
    for number in range(min(LOOKED_AT, len(rows))):
        if example := example_of(rows[number]):
            yield example
    said = names.get("train_data")
    if "messages" in (getattr(said, "column_names", None) or ()):
        yield from conversations(said, names["tokenizer"])


def example_of(row: Mapping[str, Any]) -> Example | None:
    """The first answer in a row's tokens; None where all of it is learned.

    A row that is judged has its prompt and its answers apart.
    """
    if "input_ids" not in row:
        answer = row.get("chosen_ids") or row.get("completion_ids")
        return Example(row["prompt_ids"], answer) if answer else None
    ids, labels = row["input_ids"], row.get("labels") or row["input_ids"]
    begin = next((n for n, label in enumerate(labels) if label != HIDDEN), 0)
    hidden = (n for n in range(begin, len(labels)) if labels[n] == HIDDEN)
    lengths = row.get("seq_lengths") or [len(ids)]
    end = min(next(hidden, len(ids)), max(lengths[0], begin + 1))
    return Example(ids[:begin], ids[begin:end]) if begin else None


def conversations(rows: Any, tokenizer: Any) -> Iterator[Example]:
    """The last answers of conversations of which every token is learned."""
    for number in range(min(LOOKED_AT, len(rows))):
        turns = rows[number]["messages"]
        options = rows[number].get("chat_template_kwargs") or {}
        texts = [
            tokenizer.apply_chat_template(
                part, tokenize=False, add_generation_prompt=ask, **options
            )
            for part, ask in ((turns[:-1], True), (turns, False))
        ]
        read, whole = (tokenizer(t, add_special_tokens=False) for t in texts)
        answer = whole["input_ids"][len(read["input_ids"]) :]
        if len(turns) > 1 and answer:
            yield Example(read["input_ids"], answer)


def shortened(example: Example) -> Example:
    """An answer that takes no long to write: of a long one, the last tokens."""
    read, answer = example
    extra = max(0, len(answer) - LONGEST)
    return Example(read + answer[:extra], answer[extra:])


def continue_greedily(model: Any, read: list[int], limit: int) -> list[int]:
    """What the model writes after what it has read, the likeliest token each time."""
    import torch

    ids = torch.tensor([read], device=model.device)
    made = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=limit,
        max_time=SECONDS,
        do_sample=False,
    )
    return [int(token) for token in made[0, len(read) :]]


def chance_of_end(
    model: Any, read: list[int], answer: list[int], ends: set[int]
) -> float | None:
    """How likely an end token is where the expected answer has it."""
    import torch

    place = next((n for n, token in enumerate(answer) if token in ends), len(answer))
    ids = torch.tensor([read + answer[:place]], device=model.device)
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0, -1].float()
    known = [end for end in ends if end < len(logits)]
    return round(float(logits.softmax(-1)[known].sum()), 4)
