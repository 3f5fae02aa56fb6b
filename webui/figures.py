"""Numbers as a person reads them: grouped, with units."""

import math


def whole(number: float) -> str:
    """1234567 as 1,234,567."""
    return f"{number:,.0f}"


def in_bytes(number: float) -> str:
    """Bytes as GB or MB, decimal."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def duration(seconds: float) -> str:
    """Seconds as 42 s, 3 min 5 s or 2 h 10 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def brief(number: float | None, digits: int = 4) -> str:
    """A number with this many significant digits; a dash for none."""
    return "–" if number is None else f"{number:.{digits}g}"


def finite(value: object) -> float | None:
    """A number as it is; None for what is not a finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # a whole number of hundreds of digits
        return None
