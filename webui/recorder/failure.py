"""What an event says of an error."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

MOST_CAUSES = 5


def failure_of(error: BaseException) -> dict[str, Any]:
    """The kind of an error, its message, and the errors behind it."""
    failure = {"error": type(error).__name__, "message": str(error)[:2000]}
    causes = [*islice(causes_of(error), MOST_CAUSES)]
    return failure | ({"causes": causes} if causes else {})


def causes_of(error: BaseException) -> Iterator[str]:
    """The errors behind an error, where it does not say itself what went wrong."""
    while (behind := error.__cause__ or error.__context__) is not None:
        yield f"{type(behind).__name__}: {str(behind)[:500]}"
        error = behind
