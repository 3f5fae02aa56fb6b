"""From a conversation to its text, and on to token ids and the loss's labels."""

import bisect


def render(row: dict, tokenizer, answers_only: bool) -> dict:
    """Add a conversation's text, and where in it the parts to learn begin and end."""
    messages, tools = row["messages"], row.get("tools")

    def template(turns: list[dict], ask: bool = False) -> str:
        try:
            return tokenizer.apply_chat_template(
                turns, tools=tools, tokenize=False, add_generation_prompt=ask
            )
        except Exception as error:  # a template may raise anything
            if any(message.get("tool_calls") for message in turns):
                reason = f"the chat template refuses calls of tools ({error})"
                raise ValueError(reason) from error
            raise ValueError(f"the chat template refuses it ({error})") from error

    text = template(messages)
    learned = [] if answers_only else [(0, len(text))]
    for turn, message in enumerate(messages):
        if answers_only and is_learned(message):
            last = turn == len(messages) - 1
            answered = text if last else template(messages[: turn + 1])
            if turn:
                question = template(messages[:turn], ask=True)
            else:  # few templates take no messages at all
                asked = template(messages[:1], ask=True)
                question = opening(answered, asked, message["content"] or "")
            if not (text.startswith(answered) and answered.startswith(question)):
                raise ValueError("the chat template rewrites earlier turns")
            learned.append((len(question), len(answered)))
    return {**row, "text": text, "learned": learned}


def opening(answered: str, asked: str, content: str) -> str:
    """What the template puts before an answer to no question: all up to the mark that
    it writes when it asks for an answer, or else up to the answer's text."""
    mark = asked[len(answered) :]
    if mark and mark in answered:
        return answered[: answered.find(mark) + len(mark)]
    return answered[: max(0, answered.find(content.strip()))]


def is_learned(message: dict) -> bool:
    """Whether a message is an answer; one with the weight 0 is read only."""
    return message["role"] == "assistant" and message.get("weight") != 0


def tokenize(rows: list[dict], tokenizer, max_length: int) -> dict:
    """Token ids of each row and their labels; -100 hides a token from the loss.

    What is to be learned of a row are its answers, each with the end token after it.
    Longer rows are cut at max_length tokens.
    """
    encoded = tokenizer(
        [row["text"] for row in rows],
        add_special_tokens=False,  # the chat template has written them
        return_attention_mask=False,
    )
    batch: dict = {"input_ids": [], "labels": []}
    for row, encoding in zip(rows, encoded.encodings):
        batch["input_ids"].append(encoding.ids[:max_length])
        batch["labels"].append(mask(encoding, row["learned"])[:max_length])
    return batch


def mask(encoding, learned: list[tuple]) -> list[int]:
    """The ids of the tokens that hold a character of what is learned; else -100."""
    ids, offsets = encoding.ids, encoding.offsets
    labels = [-100] * len(ids)
    for start, end in learned:
        first = bisect.bisect_right(offsets, start, key=lambda place: place[1])
        stop = bisect.bisect_left(offsets, end, key=lambda place: place[0])
        labels[first:stop] = ids[first:stop]
    return labels


def tokenize_texts(rows: list[dict], tokenizer, max_length: int) -> dict:
    """Token ids of plain texts, all trained on, in pieces of max_length tokens.

    Each text ends with the end token, once.
    """
    end = tokenizer.eos_token or ""
    texts = [row["text"].removesuffix(end) + end for row in rows]
    pieces = [
        ids[first : first + max_length]
        for ids in tokenizer(texts)["input_ids"]
        for first in range(0, len(ids), max_length)
    ]
    return {"input_ids": pieces, "labels": pieces}
