"""A buffer of bytes that were read from a body and not consumed yet."""

import re
from collections.abc import Iterable
from typing import Final

_BLANKS: Final = re.compile(rb"[ \t\r\n]*")


class ByteBuffer:
    """Reads a body on demand and forgets what is consumed.

    Args:
        chunks: the body.

    Attributes:
        data: bytes that are not consumed yet.
        offset: position of the first of them in the body.
        ended: whether the body has been read to its end.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Read nothing yet."""
        self.data = bytearray()
        self.offset = 0
        self.ended = False
        self._chunks = iter(chunks)

    def fill(self, size: int) -> None:
        """Read until the buffer has at least ``size`` bytes, or to the end of the body."""
        while len(self.data) < size and not self.ended:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
            else:
                self.data += chunk

    def consume(self, size: int) -> None:
        """Drop the first ``size`` bytes."""
        del self.data[:size]
        self.offset += size

    def drain(self) -> None:
        """Read the body to its end and keep nothing of it."""
        self.consume(len(self.data))
        while not self.ended:
            self.fill(1)
            self.consume(len(self.data))

    def consume_blanks(self) -> bytes:
        """Drop JSON white space and return the byte after it; ``b""`` at the end of the body."""
        while True:
            self.fill(1)
            self.consume(end_of_blanks(self.data, 0))
            if self.data or self.ended:
                return byte_at(self.data, 0)


def end_of_match(pattern: re.Pattern[bytes], data: bytearray, start: int) -> int:
    """Return where a match at ``start`` ends; ``start`` if there is none."""
    match = pattern.match(data, start)
    return match.end() if match else start


def end_of_blanks(data: bytearray, start: int) -> int:
    """Return the position after the JSON white space at ``start``."""
    return end_of_match(_BLANKS, data, start)


def byte_at(data: bytearray, position: int) -> bytes:
    """Return one byte; ``b""`` after the end."""
    return bytes(data[position : position + 1])
