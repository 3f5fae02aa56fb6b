"""What an event says of an error."""

from itertools import islice
from typing import Any

from webui.errors import causes

MOST_CAUSES = 5


def failure_of(error: BaseException) -> dict[str, Any]:
    """The kind of an error, its message, and the errors behind it."""
    behind = islice(causes(error), 1, MOST_CAUSES + 1)
    named = [f"{type(each).__name__}: {str(each)[:500]}" for each in behind]
    return {
        "error": type(error).__name__,
        "message": str(error)[:2000],
        **({"causes": named} if named else {}),
    }
