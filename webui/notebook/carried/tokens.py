"""Token ids and the loss's labels, where the trainer cannot make them itself."""

import bisect


def tokenize(batch, tokenizer, max_length):
    """Ids and labels of some rows; -100 hides a token from the loss.

    Of each text the parts are learned whose begin and end are named beside it. Longer
    rows are cut at max_length tokens; where nothing is left to learn, a row is dropped.
    """
    # The chat template has written all special tokens into the text.
    encoded = tokenizer(batch["text"], add_special_tokens=False)
    made: dict = {"input_ids": [], "labels": []}
    for encoding, learned in zip(encoded.encodings, batch["learned"]):
        labels = labels_of(encoding, learned)[:max_length]
        if any(label != -100 for label in labels):
            made["input_ids"].append(encoding.ids[:max_length])
            made["labels"].append(labels)
    return made


def labels_of(encoding, learned):
    """The ids of the tokens that hold a character of what is learned; else -100."""
    ids, offsets = encoding.ids, encoding.offsets
    labels = [-100] * len(ids)
    for start, end in learned:
        first = bisect.bisect_right(offsets, start, key=lambda place: place[1])
        stop = bisect.bisect_left(offsets, end, key=lambda place: place[0])
        labels[first:stop] = ids[first:stop]
    return labels


def tokenize_texts(batch, tokenizer, max_length):
    """Ids of plain texts, all learned, in pieces of max_length tokens.

    Each text ends with the end token, once.
    """
    end = tokenizer.eos_token or ""
    texts = [text.removesuffix(end) + end for text in batch["text"]]
    pieces = [
        ids[first : first + max_length]
        for ids in tokenizer(texts)["input_ids"]
        for first in range(0, len(ids), max_length)
    ]
    return {"input_ids": pieces, "labels": pieces}
