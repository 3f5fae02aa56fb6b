"""Tell a webhook that a run has ended: $TUNEBOOK_WEBHOOK, from the environment only.

The message suits a program of one's own, and the incoming webhooks of Slack ("text")
and Discord ("content").
"""

import atexit
import json
import os
import threading
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from webui import figures
from webui.diagnosis import explain
from webui.runs import events, notes, scores
from webui.runs.events import Failed, Step, last
from webui.runs.folder import LOG, status_of, summary_of
from webui.runs.scores import BASE, TUNED, Score
from webui.runs.summary import duration

ADDRESS = "TUNEBOOK_WEBHOOK"
SECONDS = 5
LONGEST = 1500  # characters; Discord takes 2,000


class NoRedirect(HTTPRedirectHandler):
    """What is told goes to the named address or nowhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def notify(run: Path) -> threading.Thread | None:
    """Tell the webhook how a run ended, in the background; None where none is named.

    It never raises, and a failure is one line in the run's log, without the address.
    """
    address = os.environ.get(ADDRESS, "").strip()
    if not address:
        return None
    thread = threading.Thread(target=post_or_log, args=(run, address), daemon=True)
    thread.start()
    # A command that ends at once still lets it out, for a while.
    atexit.register(thread.join, SECONDS)
    return thread


def post_or_log(run: Path, address: str) -> None:
    """Send it, or write down why it could not be sent."""
    try:
        post_json(address, message(run))
    except Exception as error:
        write_down(run, f"the webhook could not be told: {kind_of_failure(error)}\n")


def post_json(address: str, told: dict[str, Any]) -> None:
    """Send a message as JSON.

    Raises:
        ValueError: if the address is neither http nor https.
        OSError: if nobody takes it within five seconds.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{ADDRESS} is not an http or https address")
    body = json.dumps(told).encode()
    request = Request(address, body, {"Content-Type": "application/json"})
    build_opener(NoRedirect).open(request, timeout=SECONDS).close()


def kind_of_failure(error: Exception) -> str:
    """What went wrong; errors of libraries may hold the address, so only their kind."""
    if isinstance(error, HTTPError):
        return f"HTTP {error.code}"
    if isinstance(error, ValueError) and str(error).startswith(ADDRESS):
        return str(error)
    cause = error.reason if isinstance(error, URLError) else error
    return type(cause).__name__


def write_down(run: Path, line: str) -> None:
    """Append to a run's log, if it is still there and the disk takes it."""
    with suppress(OSError):
        if run.is_dir():
            with (run / LOG).open("ab") as log:
                log.write(line.encode())


def message(run: Path) -> dict[str, Any]:
    """What is told of a run that has ended; seconds, and a sentence where it failed."""
    history = events.current(events.read(run)[0])
    summary = summary_of(run)
    failed, step = last(history, Failed), last(history, Step)
    facts = {
        "run": run.name,
        "status": status_of(history),
        "name": notes.read_notes(run).name or run.name,
        "scores": summary.get("scores", []),
        # A run whose kernel died has no summary.
        "last_loss": step.logs.get("loss") if step else None,
        "duration": summary.get("duration", duration(history)),
        "what": explain(failed).what.en if failed else None,
    }
    text = ended_sentence(facts)
    return {
        **facts,
        "text": escape(text, quote=False),  # Slack sees no link and no mention
        "content": text,
        # Nobody on Discord is called by what an error says.
        "allowed_mentions": {"parse": []},
    }


def ended_sentence(facts: dict[str, Any]) -> str:
    """The message for a person."""
    parts = [f"{facts['name']}: {facts['status']}"]
    if facts["duration"]:
        parts[0] += f" after {figures.duration(facts['duration'])}"
    if facts["what"]:
        parts.append(facts["what"].rstrip("."))
    if facts["last_loss"] is not None:
        parts.append(f"last loss {figures.brief(facts['last_loss'])}")
    for found in scores.by_metric(scores.read(facts["scores"])).values():
        parts.append(f"score {', '.join(map(after_or_before, found))}")
    return ". ".join(parts)[:LONGEST] + "."


def after_or_before(score: Score) -> str:
    """One score in words."""
    who = {BASE: "before", TUNED: "after"}.get(score.who, f"by {score.who}")
    return f"{score.written} {who}"
