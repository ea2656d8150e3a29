"""The characters that pseudonyms consist of, and which of them replaces a character beyond ASCII."""

import unicodedata
from functools import lru_cache
from typing import Final

RARE_LETTERS: Final = "jkqvwxyz"
"""Letters of which no language makes four in a row, and of which none is a hexadecimal digit.

A pseudonym repeats none of them directly, because people fill columns with xxxx.
"""
PSEUDONYM_LETTERS: Final = f"{RARE_LETTERS}{RARE_LETTERS.upper()}T"
"""The letters that may occur in four characters of a pseudonym that was drawn early, T only in times."""
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
DIGITS: Final = "0123456789"
BLANKS: Final = " \t\N{NO-BREAK SPACE}\N{FIGURE SPACE}"
MARKS: Final = "-_.,/"
QUOTES: Final = "\"':;|=()[]{}"
ASCII_ALPHANUMERICS: Final = frozenset(f"{LETTERS}{LETTERS.upper()}{DIGITS}")
_DEVANAGARI: Final = "".join(map(chr, range(0x0915, 0x093A)))
_GEORGIAN: Final = "".join(map(chr, range(0x10D0, 0x10F1)))
_ANIMALS: Final = "".join(map(chr, range(0x1F400, 0x1F43F)))


@lru_cache(maxsize=4096)
def alphabet_of(character: str) -> str:
    """Return the characters that may replace one beyond ASCII.

    Args:
        character: one character.

    Returns:
        Nothing for ASCII, and for blanks, marks and control characters, which are kept.
    """
    category = unicodedata.category(character)
    if character.isascii() or category in {"Cc", "Cf"} or category[0] in "PZ":
        return ""
    if unicodedata.name(character, "").startswith("DEVANAGARI"):
        return _DEVANAGARI
    return _GEORGIAN if ord(character) < 1 << 16 else _ANIMALS
