"""What a cell prints and shows, folded from the kernel's messages as Jupyter does."""

import re
from collections.abc import Callable, Iterable
from typing import Any

Output = dict[str, Any]

# A cell that prints without end must not fill memory and disk.
MAX_TEXT = 200_000
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def listen(session: Any, hear: Callable[[str, Any], None]) -> None:
    """Hear the kind and the content of what a kernel publishes, on its way out."""
    send = session.send

    def hear_and_send(stream: Any, message: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(message, str):
            hear(message, args[0] if args else kwargs.get("content"))
        else:
            hear(message["header"]["msg_type"], message["content"])
        return send(stream, message, *args, **kwargs)

    session.send = hear_and_send


def fold_message(outputs: list[Output], kind: str, content: dict[str, Any]) -> None:
    """Add one iopub message to a cell's outputs, in nbformat's shape."""
    match kind:
        case "stream":
            fold_stream(outputs, content["name"], content["text"])
        case "display_data" | "execute_result":
            output = {"output_type": kind, "data": content["data"]}
            output["metadata"] = content.get("metadata", {})
            if kind == "execute_result":
                output["execution_count"] = content.get("execution_count")
            outputs.append(output)
        case "error":
            error = {k: content[k] for k in ("ename", "evalue", "traceback")}
            outputs.append({"output_type": "error", **error})


def fold_stream(outputs: list[Output], name: str, text: str) -> None:
    """Append text to the last stream of that name; a progress bar overwrites itself."""
    if not outputs or outputs[-1].get("name") != name:
        outputs.append({"output_type": "stream", "name": name, "text": ""})
    whole = overwrite(outputs[-1]["text"] + text)
    outputs[-1]["text"] = whole[-MAX_TEXT:]


def overwrite(text: str) -> str:
    """Text after its carriage returns took effect, line by line."""
    text = text.replace("\r\n", "\n")
    return "\n".join(
        # A trailing return has not overwritten anything yet.
        line.rstrip("\r").rpartition("\r")[2] + ("\r" if line.endswith("\r") else "")
        for line in text.split("\n")
    )


def plain_text(outputs: Iterable[Output], *, streams: Iterable[str] = ()) -> str:
    """What a person reads of some outputs: streams, results and errors as text."""
    wanted = set(streams) or {"stdout", "stderr"}
    parts = []
    for output in outputs:
        match output["output_type"]:
            case "stream" if output["name"] in wanted:
                parts.append(output["text"])
            case "error" if not streams:
                parts.append(ANSI.sub("", "\n".join(output["traceback"])) + "\n")
            case "execute_result" | "display_data" if not streams:
                parts.append(str(output["data"].get("text/plain", "")) + "\n")
    return "".join(parts)
