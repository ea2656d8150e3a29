"""A CRM for tests, which refuses what the real one would."""

from collections.abc import Mapping
from typing import Any

from schemas import Customer


class MockCrm:
    """Stores records in memory.

    Attributes:
        records: the records by ``lead_id``.
    """

    def __init__(self) -> None:
        """Store nothing yet."""
        self.records: dict[str, Mapping[str, Any]] = {}

    def store(self, record: Mapping[str, Any]) -> None:
        """Store a record in place of the one with the same ``lead_id``.

        Raises:
            CustomerError: it is no customer.
        """
        self.records[Customer.from_record(record).lead_id] = record
