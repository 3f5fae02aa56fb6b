"""Text out of a file, whatever its encoding."""

import codecs
import io
import re


def open_text(file, newline=None):
    """A binary file as text, in the encoding that its first MiB speaks for.

    Bytes that are no text there become lone surrogates, which no tokenizer takes.
    """
    encoding = encoding_of(file.read(2**20))
    file.seek(0)
    # A lone surrogate is valid in no UTF-16, but written by some programs all the same.
    errors = "surrogatepass" if "16" in encoding else "surrogateescape"
    return io.TextIOWrapper(file, encoding, errors, newline)


def encoding_of(head: bytes) -> str:
    """The encoding of a text that begins with these bytes: UTF-8, UTF-16 or GB18030."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head[:2]:
        return "utf-16-be" if head.startswith(b"\0") else "utf-16-le"

    def wrong_bytes(encoding: str) -> int:
        decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        # What is longer may be cut within a character here.
        text = decoder.decode(head, final=len(head) < 2**20)
        return len(re.findall("[\udc80-\udcff]", text))

    # Of equals the first wins, so plain ASCII is UTF-8.
    return min(("utf-8-sig", "gb18030"), key=wrong_bytes)


def text_lines(file, newline=None, longest: int = 2**28):
    """The lines of a binary file with their numbers; none of endless length."""
    text, number = open_text(file, newline), 0
    while line := text.readline(longest):
        number += 1
        if len(line) == longest:
            raise ValueError(f"line {number} is longer than {longest} characters")
        yield number, line
