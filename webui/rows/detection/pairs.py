"""Whether a column that says which of several responses is the best can be read."""

import re
from collections.abc import Mapping

from webui.rows.detection.columns import Column
from webui.rows.mapping.preferences import PAIR, SIDE

# A column of these names holds the text of a response where no others are there.
TEXTS = ("preferred_response", "preferred", "best_response", "优选回答")
AFTER = {"a": "b", "0": "1", "1": "2", "b": "c", "2": "3"}


def is_sound_pair(
    chosen: Mapping[str, Column], named: Mapping[str, list[Column]]
) -> bool:
    """Whether the preferred response is a text, or points to one that is there."""
    verdict = chosen.get("preferred_response")
    if verdict is None:
        return False
    given = [chosen[name] for name in PAIR if name in chosen]
    if given:
        return len(given) == 2 and are_two(given[0], given[1], named)
    if "responses" in chosen:
        return True
    sides = sum(bool(SIDE.fullmatch(str(value).strip())) for value in verdict.values)
    return verdict.names[0] in TEXTS and 2 * sides <= len(verdict.values)


def are_two(first: Column, second: Column, named: Mapping[str, list[Column]]) -> bool:
    """Whether two columns are one after the other, and there is no third."""
    one, other = first.names[0], second.names[0]
    stem, sign = one[:-1], one[-1]
    if other != stem + AFTER.get(sign, "") or sign not in "a01":
        return not re.search(r"[a-z0-9]$", one) and one != other
    return stem + AFTER[AFTER[sign]] not in named
