"""Text out of a file, whatever its encoding."""

import io
from collections.abc import Iterator
from typing import Any

from webui.rows.reading.encodings import HEAD, encoding_of

LONGEST = 2**28  # characters of one line


def open_text(file: Any, newline: str | None = None) -> io.TextIOWrapper:
    """A binary file as text, in the encoding that its first MiB speaks for.

    Bytes that are no text there become lone surrogates, which no tokenizer takes.

    Raises ValueError if the encoding cannot be told.
    """
    codec = encoding_of(file.read(HEAD)).codec
    file.seek(0)
    # A lone surrogate is valid in no UTF-16, but written by some programs all the same.
    unicode = codec.startswith(("utf-16", "utf-32"))
    errors = "surrogatepass" if unicode else "surrogateescape"
    return io.TextIOWrapper(file, codec, errors, newline)


def text_lines(
    file: Any, newline: str | None = None, longest: int = LONGEST
) -> Iterator[tuple[int, str]]:
    """The lines of a binary file with their numbers; none of endless length.

    Marks of byte order are left out, also in the middle, where files were joined.
    """
    text, number = open_text(file, newline), 0
    while line := text.readline(longest):
        number += 1
        if len(line) == longest:
            raise ValueError(f"line {number} is longer than {longest} characters")
        yield number, line.replace("\ufeff", "") if "\ufeff" in line else line
