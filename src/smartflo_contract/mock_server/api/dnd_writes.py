"""Add, change and delete numbers on DND lists: ``/v1/broadcast/dnd/lead`` and the writes of ``.../dnd/leads``."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from flask import Response

from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.api.lead_values import normalize_phone
from smartflo_contract.mock_server.api.transaction import (
    InvalidValuesError,
    Transaction,
    WriteRejected,
    open_transaction,
    success_response,
)
from smartflo_contract.mock_server.calls.dnd import ACCOUNT_LIST_ID, MAX_ENTRIES, MAX_FORMER, DndEntry, entry_id
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.list_ids import parse_list_id
from smartflo_contract.mock_server.http.request_bodies import LARGE_BODY_BYTES, SMALL_BODY_BYTES, BodySpec, unknown_keys
from smartflo_contract.mock_server.http.responses import error_response
from smartflo_contract.mock_server.lists.edited_leads import PHONE_KEY
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.printable import truncate

_ADD: Final = BodySpec("AddDndLead", SMALL_BODY_BYTES, '{"number": "5550000042", "type": "number"}')
_UPDATE: Final = BodySpec("UpdateDndLead", SMALL_BODY_BYTES, '{"number": "5550000043", "type": "number"}')
_ADD_MANY: Final = BodySpec("AddDndLeads", LARGE_BODY_BYTES, '{"data": ["5550000042"]}')
_DELETE_MANY: Final = BodySpec("DeleteDndLeads", LARGE_BODY_BYTES, '{"field": "number", "data": ["5550000042"]}')
_LEAD_ID: Final = "the lead_id of a lead with a phone number, because type is lead_id"


class _Target(NamedTuple):
    """What a client puts on a DND list.

    Attributes:
        phone: the phone number as leads store it.
        lead_id: id of the lead that has it; empty for a number.
    """

    phone: str
    lead_id: str = ""

    @property
    def number(self) -> str:
        """The last ten digits, by which numbers are compared."""
        return last_digits(self.phone)


def post_dnd_lead(call: Call) -> Response:
    """Put a number on a DND list: that of the account, unless the request names another one."""
    with open_transaction(call, _ADD) as transaction:
        content = transaction.content
        list_id = _list_id(transaction.account, str(content.get("list_id", ACCOUNT_LIST_ID)))
        if list_id is None:
            expected = "the id of a DND list, as GET /v1/broadcast/dnd/lists returns it"
            raise InvalidValuesError({"list_id": "Provide a valid list_id."}, expected)
        _add(transaction, list_id, [_target(transaction, content["number"], content.get("type"), "number")])
    return success_response("Lead added to DND list successfully.", unknown_keys(_ADD, content))


def put_dnd_lead(call: Call, dnd_id: str) -> Response:
    """Change the number of an entry, which keeps its id."""
    with open_transaction(call, _UPDATE) as transaction:
        account, content = transaction.account, transaction.content
        entry = _entry(account, dnd_id)
        if "number" in content:
            target = _target(transaction, content["number"], content.get("type"), "number")
            if target.number != entry.number and target.number in _numbers(account, entry.list_id):
                raise InvalidValuesError({"number": "The number has already been taken."})
            replace_dnd(account, account.dnd | {dnd_id: _new_entry(transaction, entry.list_id, target)})
    return success_response("Lead updated in DND list successfully.", unknown_keys(_UPDATE, content))


def delete_dnd_lead(call: Call, dnd_id: str) -> Response:
    """Delete an entry: its number may be called again."""
    with open_transaction(call) as transaction:
        account = transaction.account
        _entry(account, dnd_id)
        replace_dnd(account, {key: entry for key, entry in account.dnd.items() if key != dnd_id})
    return success_response("Lead deleted from DND list successfully.")


def post_dnd_leads(call: Call, list_id: str) -> Response:
    """Put many numbers on a DND list, all or none."""
    with open_transaction(call, _ADD_MANY) as transaction:
        content = transaction.content
        known_id = existing_dnd_list(transaction.account, list_id)
        targets = [
            _Target(normalize_phone(value, f"data.{position}")) for position, value in enumerate(content["data"])
        ]
        count = _add(transaction, known_id, targets)
    message = f"{format_count(count, 'lead')} added to DND list."
    return success_response(message, unknown_keys(_ADD_MANY, content))


def delete_dnd_leads(call: Call, list_id: str) -> Response:
    """Delete the entries of a DND list that have one of some numbers, or of some lead ids."""
    with open_transaction(call, _DELETE_MANY) as transaction:
        account, content = transaction.account, transaction.content
        known_id = existing_dnd_list(account, list_id)
        is_number = content.get("field", "number") == "number"
        values = {last_digits(str(value)) if is_number else str(value) for value in content["data"]}
        kept = {
            key: entry
            for key, entry in account.dnd.items()
            if entry.list_id != known_id or (entry.number if is_number else entry.lead_id) not in values
        }
        count = len(account.dnd) - len(kept)
        replace_dnd(account, kept)
    message = f"{format_count(count, 'lead')} deleted from DND list."
    return success_response(message, unknown_keys(_DELETE_MANY, content))


def replace_dnd(account: Account, dnd: dict[str, DndEntry]) -> None:
    """Replace the DND entries of an account.

    Raises:
        WriteRejected: too many were replaced while calls depended on them.
    """
    if not account.replace_dnd(dnd):
        reason = (
            f"broadcasts depend on {MAX_FORMER:,} DND entries that were changed or deleted, the maximum; reset the "
            "account, or use another one"
        )
        raise WriteRejected(error_response(400, "DND lists were changed too often.", reason))


def existing_dnd_list(account: Account, list_id: str) -> int:
    """Return the id of a DND list.

    Raises:
        WriteRejected: the account has no such list.
    """
    known_id = _list_id(account, list_id)
    if known_id is not None:
        return known_id
    reason = (
        f"this account has no DND list with the id {truncate(list_id)}; GET /v1/broadcast/dnd/lists returns them. "
        "DND lists and lead lists have different ids"
    )
    raise WriteRejected(error_response(404, "List not found.", reason))


def _list_id(account: Account, list_id: str) -> int | None:
    """Return the id of a DND list, ``None`` if the account has no such list."""
    parsed = parse_list_id(list_id)
    return parsed if parsed == ACCOUNT_LIST_ID or parsed in account.dnd_lists else None


def _entry(account: Account, dnd_id: str) -> DndEntry:
    """Return an entry.

    Raises:
        WriteRejected: no write has added it.
    """
    if dnd_id in account.dnd:
        return account.dnd[dnd_id]
    reason = (
        f"this account has no DND entry with the id {truncate(dnd_id)}; the id in this path is the id of an entry of "
        "GET /v1/broadcast/dnd/leads that is on a DND list; an entry of a lead list follows the lead's dial_status"
    )
    raise WriteRejected(error_response(404, "Lead not found.", reason))


def _target(transaction: Transaction, value: str | int, kind: str | None, key: str) -> _Target:
    """Return what a client names by a number, or by the id of a lead.

    Raises:
        InvalidValuesError: it is not a phone number, or the account has no such lead.
    """
    if kind != "lead_id":
        return _Target(normalize_phone(value, key))
    try:
        edited, index = transaction.edited_lead(str(value))
    except WriteRejected:
        raise InvalidValuesError({key: f"Provide a valid {key}."}, _LEAD_ID) from None
    phone: Any = (edited.leads.lead(index) or {}).get(PHONE_KEY)
    if not isinstance(phone, str) or not last_digits(phone):
        raise InvalidValuesError({key: f"Provide a valid {key}."}, _LEAD_ID)
    return _Target(phone, str(value))


def _add(transaction: Transaction, list_id: int, targets: Iterable[_Target]) -> int:
    """Put numbers on a DND list that are not on it, and return how many.

    Raises:
        InvalidValuesError: the account would have too many entries.
    """
    account = transaction.account
    known = _numbers(account, list_id)
    new = {target.number: target for target in targets if target.number not in known}
    if len(account.dnd) + len(new) > MAX_ENTRIES:
        raise InvalidValuesError({"data": f"DND lists of an account can have {MAX_ENTRIES:,} leads."})
    added = {}
    for target in new.values():
        entry = _new_entry(transaction, list_id, target)
        added[entry_id(list_id, entry.serial)] = entry
    account.dnd = account.dnd | added
    return len(added)


def _numbers(account: Account, list_id: int) -> set[str]:
    return {entry.number for entry in account.dnd.values() if entry.list_id == list_id}


def _new_entry(transaction: Transaction, list_id: int, target: _Target) -> DndEntry:
    account = transaction.account
    since_ms, serial = account.dial_ms, account.next_serial()
    return DndEntry(target.number, list_id, since_ms, target.phone, transaction.now, target.lead_id, serial)
