"""What the planner said, kept by question, asked in the background."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from webui.errors import PlannerError
from webui.planner.process import ask
from webui.text import Text

LIMIT = 64
FAILED = Text(
    "This could not be worked out; the reason is in the log.",
    "无法计算；原因见日志。",
)


class Answers:
    """Answers of the planner. ``version`` rises whenever one arrives."""

    def __init__(self) -> None:
        self.version = 0
        self.known: OrderedDict[Hashable, Any] = OrderedDict()
        # What is worked out now, and since when.
        self.asked: dict[Hashable, tuple[str, float]] = {}
        self.lock = threading.Lock()

    def get(self, key: Hashable, function: Callable, *args: Any) -> Any:
        """The answer, a PlannerError, or None while it is being worked out."""
        with self.lock:
            if key in self.known:
                self.known.move_to_end(key)
                return self.known[key]
            self.known[key] = None
            self.asked[key] = function.__name__, time.time()
            while len(self.known) > LIMIT:
                self.known.popitem(last=False)
        threading.Thread(
            target=self.work_out, args=(key, function, args), daemon=True
        ).start()
        return None

    def work_out(self, key: Hashable, function: Callable, args: tuple) -> None:
        """Ask the planner and keep what it says, an error as well."""
        try:
            answer = ask(function, *args)
        except PlannerError as error:
            answer = error
        except Exception:
            logging.getLogger("tunebook").exception("the planner failed")
            answer = PlannerError(FAILED)
        with self.lock:
            self.known[key] = answer
            self.asked.pop(key, None)
            self.version += 1

    def slow(self, seconds: float) -> list[tuple[str, float]]:
        """What has been worked out for so long: by the name of the function that is
        asked, since when it is."""
        before = time.time() - seconds
        with self.lock:
            found = [each for each in self.asked.values() if each[1] < before]
        return sorted(found, key=lambda each: each[1])
