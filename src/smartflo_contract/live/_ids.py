"""Which identifiers a response has had, in eight bytes each or so."""

import sys
from array import array
from collections.abc import Sequence
from operator import contains
from typing import Any, Final

_PARTS: Final = 2**14
_WIDTH: Final = 6
"""Bytes that are kept of an identifier's hash, besides the part that it is in."""
_FIRST: Final = 2 if sys.byteorder == "little" else 0
"""Of the eight bytes of a hash, the first one that is kept: the part is of the others."""


class Ids:
    """A set of identifiers that keeps 62 bits of each.

    Among a million, two different ones are taken for the same with a probability of one in ten million or so. A set of
    texts would take ten times the memory.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._parts = [b""] * _PARTS

    def __contains__(self, identifier: object) -> bool:
        """Whether an identifier has been added."""
        (part,), (kept,) = _hashed([identifier])
        return _holds(self._parts[part], kept)

    def add(self, identifier: object) -> None:
        """Add an identifier."""
        if identifier not in self:
            (part,), (kept,) = _hashed([identifier])
            self._parts[part] += kept

    def add_new(self, identifiers: Sequence[Any]) -> bool:
        """Add some, unless one of them has been added or may be twice among them; tell whether that was done."""
        parts = self._parts
        numbers, kept = _hashed(identifiers)
        if len(set(kept)) < len(kept) or any(map(contains, map(parts.__getitem__, numbers), kept)):
            return False
        for number, rest in zip(numbers, kept, strict=True):
            parts[number] += rest
        return True


def _hashed(identifiers: Sequence[Any]) -> tuple[list[int], list[bytes]]:
    """Return the part of each identifier, and what is kept of it there."""
    if set(map(type, identifiers)) != {str}:
        identifiers = [one if isinstance(one, str) else f"{type(one).__name__} {one!r}" for one in identifiers]
    hashes = list(map(hash, identifiers))
    text = array("q", hashes).tobytes()
    return [number % _PARTS for number in hashes], [text[at : at + _WIDTH] for at in range(_FIRST, len(text), 8)]


def _holds(part: bytes, kept: bytes) -> bool:
    """Whether something is kept in a part, where each begins at a multiple of its length."""
    at = part.find(kept)
    while at >= 0 and at % _WIDTH:
        at = part.find(kept, at + 1)
    return at >= 0
