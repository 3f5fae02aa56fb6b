"""The encoding of a text, told by its first bytes: marks, then UTF-8, then evidence."""

import codecs
import re

from webui.rows.reading.legacy import Encoding, guess_encoding

HEAD = 2**20  # bytes that tell the encoding
# The longer marks first: UTF-32's begins with UTF-16's.
BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": Encoding("utf-8-sig", "UTF-8"),
    b"\xff\xfe\0\0": Encoding("utf-32", "UTF-32"),
    b"\0\0\xfe\xff": Encoding("utf-32", "UTF-32"),
    b"\xff\xfe": Encoding("utf-16", "UTF-16"),
    b"\xfe\xff": Encoding("utf-16", "UTF-16"),
    b"\x84\x31\x95\x33": Encoding("gb18030", "GB18030"),
}
UTF_8 = Encoding("utf-8-sig", "UTF-8")
UTF_32 = ("utf-32-le", "utf-32-be")
SEVEN_BITS = {
    b"\x1b$B": Encoding("iso2022_jp", "ISO-2022-JP"),
    b"\x1b$@": Encoding("iso2022_jp", "ISO-2022-JP"),
    b"\x1b$)C": Encoding("iso2022_kr", "ISO-2022-KR"),
}


def encoding_of(head: bytes) -> Encoding:
    """The encoding of a text that begins with these bytes.

    Raises ValueError where that cannot be told.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    for escape, encoding in SEVEN_BITS.items():
        if escape in head and head.isascii():
            return encoding
    if head.isascii() and is_utf_7(head):
        return Encoding("utf-7", "UTF-7", certain=False)
    if b"\0" not in head:
        return UTF_8 if is_mostly_utf_8(head) else guess_encoding(head)
    if fours := in_fours(head):
        return fours
    # Where NULs are rare, they are only odd characters of a text in UTF-8.
    rare = head.count(b"\0") * 20 < len(head)
    if rare and is_mostly_utf_8(head):
        return UTF_8
    found = guess_encoding(head)
    wide = found.codec.startswith("utf-16")
    return UTF_8 if head.isascii() and not wide else found


def is_utf_7(head: bytes) -> bool:
    """Whether the shifts of a text in ASCII would all be letters in UTF-7."""
    shifts = [shift for shift in re.findall(rb"\+[A-Za-z0-9+/]*-?", head)]
    try:
        said = "".join(shift.decode("utf-7") for shift in shifts if shift != b"+-")
    except UnicodeDecodeError:
        return False
    wide = re.findall(r"[^\W\d_]", said)
    return len(wide) >= 4 and len(wide) >= 0.7 * len(said) and one_script(wide)


def one_script(letters: list[str]) -> bool:
    """Whether letters stand near each other in Unicode, as those of one language do."""
    blocks = {min(ord(letter), 0x2E80) // 0x400 for letter in letters}
    return len(blocks) == 1


def is_mostly_utf_8(head: bytes) -> bool:
    """Whether bytes are UTF-8, maybe with some that are wrong.

    By chance hardly any bytes of another encoding are right.
    """
    if head.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    # What is longer may be cut within a character here.
    text = decoder.decode(head, final=len(head) < HEAD)
    wrong = len(re.findall("[\udc80-\udcff]", text))
    right = len(re.findall("[^\0-\x7f\udc80-\udcff]", text))
    return right >= 2 * wrong


def in_fours(head: bytes) -> Encoding | None:
    """UTF-32, if bytes are that: no other text can be read as such."""
    whole = head[: len(head) // 4 * 4]
    for codec in UTF_32:
        try:
            text = whole.decode(codec)
        except UnicodeDecodeError:
            continue
        if text.strip("\0"):
            return Encoding(codec, "UTF-32")
    return None
