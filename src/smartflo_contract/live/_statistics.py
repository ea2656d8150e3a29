"""What the values of a response are like, counted without keeping any of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas._rules import ABSENT, fields
from smartflo_contract.schemas._table import Table

_STATUSES: Final = ("dial_status", "dialer_dial_status")
_UNKNOWN: Final = "unknown"


class Statistics:
    """Counts null values, statuses and fields.

    Args:
        contract: tells which values are known, and which keys may be null.
    """

    def __init__(self, contract: Contract) -> None:
        """Count nothing yet."""
        self._known = {key: contract.known_values.get(key) for key in _STATUSES}
        self._nullable = [key for key, schema in contract.lead["properties"].items() if _may_be_null(schema)]
        self._nulls: Counter[str] = Counter()
        self._statuses: dict[str, Counter[int | None]] = {key: Counter() for key in _STATUSES}
        self._fields: Counter[int] = Counter()

    def add(self, leads: Sequence[Mapping[str, Any]], by_keys: Iterable[Table]) -> None:
        """Count leads, which are given as tables too."""
        for key, counts in self._statuses.items():
            values = [lead.get(key) for lead in leads]
            counts.update([value if isinstance(value, int) else None for value in values])
        for key in self._nullable:
            self._nulls[key] += [lead.get(key, ABSENT) for lead in leads].count(None)
        for table in by_keys:
            self._fields[fields(table.keys).total] += len(table.rows)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts: of nulls by key, of statuses by their label, of leads by their number of fields."""
        return {
            "nulls": {key: self._nulls[key] for key in self._nullable},
            **{key: self._labelled(key) for key in _STATUSES},
            "fields": {str(number): count for number, count in sorted(self._fields.items())},
        }

    def _labelled(self, key: str) -> dict[str, int]:
        known, found = self._known[key], Counter[str]()
        for value, count in self._statuses[key].items():
            label = None if known is None or value is None else known.label(value)
            found[label or _UNKNOWN] += count
        return dict(found.most_common())


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    types = schema.get("type", ())
    return "null" in types if isinstance(types, list) else any(map(_may_be_null, schema.get("anyOf", ())))
