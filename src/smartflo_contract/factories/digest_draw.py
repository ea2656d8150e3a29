"""Numbers drawn from a digest: a pure function of what was hashed, the same in every process."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """An endless stream of numbers from one key."""

    def __init__(self, key: bytes) -> None:
        """Start the stream that belongs to ``key``."""
        self._key = key
        self._block = 0

    def below(self, limit: int) -> int:
        """Return the next number from 0 up to, not including, ``limit``."""
        self._block += 1
        size = max(16, limit.bit_length() // 8 + 9)
        state = blake2b(self._key + self._block.to_bytes(8, "big"), digest_size=min(size, 64)).digest()
        return int.from_bytes(state, "big") % limit

    def between(self, low: int, high: int) -> int:
        """Return the next number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def choice(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return options[self.below(len(options))]
