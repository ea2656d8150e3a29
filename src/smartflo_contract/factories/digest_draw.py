"""Pseudo-random numbers from a key: a pure function, the same in every process."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

_Option = TypeVar("_Option")


class Draw:
    """An endless stream of numbers that follows from a key."""

    def __init__(self, key: bytes) -> None:
        """Start the stream of a key."""
        self._key = key
        self._block = 0

    def below(self, limit: int) -> int:
        """Return the next number, from 0 to ``limit - 1``."""
        self._block += 1
        size = max(16, limit.bit_length() // 8 + 9)
        digest = blake2b(self._key + self._block.to_bytes(8, "big"), digest_size=min(size, 64)).digest()
        return int.from_bytes(digest, "big") % limit

    def between(self, low: int, high: int) -> int:
        """Return the next number, from ``low`` to ``high`` inclusive."""
        return low + self.below(high - low + 1)

    def choice(self, options: Sequence[_Option]) -> _Option:
        """Return one of some options."""
        return options[self.below(len(options))]
