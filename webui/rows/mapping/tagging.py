"""Mappers of formats that tag the words of a sentence."""

import json
import re

from webui.rows.mapping.values import as_text, name_kind, parsed, text_of, two_turns


def map_ner(row: dict) -> dict:
    """A sentence, and its named entities as a JSON list.

    The labels are a tag for each token (B-PER, I-PER, O), or a list or object of the
    entities in a text. Tags that are numbers are learned as token/number.
    """
    labels = row.get("labels")
    if isinstance(labels, str):
        labels = parsed(labels, "labels")
    if has_spans(row.get("tokens"), labels):
        sentence = text_of(row, "tokens")
        entities = entities_in(sentence, labels)
    else:
        tokens, tags = tagged_tokens(row)
        glue = glue_of(tokens)
        sentence = as_text(glue.join(tokens), "tokens")
        if all(tag.lstrip("-").isdecimal() for tag in tags):
            return {"messages": two_turns(sentence, tagged_text(tokens, tags))}
        entities = decoded_tags(tokens, tags, glue)
    answer = json.dumps(entities, ensure_ascii=False)
    return {"messages": two_turns(sentence, answer)}


def map_pos(row: dict) -> dict:
    """A sentence cut into tokens, and the tokens with their parts of speech."""
    tokens, tags = tagged_tokens(row)
    sentence = as_text(" ".join(tokens), "tokens")
    return {"messages": two_turns(sentence, tagged_text(tokens, tags))}


def tagged_text(tokens: list[str], tags: list[str]) -> str:
    """Every token with its tag behind it: "I/PRON like/VERB tea/NOUN"."""
    return " ".join(f"{token}/{tag}" for token, tag in zip(tokens, tags, strict=True))


def tagged_tokens(row: dict) -> tuple[list[str], list[str]]:
    """The tokens of a row, and as many tags.

    A table may hold both as text: tags with blanks between them, tokens too, or a
    tag for each character.
    """
    tags = words_in_column(row, "labels")
    tokens = words_in_column(row, "tokens")
    if isinstance(row["tokens"], str) and len(tokens) != len(tags):
        tokens = list(row["tokens"])
    if len(tokens) != len(tags):
        raise ValueError(f"has {len(tokens)} tokens but {len(tags)} labels")
    return tokens, tags


def words_in_column(row: dict, name: str) -> list[str]:
    """The words in a column: a list of them, or a text with blanks between them."""
    value = row.get(name)
    if isinstance(value, str):
        value = parsed(value, name)
    if isinstance(value, list) and value:
        for word in value:
            if not isinstance(word, (str, int)):
                raise ValueError(f"{name} holds a value that is {name_kind(word)}")
        as_text(" ".join(map(str, value)), name)  # refuses what is no text
        return [str(word) for word in value]
    if isinstance(value, dict):
        raise ValueError(f"{name} is an object, not a list")
    if value == []:
        raise ValueError(f"{name} is empty")
    return text_of(row, name).split()


def glue_of(tokens: list[str]) -> str:
    """What stands between tokens: nothing in Chinese and Japanese, else a blank."""
    return "" if is_cjk("".join(tokens)) else " "


def is_cjk(text: str) -> bool:
    """Whether at least a third of the letters are Chinese or Japanese."""
    letters = re.findall(r"[^\W\d_]", text)
    cjk = re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]", text)
    return 3 * len(cjk) >= len(letters) > 0


def decoded_tags(tokens: list[str], tags: list[str], glue: str) -> list[dict]:
    """The entities that BIO or BIOES tags mark; B and S begin one, E and S end it."""
    entities: list[dict] = []
    going_on = None
    for token, tag in zip(tokens, tags, strict=True):
        if tag == "O":
            going_on = None
            continue
        marked = re.fullmatch(r"([BIMESLU])(?:[-_](.+))?", tag)
        place, kind = marked.groups("entity") if marked else ("I", tag)
        if place in "BSU" or kind != going_on:
            entities.append({"entity": token, "type": kind})
        else:
            entities[-1]["entity"] += glue + token
        going_on = None if place in "ESLU" else kind
    return entities


def has_spans(text: object, labels: object) -> bool:
    """Whether labels are entities and not tags; a text may well have no entity."""
    if not isinstance(labels, list) or (not labels and not isinstance(text, str)):
        return isinstance(labels, dict)
    return all(isinstance(label, (dict, list)) for label in labels)


def entities_in(sentence: str, labels: object) -> list[dict]:
    """The entities that spans mark in a sentence, in the order of the sentence.

    An object holds {type: {entity: [[start, last], ...]}} or {type: [entity, ...]}; a
    list holds [start, end, type] or objects with such fields.
    """
    if isinstance(labels, dict):
        found = [
            (start, entity, kind)
            for kind, named in labels.items()
            if named is not None  # so Arrow tables write a type without entities
            for entity in named_entities(named)
            for start in starts_of(sentence, entity, named)
        ]
    else:
        spans = labels if isinstance(labels, list) else []
        found = [read_span(sentence, span) for span in spans]
    found.sort(key=lambda entity: entity[0])
    for _, entity, kind in found:
        if as_text(entity, "labels") not in sentence:
            raise ValueError("labels names an entity that is not in the text")
        as_text(kind, "labels")
    return [{"entity": entity, "type": kind} for _, entity, kind in found]


def named_entities(named: object) -> list:
    """The entities of one type."""
    if not isinstance(named, (dict, list)):
        raise ValueError("labels holds entities that are neither list nor object")
    if isinstance(named, list):
        return named
    return [entity for entity, places in named.items() if places is not None]


def starts_of(sentence: str, entity: object, named: object) -> list[int]:
    """Where an entity begins in a sentence, once or more often."""
    positions = named.get(entity) if isinstance(named, dict) else None
    if not positions:
        return [max(0, sentence.find(str(entity)))]
    try:
        return [int(start) for start, _ in positions]
    except (TypeError, ValueError, OverflowError):
        raise ValueError("labels has positions that are no pairs") from None


def read_span(sentence: str, span: dict | list) -> tuple:
    """Start, text and type of one entity of a list."""
    if isinstance(span, list) and len(span) == 3:
        span = {"start": span[0], "end": span[1], "type": span[2]}
    if not isinstance(span, dict):
        raise ValueError("labels holds an entity without text or type")
    start = span.get("start", span.get("start_offset"))
    end = span.get("end", span.get("end_offset"))
    named = [span.get(key) for key in ("text", "word", "name", "entity")]
    kinds = [span.get(key) for key in ("type", "label", "entity_type", "entity_group")]
    entity = next((text for text in named if text), None)
    kind = next((text for text in kinds if text), None)
    if isinstance(start, int) and isinstance(end, int) and not entity:
        entity = sentence[start:end]
    if not entity or not kind:
        raise ValueError("labels holds an entity without text or type")
    return start if isinstance(start, int) else sentence.find(str(entity)), entity, kind
