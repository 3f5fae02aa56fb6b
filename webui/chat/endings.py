"""What ends an answer, where the chat template writes nothing that does."""

from webui.chat.asking import Asking
from webui.chat.template import Message

NO_END = "the chat template writes no end after an answer"


def ended(
    learned: str, turns: list[Message], whole: str, asking: Asking
) -> tuple[str, str]:
    """An answer with its end, and why we had to add that; empty if it has one."""
    template, usual = asking.template, asking.dialect.end
    if template.stops_after(learned):
        return learned, ""
    end = end_after(turns, whole, asking)
    # A mark at which the model does not stop is no end: it would write on after it.
    end = end or (usual if template.stops_after(usual) else template.end_token)
    return learned + end, NO_END if end else ""


def end_after(turns: list[Message], whole: str, asking: Asking) -> str:
    """The mark that the template begins the next turn with, if the model stops at it:
    some families end an answer in no other way."""
    called = bool(turns[-1].get("tool_calls"))
    shape = turns[-1]["content"]
    next_turn: Message = {"role": "tool" if called else "user", "content": "?"}
    if isinstance(shape, list):
        next_turn["content"] = [{"type": "text", "text": "?"}]
    follows = asking.try_to_write([*turns, next_turn])
    if follows and follows.startswith(whole):
        after = follows[len(whole) :]
        return next((end for end in asking.template.ends if after.startswith(end)), "")
    return ""
