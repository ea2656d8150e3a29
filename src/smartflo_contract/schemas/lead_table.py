"""Leads with the same keys as a table: what is asked of each lead is asked of whole columns, by built-in functions.

An answer about columns is only ever that all is well. Where it is not that, each lead is asked for itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from smartflo_contract.schemas.lead_format import field_numbering

_OBJECT_ID: Final = 24
_are_hexadecimal: Final = re.compile("[0-9a-f]*+").fullmatch
_date: Final = itemgetter("$date")
_number: Final = itemgetter("$numberLong")


class Table:
    """Leads with the same keys in the same order.

    Attributes:
        keys: of each lead.
        leads: the leads.
        rows: where each of them stands among all leads.
    """

    def __init__(self, keys: tuple[str, ...], leads: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> None:
        """Keep leads, one at least."""
        self.keys, self.leads, self.rows = keys, leads, rows
        self._times: dict[str, list[int]] = {}

    @cached_property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """A key to its values."""
        columns: Iterable[tuple[Any, ...]] = zip(*map(dict.values, self.leads), strict=True)  # type: ignore[arg-type]
        return dict(zip(self.keys, columns, strict=True))

    @property
    def field_count(self) -> int:
        """The number of fields of each lead."""
        return field_numbering(self.keys).total

    def times(self, key: str) -> list[int]:
        """Return the numbers in a column of MongoDB times, in epoch ms.

        Raises:
            KeyError, TypeError, ValueError: a value has another form.
        """
        if key not in self._times:
            self._times[key] = list(map(int, self.time_strings(key)))
        return self._times[key]

    def time_strings(self, key: str) -> Iterable[str]:
        """Yield the numbers in a column of MongoDB times as strings.

        Raises:
            KeyError, TypeError: while iterating, a value has another form.
        """
        return map(_number, map(_date, self.columns[key]))


def lead_tables(leads: Sequence[Any]) -> list[Table]:
    """Return a table for each order of keys; what is no object is in none."""
    if set(map(type, leads)) == {dict}:
        keys = tuple(leads[0])
        if all(map(keys.__eq__, map(tuple, leads))):
            return [Table(keys, leads, range(len(leads)))]
    found: dict[tuple[str, ...], list[int]] = {}
    for row, lead in enumerate(leads):
        if isinstance(lead, dict):
            found.setdefault(tuple(lead), []).append(row)
    return [Table(keys, [leads[row] for row in rows], rows) for keys, rows in found.items()]


def are_object_ids(column: Sequence[object]) -> bool:
    """Whether each value is a text of 24 hexadecimal digits."""
    try:
        return set(map(len, column)) == {_OBJECT_ID} and _are_hexadecimal("".join(column)) is not None  # type: ignore[arg-type]
    except TypeError:  # some value is no text
        return False


def are_equal(column: Sequence[object]) -> bool:
    """Whether all values are equal."""
    return column.count(column[0]) == len(column)
