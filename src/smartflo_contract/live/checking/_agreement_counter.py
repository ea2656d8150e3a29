"""Counting of which reading of each known contradiction the values of a response follow."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

from smartflo_contract.live.report import AGREEMENT_LABELS, Agreement
from smartflo_contract.schemas import CONTRADICTIONS, Contract, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_table import Table, are_equal, are_object_ids, column_in_order
from smartflo_contract.schemas.profile_names import READINGS

_STRING_FORMS: Final = re.compile(r"(?P<hex>[0-9a-f]{24})|(?P<digits>[0-9]+)|(?P<array>\[.*)|(?P<empty>)", re.DOTALL)

_first_character: Final = itemgetter(slice(1))

FormCounts: TypeAlias = dict[tuple[str, object], tuple[int, object]]
"""By property and form of the value: number of values, and the first one."""


class AgreementCounter:
    """Counts values by form, because all values of one form follow the same reading.

    Args:
        contract: the contract; properties that its overlay defines are not compared with the vendor's readings.

    Attributes:
        forms: the counts so far.
    """

    def __init__(self, contract: Contract) -> None:
        """Start with zero counts."""
        decided = set() if contract.overlay is None else contract.overlay.decided
        self._contradictions = {
            key: contradiction for key, contradiction in _contradictions().items() if key not in decided
        }
        self.forms: FormCounts = {}

    def add(self, tables: Sequence[Table]) -> None:
        """Count the values of leads.

        Args:
            tables: all tables of the leads.
        """
        for key in self._contradictions:
            having = [table for table in tables if key in table.columns]
            for form, value, count in _count_forms(column_in_order(having, key)):
                self._count(key, form, value, count)

    def merge(self, forms: FormCounts) -> None:
        """Add the counts of another counter."""
        for (key, form), (count, value) in forms.items():
            self._count(key, form, value, count)

    def agreements(self) -> tuple[Agreement, ...]:
        """Return an agreement for each contradiction of which there were values."""
        counts: dict[str, Counter[str]] = {}
        for (key, _), (number, value) in self.forms.items():
            readings = [
                reading for reading, contract in _readings().items() if data_of(contract).accepts_value(key, value)
            ]
            label = "either" if len(readings) == len(READINGS) else readings[0] if readings else "neither"
            counts.setdefault(key, Counter())[label] += number
        return tuple(
            Agreement(contradiction, f"/*/{key}", {label: counts[key][label] for label in AGREEMENT_LABELS})
            for key, contradiction in self._contradictions.items()
            if key in counts
        )

    def _count(self, key: str, form: object, value: object, count: int) -> None:
        before, first = self.forms.get((key, form), (0, value))
        self.forms[key, form] = before + count, first


@cache
def _readings() -> Mapping[str, Contract]:
    """Return the contract of each reading."""
    return {reading: load_contract(reading) for reading in READINGS}


@cache
def _contradictions() -> Mapping[str, str]:
    """Return the contradiction of each property whose schema differs between the readings."""
    schemas = [data_of(contract).lead_validator.schema["properties"] for contract in _readings().values()]
    contradictions = {
        pointer.removeprefix("/*/"): contradiction.id
        for contradiction in CONTRADICTIONS
        if contradiction.shows_in_values
        for pointer in contradiction.pointers
    }
    return {
        key: contradiction
        for key, contradiction in contradictions.items()
        if all(key in properties for properties in schemas) and schemas[0][key] != schemas[1][key]
    }


def _count_forms(values: Sequence[Any]) -> Iterator[tuple[object, object, int]]:
    """Yield form, first value and number of values; a form may be yielded several times."""
    types = set(map(type, values))  # tells 1, 1.0 and true apart
    for kind in types:
        column = values if len(types) == 1 else [value for value in values if type(value) is kind]
        are_arrays = kind is str and set(map(_first_character, column)) == {"["}
        if are_arrays or are_object_ids(column) or (kind is not list and are_equal(column)):
            yield form_of(column[0]), column[0], len(column)
            continue
        keys: list[Hashable] = list(map(_GROUPING_KEYS.get(kind, _identity), column))
        first = dict(zip(reversed(keys), reversed(column), strict=True))
        yield from ((form_of(first[key]), first[key], count) for key, count in Counter(keys).items())


def _identity(value: Hashable) -> Hashable:
    return value


_GROUPING_KEYS: Final[Mapping[type, Callable[[Any], Hashable]]] = {
    int: (0).__lt__,
    dict: tuple,
    list: lambda items: tuple(map(type, items)),
}
"""By type: a key that is equal only for values of the same form; other types are grouped by value."""


def form_of(value: object) -> object:
    """Return the form of a value: values of the same form follow the same reading."""
    if isinstance(value, str):
        match = _STRING_FORMS.fullmatch(value)
        return match.lastgroup if match else "text"
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return type(value).__name__, value > 0
    if isinstance(value, list):
        return "list", frozenset(type(item).__name__ for item in value)
    return "object", frozenset(value) if isinstance(value, dict) else None
