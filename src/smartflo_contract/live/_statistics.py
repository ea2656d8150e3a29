"""What the values of a response are like, counted without keeping any of them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas._rules import fields

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
        self._statuses: dict[str, Counter[object]] = {key: Counter() for key in _STATUSES}
        self._fields: Counter[int] = Counter()

    def add(self, lead: Mapping[str, Any]) -> None:
        """Count a lead."""
        for key in self._nullable:
            if key in lead and lead[key] is None:
                self._nulls[key] += 1
        for key, counts in self._statuses.items():
            value = lead.get(key)
            counts[value if isinstance(value, int) else None] += 1
        self._fields[fields(tuple(lead)).total] += 1

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
            if known is None or value not in known:
                name = _UNKNOWN
            else:
                name = f"{value} {known.labels[value]}" if value in known.labels else f"{known.minimum} and above"
            found[name] += count
        return dict(found.most_common())


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    types = schema.get("type", ())
    return "null" in types if isinstance(types, list) else any(map(_may_be_null, schema.get("anyOf", ())))
