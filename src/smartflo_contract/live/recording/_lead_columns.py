"""The columns of leads that are replaced together: which of their values are kept, looked up, shifted or replaced."""

from collections.abc import Callable, Container, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import orjson

from smartflo_contract.live.recording._times import is_time_string
from smartflo_contract.schemas.lead_table import Table

ColumnKind: TypeAlias = Literal["kept", "strings", "integers", "times", "nested"]
Lead: TypeAlias = Mapping[str, Any]

_NONE: Final = type(None)
_KINDS: Final[Mapping[frozenset[type], ColumnKind]] = {
    frozenset(): "kept",
    frozenset({bool}): "kept",
    frozenset({str}): "strings",
    frozenset({int}): "integers",
}
_date: Final = itemgetter("$date")
_number: Final = itemgetter("$numberLong")


def column_kind(column: Sequence[Any]) -> ColumnKind:
    """Return how the values of a known key are replaced; each may also be null."""
    if column[0] == "" and column.count("") == len(column):
        return "kept"
    return _KINDS.get(frozenset(map(type, column)) - {_NONE}, "nested")


def time_numbers(column: Sequence[Any]) -> list[str] | None:
    """Return the numbers of MongoDB times, an empty string for null; ``None`` if a value is neither."""
    times = [value for value in column if value is not None]
    try:
        dates = list(map(_date, times))
        numbers = list(map(_number, dates))
    except (KeyError, TypeError):
        return None
    if not (
        set(map(type, times)) == set(map(type, dates)) == {dict}
        and set(map(len, times)) == set(map(len, dates)) == {1}
        and set(map(type, numbers)) == {str}
        and all(map(is_time_string, numbers))
    ):
        return None
    if len(numbers) == len(column):
        return numbers
    rest = iter(numbers)
    return ["" if value is None else next(rest) for value in column]


class NewValues(NamedTuple):
    """A column of which new values are replaced.

    Attributes:
        position: its position.
        key: its key.
        values: its values.
        known: the values that are not new.
        replace: replaces a new one; called with the column, the leads and the index of the lead.
    """

    position: int
    key: str
    values: Sequence[Any]
    known: Container[Any]
    replace: Callable[["NewValues", "LeadColumns", int], None]


class LeadColumns:
    """Leads with the same keys in the same order.

    Args:
        keys: the keys.
        leads: the leads, at least one.
        rows: the index of each lead among those of a batch.

    Attributes:
        columns: the values of each key.
        new_keys: the keys in the replaced leads.
        replaced: the replacements of each column; at first the values.
        strings: columns of strings and of times, without null.
        string_positions: positions of the columns of strings, but of headers.
        headers: positions of the columns that may be JSON-encoded arrays of column names.
        looked_up: mapping in which the replacements of a column are found in the end, by position.
        times: the numbers of MongoDB times, by position.
        texts: nested values as JSON, by position.
        nested: their replacements, by position.
        new_values: columns of which new values are replaced, in the order of the keys.
        avoided: the strings of each lead whose new values were replaced.
    """

    def __init__(self, keys: tuple[str, ...], leads: Sequence[Lead], rows: Sequence[int]) -> None:
        """Make the columns."""
        self.keys, self.leads, self.rows = keys, leads, rows
        self.columns: list[Sequence[Any]] = list(zip(*map(dict.values, leads), strict=True))  # type: ignore[arg-type]
        self.new_keys = list(keys)
        self.replaced = list(self.columns)
        self.strings: list[Sequence[str]] = []
        self.string_positions: list[int] = []
        self.nested: dict[int, list[Any]] = {}
        self.headers: list[int] = []
        self.looked_up: dict[int, Mapping[Any, Any]] = {}
        self.times: dict[int, list[str]] = {}
        self.texts: dict[int, list[str]] = {}
        self.new_values: list[NewValues] = []
        self.avoided: list[Any] = []

    def add_strings(self, position: int) -> Sequence[str]:
        """Add and return a column of strings; null becomes an empty one."""
        self.string_positions.append(position)
        column = self.columns[position]
        if None in column:
            column = [value or "" for value in column]
        self.strings.append(column)
        return column

    def add_nested(self, position: int) -> None:
        """Encode a column of nested values.

        Raises:
            TypeError: the fast encoder of JSON cannot express a value.
        """
        self.texts[position] = [orjson.dumps([value]).decode() for value in self.columns[position]]
        self.nested[position] = []

    def table(self) -> Table:
        """Return the leads as a table."""
        return Table(self.keys, self.leads, self.rows, dict(zip(self.keys, self.columns, strict=True)))

    def new_table(self, leads: Sequence[Lead]) -> Table:
        """Return the replaced leads as a table."""
        return Table(tuple(self.new_keys), leads, self.rows, dict(zip(self.new_keys, self.replaced, strict=True)))

    def new_leads(self) -> list[dict[str, Any]]:
        """Return the replaced leads."""
        if not self.keys:
            return [{} for _ in self.rows]
        return [dict(zip(self.new_keys, values, strict=True)) for values in zip(*self.replaced, strict=True)]
