"""Cut a conversation that is written as one text into its turns."""

import re


def split_transcript(text: str) -> list[dict]:
    """The turns of a text with markers like Human: and Assistant:, none without them.

    The words of the first marker tell which pair is used; the words of the other
    pairs are content. What stands before the first marker is the system prompt.
    A text that is already in a chat template is cut at the template's marks.
    """
    if unwrapped := unwrapped_turns(text):
        return unwrapped
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
        rf"(###[ \t]*|^[ \t]*)(?:({user})|({assistant})|(FUNCTION RESPONSE)|"
        r"System|SYSTEM|系统)[ \t]*[:\uff1a]"
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
            "user"
            if match[2]
            else "assistant"
            if match[3]
            else "tool"
            if match[4]
            else "system",
            without_end(text[match.end() : end]),
        )
        for match, end in zip(found, ends, strict=True)
    ]


def unwrapped_turns(text: str) -> list[dict]:
    """The turns of a text in a chat template: ChatML, Zephyr, Llama, Mistral, Gemma."""
    start = r"\s*(?:<s>|<bos>|<\|begin_of_text\|>)?\s*"
    mark = (
        r"(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>|<\|start\|>|<\|)"
        r"(system|developer|user|prompter|assistant|model|tool)"
        r"(?:\|>|<\|end_header_id\|>|\n|<\|message\|>|(?=<\|channel\|>))"
    )
    if re.match(start + r"\[INST\]", text):
        said = [without_end(part) for part in re.split(r"\[/?INST\]", text)[1:]]
        roles = ["assistant" if n % 2 else "user" for n in range(len(said))]
        system = re.match(r"<<SYS>>(.*?)<</SYS>>", said[0], re.DOTALL)
        if system:
            said[0] = said[0][system.end() :].strip()
            roles, said = ["system", *roles], [system[1].strip(), *said]
    elif re.match(start + mark, text):
        _, *parts = re.split(mark, text)
        usual = {"prompter": "user", "model": "assistant"}
        roles = [usual.get(role, role) for role in parts[::2]]
        said = [without_end(part) for part in parts[1::2]]
    else:
        return []
    turns = [
        {"role": role, "content": said} for role, said in zip(roles, said, strict=True)
    ]
    return turns if {"user", "assistant"} <= set(roles) else []


def without_end(said: str) -> str:
    """What is said, without blanks around it and the end tokens of chat templates."""
    ends = (
        r"</?s>|<eos>|<end_of_turn>|<\|(?:im_end|eot_id|end|return|call|endoftext)\|>"
    )
    return re.sub(rf"(?:\s|{ends})+$", "", said).strip()
