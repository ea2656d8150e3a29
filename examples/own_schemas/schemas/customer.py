"""A customer, as a class and as JSON Schema."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from jsonschema import Draft202012Validator

CUSTOMER_SCHEMA: Final[Mapping[str, Any]] = json.loads(
    Path(__file__).with_name("customer.schema.json").read_text(encoding="utf-8")
)
_VALIDATOR: Final = Draft202012Validator(CUSTOMER_SCHEMA)


class CustomerError(ValueError):
    """A record is not a customer."""


@dataclass(frozen=True)
class Customer:
    """A customer of the CRM.

    Attributes:
        lead_id: id of the imported lead.
        phone: phone number in E.164.
        name: empty if unknown.
        campaign: code of the campaign.
        created_ms: creation time of the lead, in milliseconds since 1970.
    """

    lead_id: str
    phone: str
    name: str
    campaign: str
    created_ms: int

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the customer in a record.

        Raises:
            CustomerError: the record violates the schema; the message names the location.
        """
        for error in _VALIDATOR.iter_errors(record):
            message = f"{error.json_path}: {error.validator}"
            raise CustomerError(message)
        return cls(**record)

    def as_record(self) -> dict[str, Any]:
        """Return the record of the CRM."""
        return asdict(self)
