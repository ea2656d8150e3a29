"""A set of identifiers that needs about eight bytes for each."""

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from operator import contains
from typing import Any, Final

_BUCKETS: Final = 2**14
_HASH_BYTES: Final = 8
"""Length of a hash, which is the same in every process."""
_KEPT_BYTES: Final = 6
"""Bytes of a hash that are kept in its bucket."""


class IdentifierSet:
    """A set that keeps 62 bits of each identifier.

    In a million identifiers, the probability that two different ones are taken for equal is about one in ten million. A
    set of strings needs ten times the memory.

    Attributes:
        buckets: the kept bytes, one item for each bucket.
    """

    def __init__(self) -> None:
        """Create an empty set."""
        self.buckets = [b""] * _BUCKETS

    def __contains__(self, identifier: object) -> bool:
        """Return whether an identifier was added."""
        (bucket,), (kept,) = _hash([identifier])
        return _has(self.buckets[bucket], kept)

    def add(self, identifier: object) -> None:
        """Add an identifier."""
        (bucket,), (kept,) = _hash([identifier])
        if not _has(self.buckets[bucket], kept):
            self.buckets[bucket] += kept

    def add_new(self, identifiers: Sequence[Any]) -> bool:
        """Add all identifiers, or none if one is already in the set or may be repeated; return whether it was done."""
        buckets = self.buckets
        numbers, kept = _hash(identifiers)
        if len(set(kept)) < len(kept) or any(map(contains, map(buckets.__getitem__, numbers), kept)):
            return False
        for number, rest in zip(numbers, kept, strict=True):
            buckets[number] += rest
        return True


def are_disjoint(buckets: Sequence[bytes], other: Sequence[bytes]) -> bool:
    """Return whether two sets, given by their buckets, have no identifier in common."""
    return all(_entries(one).isdisjoint(_entries(two)) for one, two in zip(buckets, other, strict=True))


def _hash(identifiers: Sequence[Any]) -> tuple[list[int], list[bytes]]:
    """Return the bucket of each identifier, and the bytes that are kept there."""
    if set(map(type, identifiers)) != {str}:
        identifiers = [
            identifier if isinstance(identifier, str) else f"{type(identifier).__name__} {identifier!r}"
            for identifier in identifiers
        ]
    hashes = [
        blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()
        for identifier in identifiers
    ]
    numbers = array("H", b"".join([digest[_KEPT_BYTES:] for digest in hashes]))
    return [number % _BUCKETS for number in numbers], [digest[:_KEPT_BYTES] for digest in hashes]


def _entries(bucket: bytes) -> set[bytes]:
    return {bucket[start : start + _KEPT_BYTES] for start in range(0, len(bucket), _KEPT_BYTES)}


def _has(bucket: bytes, kept: bytes) -> bool:
    """Return whether a bucket has an entry; entries begin at multiples of their length."""
    position = bucket.find(kept)
    while position >= 0 and position % _KEPT_BYTES:
        position = bucket.find(kept, position + 1)
    return position >= 0
