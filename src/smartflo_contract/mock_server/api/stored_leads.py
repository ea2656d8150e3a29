"""Build the leads that writes store: new leads, and leads with new values, valid under the contract."""

from collections.abc import Mapping
from typing import Any, Final

from smartflo_contract.mock_server.api.transaction import InvalidValuesError, Transaction
from smartflo_contract.mock_server.lists.edited_leads import Lead
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_format import FIELD, HALF_DAY_SECONDS, TIME_KEYS, epoch_ms, mongo_date
from smartflo_contract.schemas.schema_keywords import allows_null

_OBJECT_ID_CHARACTERS: Final = 24
_OBJECT_ID_TIME_CHARACTERS: Final = 8
_NULLABLE_KEYS: Final = ("skill_id", "time_group", "dialer_skill")
_NEW_LEAD: Final = {
    "alternate_phone_number": "",
    "dial_status": 1,
    "dialer_dial_status": 0,
    "lead_picked": 0,
    "undisposed_lead": False,
    "call_count": 0,
    "retry_count": 0,
    "priority": 1,
}
"""Values of a lead that was never dialled: its dial status is New."""


def new_lead(transaction: Transaction, values: Lead, template: Lead) -> Lead:
    """Return a new lead: New, never called, created now, with the client's values and empty fields.

    Args:
        transaction: the write.
        values: key to value, from the client.
        template: the lead that the list's writer generates for the same index, for its keys and identifiers.

    Raises:
        InvalidValuesError: the contract does not allow a value.
    """
    contract, now = transaction.settings.catalog.contract, transaction.now
    set_by_overlay = set() if contract.overlay is None else contract.overlay.decided
    fresh: Lead = {key: "" for key in template if FIELD.fullmatch(key)} | _NEW_LEAD
    if isinstance(template.get("retry_count"), str):
        fresh["retry_count"] = "0"
    fresh |= {key: None for key in _NULLABLE_KEYS if _allows_null(contract, key)}
    fresh |= {key: mongo_date(now) for key in TIME_KEYS}
    if transaction.settings.quirks["created_at"] == "twelve_hours_early":
        fresh["created_at"] = mongo_date(now - HALF_DAY_SECONDS * 1_000)
    for key in ("id", "lead_id"):
        if _is_object_id(template.get(key)):
            fresh[key] = f"{now // 1_000 & 0xFFFF_FFFF:08x}{template[key][_OBJECT_ID_TIME_CHARACTERS:]}"
    allowed = {key: value for key, value in fresh.items() if key in template and key not in set_by_overlay}
    return _with_values(contract, template | allowed, values)


def updated_lead(transaction: Transaction, values: Lead, lead: Lead) -> Lead:
    """Return a lead with the client's values and a new ``updated_at``.

    Raises:
        InvalidValuesError: the contract does not allow a value.
    """
    updated: Lead = {}
    if "updated_at" in lead:
        updated["updated_at"] = mongo_date(max(transaction.now, epoch_ms(lead["updated_at"]) or 0))
    return _with_values(transaction.settings.catalog.contract, lead, values, updated)


def _with_values(contract: Contract, lead: Lead, values: Lead, times: Lead | None = None) -> Lead:
    """Return a lead with values from a client, checked against the contract.

    Raises:
        InvalidValuesError: the contract does not allow a value. An overlay may be stricter than the request's schema.
    """
    known = {key: value for key, value in values.items() if key in lead or FIELD.fullmatch(key)}
    if known.get("skill_id", 0) is None and not _allows_null(contract, "skill_id"):
        del known["skill_id"]  # this profile has no null: the value stays
    result = _merge_fields(lead, known) | (times or {})
    _check(contract, lead, result, known)
    return result


def _merge_fields(lead: Lead, values: Lead) -> Lead:
    """Return a lead with new values. Missing fields up to the highest new one are added as empty strings."""
    count = sum(1 for key in lead if FIELD.fullmatch(key))
    needed = max([count, *(int(key.removeprefix("field_")) + 1 for key in values if FIELD.fullmatch(key))])
    if needed == count:
        return lead | values
    merged: Lead = {}
    for key, value in lead.items():
        merged[key] = value
        if key == f"field_{count - 1}":
            merged |= {f"field_{number}": "" for number in range(count, needed)}
    return merged | values


def _check(contract: Contract, before: Lead, after: Lead, sent: Mapping[str, Any]) -> None:
    """Reject values that make a lead invalid. A lead that the admin API made invalid may stay so."""
    validator = data_of(contract).lead_validator
    if validator.is_valid(after):
        return
    messages = {str(path[0]): f"Provide a valid {path[0]}." for _, path, _ in validator.violations(after)}
    sent_messages = {key: message for key, message in messages.items() if key in sent}
    if sent_messages or validator.is_valid(before):
        raise InvalidValuesError(sent_messages or messages)


def _allows_null(contract: Contract, key: str) -> bool:
    properties = contract.lead["properties"]
    return key in properties and allows_null(properties[key])


def _is_object_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == _OBJECT_ID_CHARACTERS
