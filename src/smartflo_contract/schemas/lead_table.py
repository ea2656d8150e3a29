"""Leads with the same keys as a table, so that built-in functions check whole columns.

A check of columns only confirms that every lead is valid. Otherwise each lead is checked individually.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from smartflo_contract.schemas.lead_format import field_numbering

_OBJECT_ID_CHARACTERS: Final = 24
_date: Final = itemgetter("$date")
_number: Final = itemgetter("$numberLong")


class Table:
    """Leads that have the same keys, in any order.

    Attributes:
        keys: the keys of each lead.
        rows: the index of each lead among all leads.
        valid_keys: keys whose values are known to be valid by the schema.
    """

    valid_keys: frozenset[str] = frozenset()

    def __init__(
        self,
        keys: tuple[str, ...],
        leads: Sequence[Mapping[str, Any]],
        rows: Sequence[int],
        columns: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        """Keep the leads, at least one."""
        self.keys, self.rows = keys, rows
        self._leads = leads
        if columns is not None:
            self.columns = columns
        self._times: dict[str, list[int]] = {}

    @property
    def leads(self) -> Sequence[Mapping[str, Any]]:
        """The leads."""
        return self._leads

    def lead(self, index: int) -> Mapping[str, Any]:
        """Return one of the leads; its keys may be in another order."""
        return self.leads[index]

    @cached_property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The values of each key."""
        if all(map(self.keys.__eq__, map(tuple, self.leads))):
            values: Iterable[Iterable[Any]] = map(dict.values, self.leads)  # type: ignore[arg-type]
        else:  # there are two orders, so there are two keys
            values = map(itemgetter(*self.keys), self.leads)
        return dict(zip(self.keys, zip(*values, strict=True), strict=True))

    @property
    def field_count(self) -> int:
        """The number of fields of each lead."""
        return field_numbering(self.keys).total

    def has_only(self, key: str, value: object) -> bool:
        """Return whether every lead has the same value of a key."""
        return self.columns[key].count(value) == len(self.rows)

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

    def without(self, indexes: Iterable[int]) -> "Table | None":
        """Return the table without some leads, given by their indexes in it; ``None`` if it has no others."""
        left_out = frozenset(indexes)
        kept = [index for index in range(len(self.rows)) if index not in left_out]
        return _PartialTable(self, kept) if kept else None


class LazyColumns(dict[str, Sequence[Any]]):
    """Columns that are made when they are used.

    Args:
        keys: the keys that have a column.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        """Make no column yet."""
        super().__init__()
        self._keys = frozenset(keys)

    def __missing__(self, key: str) -> Sequence[Any]:
        """Make a column."""
        if key not in self._keys:
            raise KeyError(key)
        column = self[key] = self.make(key)
        return column

    def __contains__(self, key: object) -> bool:
        """Whether there is a column of a key."""
        return key in self._keys

    def get(self, key: str, default: Any = None) -> Any:
        """Return a column, or the default."""
        return self[key] if key in self._keys else default

    @abstractmethod
    def make(self, key: str) -> Sequence[Any]:
        """Make the column of a key."""


class _PickedColumns(LazyColumns):
    """Some values of each column of other columns."""

    def __init__(self, table: Table, indexes: Sequence[int]) -> None:
        """Make no column yet."""
        super().__init__(table.keys)
        self._columns, self._indexes = table.columns, indexes

    def make(self, key: str) -> Sequence[Any]:
        """Make the column of a key."""
        column = self._columns[key]
        return [column[index] for index in self._indexes]


class _PartialTable(Table):
    """Some leads of another table."""

    def __init__(self, table: Table, indexes: Sequence[int]) -> None:
        """Refer to the other table."""
        super().__init__(table.keys, (), [table.rows[index] for index in indexes])
        self._table, self._indexes = table, indexes
        self.columns = _PickedColumns(table, indexes)

    @property
    def leads(self) -> Sequence[Mapping[str, Any]]:
        """The leads."""
        leads = self._table.leads
        return [leads[index] for index in self._indexes]

    def time_strings(self, key: str) -> Iterable[str]:
        """Return the numbers in a column of MongoDB times as strings."""
        numbers = list(self._table.time_strings(key))
        return [numbers[index] for index in self._indexes]


def lead_tables(leads: Sequence[Any]) -> list[Table]:
    """Return a table for each set of keys; a value that is not an object is in no table."""
    if set(map(type, leads)) == {dict}:
        keys = tuple(leads[0])
        if all(map(keys.__eq__, map(tuple, leads))):
            return [Table(keys, leads, range(len(leads)))]
    rows_by_order: dict[tuple[str, ...], list[int]] = {}
    for row, lead in enumerate(leads):
        if isinstance(lead, dict):
            rows_by_order.setdefault(tuple(lead), []).append(row)
    orders: dict[frozenset[str], list[tuple[str, ...]]] = {}
    for keys in rows_by_order:
        orders.setdefault(frozenset(keys), []).append(keys)
    rows_by_keys = {same[0]: sorted(row for keys in same for row in rows_by_order[keys]) for same in orders.values()}
    return [Table(keys, [leads[row] for row in rows], rows) for keys, rows in rows_by_keys.items()]


def column_in_order(tables: Sequence[Table], key: str, default: object = None) -> Sequence[Any]:
    """Return the values of a key in the order of the leads, with a default for leads that do not have it.

    Args:
        tables: all tables of some leads.
        key: the key.
        default: the default.
    """
    if len(tables) == 1 and key in tables[0].columns:
        return tables[0].columns[key]
    values = {
        row: value
        for table in tables
        for row, value in zip(
            table.rows, table.columns[key] if key in table.columns else [default] * len(table.rows), strict=True
        )
    }
    return [values[row] for row in sorted(values)]


def are_object_ids(column: Sequence[object]) -> bool:
    """Return whether each value is a string of 24 hexadecimal digits."""
    try:
        lengths = set(map(len, column))  # type: ignore[arg-type]
        digits = "".join(column)  # type: ignore[arg-type]
        return lengths == {_OBJECT_ID_CHARACTERS} and bytes.fromhex(digits).hex() == digits
    except (TypeError, ValueError):  # a value is not a string, or has another character
        return False


def are_equal(column: Sequence[object]) -> bool:
    """Return whether all values are equal."""
    return column.count(column[0]) == len(column)
