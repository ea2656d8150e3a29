"""Statistics of the values in a response, counted without keeping them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_table import Table, column_in_order
from smartflo_contract.schemas.schema_keywords import allows_null

Counts: TypeAlias = dict[str, Counter[Any]]
"""``nulls`` by property, each status property by label, and ``fields``: leads by number of fields."""
_STATUSES: Final = ("dial_status", "dialer_dial_status")
_UNKNOWN: Final = "unknown"
_ABSENT: Final = object()


class ValueStatistics:
    """Counts null values, statuses and fields.

    Args:
        contract: defines the known values, and which properties may be null.

    Attributes:
        counts: the counts so far.
    """

    def __init__(self, contract: Contract) -> None:
        """Start with zero counts."""
        known_values = data_of(contract).known_values
        self._known_values = {key: known_values.get(key) for key in _STATUSES}
        self._nullable = [key for key, schema in contract.lead["properties"].items() if allows_null(schema)]
        self.counts: Counts = {name: Counter() for name in ("nulls", *_STATUSES, "fields")}

    def add(self, tables: Sequence[Table]) -> None:
        """Count leads.

        Args:
            tables: all tables of the leads.
        """
        for key in _STATUSES:
            values = column_in_order(tables, key, _ABSENT)
            if set(map(type, values)) != {int}:
                values = [value if isinstance(value, int) or value is _ABSENT else None for value in values]
            for value, count in Counter(values).items():
                self.counts[key][self._label(key, value)] += count
        for key in self._nullable:
            nulls = sum(table.columns[key].count(None) for table in tables if key in table.columns)
            self.counts["nulls"][key] += nulls
        for table in tables:
            self.counts["fields"][table.field_count] += len(table.rows)

    def merge(self, counts: Counts) -> None:
        """Add the counts of other statistics."""
        for name, own in self.counts.items():
            own.update(counts[name])

    def as_dict(self) -> dict[str, Any]:
        """Return the counts in JSON types: nulls by property, statuses by label, leads by number of fields."""
        return {
            "nulls": {key: self.counts["nulls"][key] for key in self._nullable},
            **{key: dict(self.counts[key].most_common()) for key in _STATUSES},
            "fields": {str(number): count for number, count in sorted(self.counts["fields"].items())},
        }

    def _label(self, key: str, value: Any) -> str:
        if value is _ABSENT:
            return "absent"
        known = self._known_values[key]
        return (None if known is None or value is None else known.label(value)) or _UNKNOWN
