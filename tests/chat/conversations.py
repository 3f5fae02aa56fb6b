"""Conversations of every shape that a row may have, in our own words for them."""

from typing import Any

Message = dict[str, Any]
Case = tuple[list[Message], list[dict[str, Any]] | None]

THOUGHT = "reasoning_content"
TIDE = {
    "type": "function",
    "function": {
        "name": "tide_at",
        "description": "When the tide is high.",
        "parameters": {
            "type": "object",
            "properties": {
                "harbour": {"type": "string", "description": "Where."},
                "day": {"type": "integer", "description": "Which day."},
            },
            "required": ["harbour"],
        },
    },
}


def user(text: str) -> Message:
    """A question."""
    return {"role": "user", "content": text}


def assistant(text: str, **more: Any) -> Message:
    """An answer."""
    return {"role": "assistant", "content": text, **more}


def thinking(thought: str, text: str, **more: Any) -> Message:
    """An answer with the thought behind it."""
    return assistant(text, reasoning_content=thought, **more)


def call(number: int, **arguments: Any) -> dict[str, Any]:
    """A call of the tool."""
    function = {"name": "tide_at", "arguments": arguments}
    return {"id": f"call{number:05}", "type": "function", "function": function}


def result(number: int, text: str) -> Message:
    """What the tool has answered."""
    name = {"name": "tide_at", "tool_call_id": f"call{number:05}"}
    return {"role": "tool", "content": text, **name}


ASKS, TELLS = user("When is high water?"), assistant("It is at noon.")
AGAIN, LATER = user("And tomorrow?"), assistant("An hour later.")
SYSTEM = {"role": "system", "content": "You know every harbour."}
CALLS = [call(1, harbour="Crail", day=3)]

CASES: dict[str, Case] = {
    "one exchange": ([ASKS, TELLS], None),
    "several exchanges": ([ASKS, TELLS, AGAIN, LATER, user("Why?"), TELLS], None),
    "a system text": ([SYSTEM, ASKS, TELLS], None),
    "a system text and several": ([SYSTEM, ASKS, TELLS, AGAIN, LATER], None),
    "a call": ([ASKS, assistant("", tool_calls=CALLS)], [TIDE]),
    "a call and its result": (
        [ASKS, assistant("", tool_calls=CALLS), result(1, "12:04"), TELLS],
        [TIDE],
    ),
    "a call with null, truth and a list": (
        [
            ASKS,
            assistant("", tool_calls=[call(1, harbour=None, day=True, of=[1, "two"])]),
            result(1, "12:04"),
            TELLS,
        ],
        [TIDE],
    ),
    "parallel calls": (
        [
            ASKS,
            assistant(
                "", tool_calls=[call(1, harbour="Crail"), call(2, harbour="Elie")]
            ),
            result(1, "12:04"),
            result(2, "12:19"),
            TELLS,
        ],
        [TIDE],
    ),
    "a call beside text": (
        [
            ASKS,
            assistant("Let me look.", tool_calls=CALLS),
            result(1, "12:04"),
            TELLS,
        ],
        [TIDE],
    ),
    "calls in two turns": (
        [
            ASKS,
            assistant("", tool_calls=CALLS),
            result(1, "12:04"),
            TELLS,
            AGAIN,
            assistant("", tool_calls=[call(2, harbour="Elie", day=4)]),
            result(2, "13:10"),
            LATER,
        ],
        [TIDE],
    ),
    "tools that nobody calls": ([ASKS, TELLS], [TIDE]),
    "a thought": ([ASKS, thinking("The moon is new.", "It is at noon.")], None),
    "thoughts in two turns": (
        [
            ASKS,
            thinking("The moon is new.", "It is at noon."),
            AGAIN,
            thinking("Fifty minutes a day.", "An hour later."),
        ],
        None,
    ),
    "a thought in the first turn only": (
        [ASKS, thinking("The moon is new.", "It is at noon."), AGAIN, LATER],
        None,
    ),
    "a thought in the last turn only": (
        [ASKS, TELLS, AGAIN, thinking("Fifty minutes a day.", "An hour later.")],
        None,
    ),
    "a thought before a call": (
        [
            ASKS,
            thinking("I must look.", "", tool_calls=CALLS),
            result(1, "12:04"),
            thinking("So noon.", "It is at noon."),
        ],
        [TIDE],
    ),
    "a thought of several lines": (
        [ASKS, thinking("First:\n\n- moon\n- sun\n\nThen.", "It is\n\nat noon.")],
        None,
    ),
    "an answer that is only read": (
        [ASKS, assistant("It is at noon.", weight=0), AGAIN, LATER],
        None,
    ),
    "an answer that is only read, last": (
        [ASKS, TELLS, AGAIN, assistant("An hour later.", weight=0)],
        None,
    ),
    "the assistant first": ([assistant("Ahoy!"), ASKS, TELLS], None),
    "nothing but an answer": ([assistant("Ahoy!")], None),
    "a system text and an answer": ([SYSTEM, assistant("Ahoy!")], None),
    "two answers in a row": ([ASKS, TELLS, assistant("Bring boots.")], None),
    "two questions in a row": ([ASKS, user("Today?"), TELLS], None),
    "ends with a question": ([ASKS, TELLS, AGAIN], None),
    "blanks around": (
        [user("  When?\n"), assistant("\n\n  At noon. \n"), AGAIN, LATER],
        None,
    ),
    "other scripts": (
        [user("何时涨潮？"), assistant("正午。🌊 Ça monte à midi…")],
        None,
    ),
    "text like markup": (
        [user("<b>When</b> {{ now }}?"), assistant("{% if x %} [b] </p> <br>")],
        None,
    ),
    "the answer is the question": ([user("Say it."), assistant("Say it.")], None),
    "an answer of one letter": ([user("Which?"), assistant("a")], None),
    "an answer that the template writes": (
        [user("What are you?"), assistant("assistant")],
        None,
    ),
    "an answer of the asking role": ([user("Who asks?"), assistant("user")], None),
}
