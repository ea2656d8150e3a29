"""What the values of one key have had in common so far, without keeping any but small numbers."""

from collections.abc import Mapping
from typing import Any, Final

from smartflo_contract.schemas.findings import JSON_TYPES
from smartflo_contract.schemas.lead_format import epoch_ms

_MAX_UNIQUE_VALUES: Final = 200_000
"""Values of one response that are compared with each other; in a longer one, no value counts as unique."""
_ABSENT: Final = object()
_SCALARS: Final = (str, int, float)


class KeyHistory:
    """Follows the values of a key, lead by lead.

    Attributes:
        present: number of leads that have the key.
        types: JSON types of its values.
        empty: number of empty strings.
        smallest: the smallest of the integers and booleans; ``None`` without any.
        largest: the largest of them; ``None`` without any.
        comparisons: number of pairs of leads that follow each other in a response and have comparable values.
        is_same: whether all values of a response were equal, in every response.
        is_unique: whether no two values of a response were equal.
        is_rising: whether no value of a response was smaller than the one before.
        is_falling: whether none was larger.
        is_strict: whether no value was equal to the one before.
    """

    def __init__(self) -> None:
        """Start without a value."""
        self.present = self.empty = self.comparisons = 0
        self.types: set[str] = set()
        self.smallest: int | None = None
        self.largest: int | None = None
        self.is_same = self.is_unique = self.is_rising = self.is_falling = self.is_strict = True
        self._first: object = _ABSENT
        self._previous: Any = _ABSENT
        self._seen: set[int] = set()

    def add(self, value: Any) -> None:
        """Follow the value of the next lead that has the key."""
        self.present += 1
        self.types.add(JSON_TYPES[type(value)])
        self.empty += value == ""
        if isinstance(value, int):
            self.smallest = value if self.smallest is None else min(value, self.smallest)
            self.largest = value if self.largest is None else max(value, self.largest)
        if self._first is _ABSENT:
            self._first = value
        elif self.is_same:
            self.is_same = type(value) is type(self._first) and value == self._first
        if self.is_unique:
            self._add_unique(value)
        if self.is_rising or self.is_falling:
            self._compare(value)

    def end_response(self) -> None:
        """Compare the values of the next response with each other only."""
        self._first = self._previous = _ABSENT
        self._seen.clear()

    def _add_unique(self, value: Any) -> None:
        number = hash(value) if isinstance(value, _SCALARS) and not isinstance(value, bool) else None
        if number is None or number in self._seen or len(self._seen) == _MAX_UNIQUE_VALUES:
            self.is_unique = False
            self._seen.clear()
        else:
            self._seen.add(number)

    def _compare(self, value: Any) -> None:
        comparable = epoch_ms(value) if isinstance(value, Mapping) else value
        if isinstance(comparable, bool) or not isinstance(comparable, _SCALARS):
            self.is_rising = self.is_falling = False
            return
        previous, self._previous = self._previous, comparable
        if previous is _ABSENT:
            return
        if isinstance(previous, str) != isinstance(comparable, str):
            self.is_rising = self.is_falling = False
            return
        self.comparisons += 1
        self.is_rising = self.is_rising and previous <= comparable
        self.is_falling = self.is_falling and previous >= comparable
        self.is_strict = self.is_strict and previous != comparable
