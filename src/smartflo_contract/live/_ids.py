"""Which identifiers a response has had, in eight bytes each or so."""

from typing import Final

_TABLES: Final = 64
_WIDTH: Final = 6
"""Bytes that are kept of an identifier's hash."""
_EMPTY: Final = bytes(_WIDTH)
_FIRST: Final = 16
_FULL: Final = 0.85
_GROWTH: Final = 1.3


class Ids:
    """A set of identifiers that keeps 48 bits of each.

    Of a million, two different ones are taken for the same with a probability of one in ten million or so. A set of
    texts would take ten times the memory.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._tables = [bytearray(_WIDTH * _FIRST) for _ in range(_TABLES)]
        self._counts = [0] * _TABLES

    def __contains__(self, identifier: object) -> bool:
        """Whether an identifier has been added."""
        number = _number(identifier)
        table = self._tables[number % _TABLES]
        place = _place(table, number)
        return table[place : place + _WIDTH] != _EMPTY

    def add(self, identifier: object) -> None:
        """Add an identifier."""
        number = _number(identifier)
        which = number % _TABLES
        table = self._tables[which]
        place = _place(table, number)
        if table[place : place + _WIDTH] != _EMPTY:
            return
        table[place : place + _WIDTH] = number.to_bytes(_WIDTH, "little")
        self._counts[which] += 1
        if self._counts[which] * _WIDTH > _FULL * len(table):
            self._tables[which] = _larger(table)  # each grows by itself, so there are never two of all


def _number(identifier: object) -> int:
    """Return 48 bits of an identifier, never those that stand for none."""
    text = identifier if isinstance(identifier, str) else f"{type(identifier).__name__} {identifier!r}"
    return hash(text) & 0xFFFF_FFFF_FFFF or 1


def _place(table: bytearray, number: int) -> int:
    """Return where in a table a number stands, or would stand."""
    size, kept = len(table), number.to_bytes(_WIDTH, "little")
    place = (number // _TABLES) % (size // _WIDTH) * _WIDTH
    while table[place : place + _WIDTH] not in (kept, _EMPTY):
        place = (place + _WIDTH) % size
    return place


def _larger(table: bytearray) -> bytearray:
    """Return a table with what is in another one, and more room."""
    larger = bytearray(_WIDTH * int(_GROWTH * len(table) / _WIDTH + 1))
    for start in range(0, len(table), _WIDTH):
        kept = table[start : start + _WIDTH]
        if kept != _EMPTY:
            place = _place(larger, int.from_bytes(kept, "little"))
            larger[place : place + _WIDTH] = kept
    return larger
