"""Text out of a file, whatever its encoding; and files that an archive holds."""

import codecs
import io
import lzma
import re
import shutil
import tempfile
import zipfile
import zlib


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
    """The lines of a binary file with their numbers, read as they are asked for.

    Raises ValueError if the file is cut off or damaged, or a line is longer than
    so many characters.
    """
    text = unbroken(open_text, file, newline)
    number = 0
    while line := unbroken(text.readline, longest):
        number += 1
        if len(line) == longest:
            raise ValueError(f"line {number} is longer than {longest} characters")
        yield number, line


def unbroken(read, *arguments):
    """What a call that reads gives; a file that is cut off or damaged: ValueError."""
    try:
        return read(*arguments)
    except UnicodeDecodeError:
        raise ValueError("the text ends within a character") from None
    except (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile):
        raise ValueError("the file is cut off or damaged") from None


def at_hand(file):
    """A file to read in any order: one inside an archive is unpacked into a copy."""
    if isinstance(getattr(file, "raw", None), io.FileIO):
        return file
    copy = tempfile.TemporaryFile()
    unbroken(shutil.copyfileobj, file, copy)
    copy.seek(0)
    return copy
