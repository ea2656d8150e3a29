"""What the values of a response are like, counted without keeping any of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import field_numbering
from smartflo_contract.schemas.lead_table import Table

Counts: TypeAlias = dict[str, Counter[Any]]
"""Of nulls by key, of statuses by label, of leads by their number of fields."""
_STATUSES: Final = ("dial_status", "dialer_dial_status")
_UNKNOWN: Final = "unknown"


class Statistics:
    """Counts null values, statuses and fields.

    Args:
        contract: tells which values are known, and which keys may be null.

    Attributes:
        counts: so far.
    """

    def __init__(self, contract: Contract) -> None:
        """Count nothing yet."""
        self._known = {key: contract.known_values.get(key) for key in _STATUSES}
        self._nullable = [key for key, schema in contract.lead["properties"].items() if _may_be_null(schema)]
        self.counts: Counts = {name: Counter() for name in ("nulls", *_STATUSES, "fields")}

    def add(self, leads: Sequence[Mapping[str, Any]], by_keys: Iterable[Table]) -> None:
        """Count leads, which are given as tables too."""
        for key in _STATUSES:
            values = [lead.get(key) for lead in leads]
            for value, count in Counter([value if isinstance(value, int) else None for value in values]).items():
                self.counts[key][self._label(key, value)] += count
        for key in self._nullable:
            self.counts["nulls"][key] += [lead.get(key, "") for lead in leads].count(None)
        for table in by_keys:
            self.counts["fields"][field_numbering(table.keys).total] += len(table.rows)

    def join(self, counts: Counts) -> None:
        """Add what others have counted."""
        for name, own in self.counts.items():
            own.update(counts[name])

    def as_dict(self) -> dict[str, Any]:
        """Return the counts: of nulls by key, of statuses by their label, of leads by their number of fields."""
        return {
            "nulls": {key: self.counts["nulls"][key] for key in self._nullable},
            **{key: dict(self.counts[key].most_common()) for key in _STATUSES},
            "fields": {str(number): count for number, count in sorted(self.counts["fields"].items())},
        }

    def _label(self, key: str, value: int | None) -> str:
        known = self._known[key]
        return (None if known is None or value is None else known.label(value)) or _UNKNOWN


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    types = schema.get("type", ())
    return "null" in types if isinstance(types, list) else any(map(_may_be_null, schema.get("anyOf", ())))
