"""Which identifiers a response has had, in eleven bytes each or so."""

from array import array
from typing import Final

_TABLES: Final = 64
_EMPTY: Final = 0
_FIRST: Final = 16
_FULL: Final = 0.85
_GROWTH: Final = 1.3


class Ids:
    """A set of identifiers that keeps 64 bits of each.

    Two of a million are taken for one with a probability of one in ten million. A set of texts would take ten times
    the memory.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._tables = [array("Q", bytes(8 * _FIRST)) for _ in range(_TABLES)]
        self._counts = [0] * _TABLES

    def __contains__(self, identifier: object) -> bool:
        """Whether an identifier has been added."""
        number = _number(identifier)
        table = self._tables[number % _TABLES]
        return table[_place(table, number)] == number

    def add(self, identifier: object) -> None:
        """Add an identifier."""
        number = _number(identifier)
        which = number % _TABLES
        table = self._tables[which]
        place = _place(table, number)
        if table[place] == number:
            return
        table[place] = number
        self._counts[which] += 1
        if self._counts[which] > _FULL * len(table):  # each table grows by itself, so there are never two of all
            larger = array("Q", bytes(8 * int(_GROWTH * len(table) + 1)))
            for kept in table:
                if kept != _EMPTY:
                    larger[_place(larger, kept)] = kept
            self._tables[which] = larger


def _number(identifier: object) -> int:
    """Return 64 bits of an identifier, never those that stand for none."""
    text = identifier if isinstance(identifier, str) else f"{type(identifier).__name__} {identifier!r}"
    return hash(text) & 0xFFFF_FFFF_FFFF_FFFF or 1


def _place(table: "array[int]", number: int) -> int:
    """Return where in a table a number stands, or would stand."""
    size = len(table)
    place = (number // _TABLES) % size
    while table[place] not in {_EMPTY, number}:
        place = (place + 1) % size
    return place
