"""Cut a conversation that is written as one text into its turns."""

import re


def split_transcript(text: str) -> list[dict]:
    """The turns of a text with markers like Human: and Assistant:, none without them.

    The words of the first marker tell which pair is used; the words of the other
    pairs are content. What stands before the first marker is the system prompt.
    """
    pairs = [
        ("Human|HUMAN|User|USER|用户|人类", "Assistant|ASSISTANT|AI|Bot|助手|助理"),
        ("Question|Q|问题|问", "Answer|A|回答|答案|答"),
        ("Instruction|指令", "Response|回复|回应"),
    ]
    found = [turns for pair in pairs if (turns := turns_between(text, *pair))]
    if not found:
        return []
    first = min(found, key=lambda turns: turns[0][0])
    before = text[: first[0][0]].strip()
    system = [{"role": "system", "content": before}] if before else []
    return system + [{"role": role, "content": said} for _, role, said in first]


def turns_between(text: str, user: str, assistant: str) -> list[tuple]:
    """Where each turn begins, its role, and what is said; none if one side is silent.

    A marker begins a line or stands behind ###, whichever the first one does.
    """
    marker = (
        rf"(###[ \t]*|^[ \t]*)(?:({user})|({assistant})|System|系统)[ \t]*[:\uff1a]"
    )
    found = list(re.finditer(marker, text, re.MULTILINE))
    found = [match for match in found if ("#" in match[1]) == ("#" in found[0][1])]
    sides = {bool(match[2]) - bool(match[3]) for match in found}
    if not {1, -1} <= sides:
        return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [
        (
            match.start(),
            "user" if match[2] else "assistant" if match[3] else "system",
            text[match.end() : end].strip(),
        )
        for match, end in zip(found, ends, strict=True)
    ]
