"""What tells whether two rows say the same, or nearly: a hash and a MinHash.

A MinHash is a short signature of a text's shingles (all its runs of a few characters).
The share of equal slots in two signatures estimates the Jaccard similarity of the
texts: how many of their shingles they share.
"""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from webui.chat.spoken import THOUGHT

if TYPE_CHECKING:
    import numpy as np

SLOTS = 128  # similarity is off by about 0.03 then
SHINGLE = 5  # characters, the usual choice for words of letters
WIDE_SHINGLE = 3  # from here on a character is a syllable or a word:
FIRST_WIDE = 0x2E80  # Chinese, Japanese, Korean, and emoji
LONGEST = 100_000  # characters of a row that are compared
SEED = 1
MIX = 0x9E3779B97F4A7C15


def comparable(mapped: dict[str, Any], instruction: str = "") -> str:
    """What a row says, as it is compared: without case, blanks and shared prompts.

    The system's turn and the instruction stand before every row, and would make
    short ones all alike.
    """
    if "messages" not in mapped:
        return normalized(str(mapped.get("text") or ""))
    said = []
    for message in mapped["messages"]:
        if message.get("role") != "system":
            said.append(str(message.get("content") or ""))
            said += [str(message[THOUGHT])] if message.get(THOUGHT) else []
            if calls := message.get("tool_calls"):
                said.append(json.dumps(calls, ensure_ascii=False, default=str))
    if instruction and said:
        said[0] = said[0].removeprefix(instruction)
    return normalized("\n".join(said))


def normalized(text: str) -> str:
    """A text in lower case, with single blanks, each character in its plain form."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.lower().replace("\0", " ").split())


def digest(text: str) -> int:
    """A 64-bit hash: among a million texts, two differing ones never share it."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


def signatures(texts: Sequence[str]) -> "np.ndarray":
    """The MinHash of each text: a row of SLOTS 16-bit numbers.

    Of each 32-bit slot the lower half is kept, which halves the memory; two differing
    slots look the same once in 65,536 times.
    """
    import numpy as np
    from rensa import RMinHash

    cut = [text[:LONGEST] for text in texts]
    ends = np.zeros(len(cut) + 1, np.uint64)
    np.cumsum([len(text) for text in cut], out=ends[1:])
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingle_hashes(cut), ends, SLOTS, SEED
    )
    return np.array(matrix.to_rows(), np.uint32).astype(np.uint16)


def shingle_hashes(texts: Sequence[str]) -> "np.ndarray":
    """The hash of the shingle at every character of all texts, one after the other.

    Blank characters behind each text let its last shingles be shorter.
    """
    import numpy as np

    blanks = "\0" * (SHINGLE - 1)
    data = "".join(text + blanks for text in texts).encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(data, np.uint32)
    starts = len(characters) - len(blanks)
    hashes = characters[:starts].astype(np.uint64)
    wide = hashes
    for further in range(1, SHINGLE):
        if further == WIDE_SHINGLE:
            wide = hashes.copy()
        hashes *= np.uint64(MIX)
        hashes += characters[further : further + starts]
    chosen = np.where(characters[:starts] >= FIRST_WIDE, wide, hashes)
    found: np.ndarray = mixed(chosen)[characters[:starts] != 0]
    return found


def mixed(hashes: "np.ndarray") -> "np.ndarray":
    """Numbers in which every bit depends on all bits of the ones given."""
    import numpy as np

    hashes ^= hashes >> np.uint64(32)
    hashes *= np.uint64(MIX)
    hashes ^= hashes >> np.uint64(29)
    return hashes
