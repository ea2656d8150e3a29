"""Which identifiers a response has had, in eight bytes each or so."""

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from operator import contains
from typing import Any, Final

_PARTS: Final = 2**14
_HASH: Final = 8
"""Bytes of a hash, which is the same in every process."""
_WIDTH: Final = 6
"""Bytes that are kept of it, besides the part that it is in."""


class Ids:
    """A set of identifiers that keeps 62 bits of each.

    Among a million, two different ones are taken for the same with a probability of one in ten million or so. A set of
    texts would take ten times the memory.

    Attributes:
        parts: what is kept, each part by itself.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.parts = [b""] * _PARTS

    def __contains__(self, identifier: object) -> bool:
        """Whether an identifier has been added."""
        (part,), (kept,) = _hashed([identifier])
        return _holds(self.parts[part], kept)

    def add(self, identifier: object) -> None:
        """Add an identifier."""
        (part,), (kept,) = _hashed([identifier])
        if not _holds(self.parts[part], kept):
            self.parts[part] += kept

    def add_new(self, identifiers: Sequence[Any]) -> bool:
        """Add some, unless one of them has been added or may be twice among them; tell whether that was done."""
        parts = self.parts
        numbers, kept = _hashed(identifiers)
        if len(set(kept)) < len(kept) or any(map(contains, map(parts.__getitem__, numbers), kept)):
            return False
        for number, rest in zip(numbers, kept, strict=True):
            parts[number] += rest
        return True


def are_disjoint(parts: Sequence[bytes], others: Sequence[bytes]) -> bool:
    """Whether no identifier is in the parts of two sets."""
    return all(_kept(part).isdisjoint(_kept(other)) for part, other in zip(parts, others, strict=True))


def _hashed(identifiers: Sequence[Any]) -> tuple[list[int], list[bytes]]:
    """Return the part of each identifier, and what is kept of it there."""
    if set(map(type, identifiers)) != {str}:
        identifiers = [one if isinstance(one, str) else f"{type(one).__name__} {one!r}" for one in identifiers]
    hashes = [blake2b(one.encode("utf-8", "surrogatepass"), digest_size=_HASH).digest() for one in identifiers]
    numbers = array("H", b"".join([one[_WIDTH:] for one in hashes]))
    return [number % _PARTS for number in numbers], [one[:_WIDTH] for one in hashes]


def _kept(part: bytes) -> set[bytes]:
    return {part[at : at + _WIDTH] for at in range(0, len(part), _WIDTH)}


def _holds(part: bytes, kept: bytes) -> bool:
    """Whether something is kept in a part, where each begins at a multiple of its length."""
    at = part.find(kept)
    while at >= 0 and at % _WIDTH:
        at = part.find(kept, at + 1)
    return at >= 0
