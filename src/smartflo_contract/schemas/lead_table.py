"""Leads with the same keys as a table: what is asked of each lead is asked of whole columns, by built-in functions.

An answer about columns is only ever that all is well. Where it is not that, each lead is asked for itself.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from operator import floordiv, itemgetter, le, sub
from typing import Any, Final, TypeAlias

from smartflo_contract.schemas.lead_format import HALF_DAY_SECONDS, MASKED_EMAILS, TIME_KEYS
from smartflo_contract.schemas.rules import Rule, Seen

_OBJECT_ID: Final = 24
_LEAST_LONG: Final = 19
"""Characters of the shortest number that may have more than 64 bits."""
_are_hexadecimal: Final = re.compile("[0-9a-f]*+").fullmatch
_time_of: Final = itemgetter(slice(8))
_date: Final = itemgetter("$date")
_number: Final = itemgetter("$numberLong")
_OTHER_FORM: Final = (KeyError, TypeError, ValueError)


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

    def times(self, key: str) -> list[int]:
        """Return the numbers in a column of MongoDB times, in epoch ms.

        Raises:
            KeyError, TypeError, ValueError: a value has another form.
        """
        if key not in self._times:
            self._times[key] = list(map(int, map(_number, map(_date, self.columns[key]))))
        return self._times[key]


def tables(leads: Sequence[Any]) -> list[Table]:
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


def is_same(column: Sequence[object]) -> bool:
    """Whether all values are equal."""
    return column.count(column[0]) == len(column)


def holds(rule: Rule, table: Table, seen: Seen) -> bool:
    """Whether no lead of a table breaks a rule; ``False`` also where that cannot be told from its columns."""
    of_columns = OF_COLUMNS.get(rule.name)
    try:
        return of_columns is not None and of_columns(table, seen)
    except _OTHER_FORM:
        return False


def _number_long_64_bit(table: Table, _: Seen) -> bool:
    columns = [table.columns[key] for key in sorted(TIME_KEYS) if key in table.columns]
    return all(max(map(len, map(_number, map(_date, column)))) < _LEAST_LONG for column in columns)


def _created_before_updated(table: Table, _: Seen) -> bool:
    return all(map(le, table.times("created_at"), table.times("updated_at")))


def _created_twelve_hours_early(table: Table, _: Seen) -> bool:
    lead_ids = table.columns["lead_id"]
    if str not in set(map(type, lead_ids)):
        return True
    identified = map(int, map(_time_of, lead_ids), repeat(16))
    created = map(floordiv, table.times("created_at"), repeat(1000))
    return HALF_DAY_SECONDS not in map(sub, identified, created)


def _one_list_id(table: Table, seen: Seen) -> bool:
    column = table.columns["list_id"]
    if not is_same(column) or (seen.list_id is not None and seen.list_id != column[0]):
        return False
    seen.list_id = column[0]
    return True


def _lead_id_equals_id(table: Table, _: Seen) -> bool:
    lead_ids, ids = table.columns["lead_id"], table.columns["id"]
    return lead_ids == ids or str not in set(map(type, lead_ids))


def _id_is_list_id(table: Table, _: Seen) -> bool:
    ids, list_ids = table.columns["id"], table.columns["list_id"]
    return are_object_ids(ids) or (is_same(list_ids) and is_same(ids) and ids[0] == f"{list_ids[0]:.0f}")


def _unknown_value(table: Table, seen: Seen) -> bool:
    for key, known in seen.known_values.items():
        values: set[Hashable] = set(table.columns.get(key, ()))
        if not (set(map(type, table.columns.get(key, ()))) <= {int, str} and all(value in known for value in values)):
            return False  # 1, 1.0 and true would be one member of a set
    return True


def _email_masked(table: Table, _: Seen) -> bool:
    return MASKED_EMAILS.isdisjoint(table.columns["field_2"])


_OfColumns: TypeAlias = Callable[[Table, Seen], bool]
OF_COLUMNS: Final[Mapping[str, _OfColumns]] = {
    "number-long-64-bit": _number_long_64_bit,
    "created-before-updated": _created_before_updated,
    "created-twelve-hours-early": _created_twelve_hours_early,
    "one-list-id": _one_list_id,
    "lead-id-equals-id": _lead_id_equals_id,
    "id-is-list-id": _id_is_list_id,
    "unknown-value": _unknown_value,
    "email-masked": _email_masked,
}
"""By the name of a rule: whether it surely holds in all leads of a table."""
