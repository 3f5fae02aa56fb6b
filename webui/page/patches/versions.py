"""The versions of what is patched that the tests have seen: add one when they pass."""

import logging
from importlib.metadata import version

SEEN = {
    "gradio": ("6.31.0",),
    "fastapi": ("0.162.5", "0.165.0"),
    "starlette": ("1.7.0", "1.10.0"),
    "uvicorn": ("0.54.0",),
}


def unseen() -> list[str]:
    """The packages installed here, with their versions, that no test has seen."""
    installed = {name: version(name) for name in SEEN}
    return [f"{n} {v}" for n, v in installed.items() if v not in SEEN[n]]


def tell_unseen() -> None:
    """Say in the log, once a start, which versions the page was not tested with."""
    if news := unseen():
        logging.getLogger("tunebook").warning(
            "the page was not tested with %s; if it misbehaves, install what"
            " requirements.txt names",
            ", ".join(news),
        )
