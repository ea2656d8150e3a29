"""Open sets: properties that list known values and allow others."""

from collections.abc import Hashable, Mapping
from typing import Any


class KnownValues:
    """The known members of an open set.

    Attributes:
        labels: value to label.
        minimum: every integer from here on is known; ``None`` if there is no such range.
    """

    __slots__ = ("labels", "minimum")

    def __init__(self, labels: Mapping[object, str], minimum: int | None) -> None:
        """Keep the members."""
        self.labels = labels
        self.minimum = minimum

    def __contains__(self, value: object) -> bool:
        """Whether the value is known; ``True`` is not 1, but 1.0 is, as in JSON."""
        if isinstance(value, bool):
            return any(known is value for known in self.labels)
        if isinstance(value, int | float) and self.minimum is not None and value >= self.minimum:
            return True
        return isinstance(value, Hashable) and value in self.labels

    def label(self, value: int) -> str | None:
        """Return a known value with its label, or the range that it is in; ``None`` for an unknown value."""
        if value not in self:
            return None
        return f"{value} {self.labels[value]}" if value in self.labels else f"{self.minimum} and above"


def known_values(lead_schema: Mapping[str, Any]) -> dict[str, KnownValues]:
    """Return the known values of each open set of a lead schema, by key."""
    return {
        key: KnownValues(
            {entry["value"]: entry["label"] for entry in schema["x-known-values"] if "value" in entry},
            next((entry["minimum"] for entry in schema["x-known-values"] if "minimum" in entry), None),
        )
        for key, schema in lead_schema["properties"].items()
        if "x-known-values" in schema and schema.keys().isdisjoint({"enum", "const"})
    }
