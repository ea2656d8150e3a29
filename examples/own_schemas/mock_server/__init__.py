"""A CRM for tests that rejects what the real one rejects."""

from collections.abc import Mapping
from typing import Any

from schemas import Customer


class MockCrm:
    """Stores records in memory.

    Attributes:
        records: the records by ``lead_id``.
    """

    def __init__(self) -> None:
        """Start without records."""
        self.records: dict[str, Mapping[str, Any]] = {}

    def store(self, record: Mapping[str, Any]) -> None:
        """Store a record, and replace one with the same ``lead_id``.

        Raises:
            CustomerError: the record is not a customer.
        """
        self.records[Customer.from_record(record).lead_id] = record
