"""Leads with the same keys as a table, so that built-in functions check whole columns.

A check of columns only confirms that every lead is valid. Otherwise each lead is checked individually.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from smartflo_contract.schemas.lead_format import field_numbering

_OBJECT_ID_CHARACTERS: Final = 24
_are_hexadecimal: Final = re.compile("[0-9a-f]*+").fullmatch
_date: Final = itemgetter("$date")
_number: Final = itemgetter("$numberLong")


class Table:
    """Leads that have the same keys in the same order.

    Attributes:
        keys: the keys of each lead.
        leads: the leads.
        rows: the index of each lead among all leads.
    """

    def __init__(self, keys: tuple[str, ...], leads: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> None:
        """Keep the leads, at least one."""
        self.keys, self.leads, self.rows = keys, leads, rows
        self._times: dict[str, list[int]] = {}

    @cached_property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The values of each key."""
        columns: Iterable[tuple[Any, ...]] = zip(*map(dict.values, self.leads), strict=True)  # type: ignore[arg-type]
        return dict(zip(self.keys, columns, strict=True))

    @property
    def field_count(self) -> int:
        """The number of fields of each lead."""
        return field_numbering(self.keys).total

    def times(self, key: str) -> list[int]:
        """Return the epoch milliseconds in a column of MongoDB times.

        Raises:
            KeyError, TypeError, ValueError: a value has another form.
        """
        if key not in self._times:
            self._times[key] = list(map(int, self.time_strings(key)))
        return self._times[key]

    def time_strings(self, key: str) -> Iterable[str]:
        """Yield the numbers in a column of MongoDB times as strings.

        Raises:
            KeyError, TypeError: while iterating, if a value has another form.
        """
        return map(_number, map(_date, self.columns[key]))


def lead_tables(leads: Sequence[Any]) -> list[Table]:
    """Return a table for each order of keys; a value that is not an object is in no table."""
    if set(map(type, leads)) == {dict}:
        keys = tuple(leads[0])
        if all(map(keys.__eq__, map(tuple, leads))):
            return [Table(keys, leads, range(len(leads)))]
    rows_by_keys: dict[tuple[str, ...], list[int]] = {}
    for row, lead in enumerate(leads):
        if isinstance(lead, dict):
            rows_by_keys.setdefault(tuple(lead), []).append(row)
    return [Table(keys, [leads[row] for row in rows], rows) for keys, rows in rows_by_keys.items()]


def are_object_ids(column: Sequence[object]) -> bool:
    """Return whether each value is a string of 24 hexadecimal digits."""
    try:
        lengths = set(map(len, column))  # type: ignore[arg-type]
        return lengths == {_OBJECT_ID_CHARACTERS} and _are_hexadecimal("".join(column)) is not None  # type: ignore[arg-type]
    except TypeError:  # a value is not a string
        return False


def are_equal(column: Sequence[object]) -> bool:
    """Return whether all values are equal."""
    return column.count(column[0]) == len(column)
