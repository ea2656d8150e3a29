"""Add, change and delete leads: ``/v1/broadcast/lead``, and the writes of ``/v1/broadcast/leads``."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final, TypeVar

from flask import Response

from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.mock_server.accounts.account import Batch
from smartflo_contract.mock_server.accounts.lead_edits import LeadEdits, editing_leads
from smartflo_contract.mock_server.api.lead_values import LeadValues, parse_lead_values
from smartflo_contract.mock_server.api.stored_leads import new_lead, updated_lead
from smartflo_contract.mock_server.api.transaction import (
    InvalidValuesError,
    Transaction,
    open_transaction,
    success_response,
)
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import LARGE_BODY_BYTES, SMALL_BODY_BYTES, BodySpec, unknown_keys
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.mock_server.lists.edited_leads import DIAL_STATUS_KEY, PHONE_KEY, Lead
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.printable import truncate

_Result = TypeVar("_Result")

_ADD: Final = BodySpec(
    "AddLead", SMALL_BODY_BYTES, '{"field_0": "5550000042", "field_1": "Asha", "duplicate_option": "skip"}'
)
_UPDATE: Final = BodySpec("UpdateLead", SMALL_BODY_BYTES, '{"field_1": "Asha", "priority": "30"}')
_ADD_MANY: Final = BodySpec(
    "AddLeads", LARGE_BODY_BYTES, '{"data": [{"field_0": "5550000042"}], "duplicate_option": "skip"}'
)
_PATCH: Final = BodySpec(
    "PatchLeads", LARGE_BODY_BYTES, '{"field": "field_0", "data": ["5550000042"], "lead_data": {"priority": 5}}'
)
_DELETE: Final = BodySpec("DeleteLeads", LARGE_BODY_BYTES, '{"field": "field_0", "data": ["5550000042"]}')

_MAX_SCANNED_LEADS: Final = 100_000
"""Maximum size of a list that is searched lead by lead. Phone numbers are found without a scan."""
_MAX_BATCHES: Final = 1_000
"""Maximum number of batches that an account stores."""
BATCH_SECONDS: Final = 2
"""Time for which a batch is reported as processing, though its leads exist immediately. Assumed."""
_MESSAGES: Final = {
    "added": "Lead added successfully.",
    "updated": "Lead updated successfully.",
    "skipped": "Lead already exists and was skipped.",
}


_ACCEPTED: Final = (
    "The request is being processed in the background. Later, you can check the status by batch id in batch_status API."
)
"""The message of a bulk addition that public clients show."""


def post_lead(call: Call, list_id: str) -> Response:
    """Add one lead to a list."""
    with open_transaction(call, _ADD) as transaction:
        edited = transaction.edited_list(list_id)
        lead_values = parse_lead_values(transaction.content, len(edited.writer.definition.columns))
        with _editing(transaction, edited) as edits:
            outcome, lead = _add(transaction, edited, edits, lead_values, _duplicate_option(transaction))
    id_key = transaction.settings.quirks["add_lead_answer"]
    ids = {id_key: lead.get("lead_id")} if id_key in {"lead_id", "id"} else {}
    return success_response(_MESSAGES[outcome], lead_values.ignored, **ids)


def put_lead(call: Call, lead_id: str) -> Response:
    """Change one lead."""
    with open_transaction(call, _UPDATE) as transaction:
        edited, index = transaction.edited_lead(lead_id)
        lead_values = parse_lead_values(transaction.content, len(edited.writer.definition.columns))
        values = lead_values.values
        with _editing(transaction, edited) as edits:
            edits.change(index, partial(updated_lead, transaction, values), is_set=DIAL_STATUS_KEY in values)
    return success_response("Lead updated successfully.", lead_values.ignored)


def delete_lead(call: Call, lead_id: str) -> Response:
    """Delete one lead."""
    with open_transaction(call) as transaction:
        edited, index = transaction.edited_lead(lead_id)
        with _editing(transaction, edited) as edits:
            edits.remove(index)
    return success_response("Lead deleted successfully.")


def post_leads(call: Call, list_id: str) -> Response:
    """Add many leads to a list, all or none."""
    with open_transaction(call, _ADD_MANY) as transaction:
        edited, content = transaction.edited_list(list_id), transaction.content
        shared = {"skill_id": content["skill_id"]} if "skill_id" in content else {}
        columns = len(edited.writer.definition.columns)
        rows = [
            _in_row(number, partial(parse_lead_values, shared | row, columns))
            for number, row in enumerate(content["data"])
        ]
        _check_rows(transaction, edited, rows)
        option = _duplicate_option(transaction)
        with _editing(transaction, edited) as edits:
            outcomes = [_add(transaction, edited, edits, row, option)[0] for row in rows]
        counts = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in _MESSAGES)
        batch = Batch(f"Batch completed: {counts}.", transaction.now / 1_000 + BATCH_SECONDS)
        batch_id = transaction.account.add_batch(batch, _MAX_BATCHES)
    ignored = unknown_keys(_ADD_MANY, content) + sorted({key for row in rows for key in row.ignored})
    return success_response(_ACCEPTED, ignored, batch_id=batch_id)


def patch_leads(call: Call, list_id: str) -> Response:
    """Change the leads of a list that have one of some values in a field."""
    with open_transaction(call, _PATCH) as transaction:
        edited, content = transaction.edited_list(list_id), transaction.content
        lead_values = parse_lead_values(content["lead_data"], len(edited.writer.definition.columns))
        indexes = list(_find_leads(edited, content["field"], content["data"]))
        values = lead_values.values
        change = partial(updated_lead, transaction, values)
        with _editing(transaction, edited) as edits:
            for index in indexes:  # reject the request before any lead is changed
                change(edits.lead(index))
            for index in indexes:
                edits.change(index, change, is_set=DIAL_STATUS_KEY in values)
    return success_response(
        f"{format_count(len(indexes), 'lead')} updated.", [*unknown_keys(_PATCH, content), *lead_values.ignored]
    )


def delete_leads(call: Call, list_id: str) -> Response:
    """Delete the leads of a list that have one of some values in a field."""
    with open_transaction(call, _DELETE) as transaction:
        edited, content = transaction.edited_list(list_id), transaction.content
        indexes = list(_find_leads(edited, content["field"], content["data"]))
        with _editing(transaction, edited) as edits:
            for index in indexes:
                edits.remove(index)
    return success_response(f"{format_count(len(indexes), 'lead')} deleted.", unknown_keys(_DELETE, content))


def get_batch_status(call: Call, batch_id: str) -> Response:
    """Return the outcome of a bulk addition."""
    batch = call.state.accounts.get(call.account).batches.get(batch_id)
    if batch is None:
        reason = (
            f"this account has no batch with the id {truncate(batch_id)}; POST /v1/broadcast/leads/{{id}} returns an id"
        )
        return error_response(404, "Batch not found.", reason)
    finished = call.state.now(call.account) >= batch.done_at
    message = batch.outcome if finished else "Batch is processing."
    return json_response(200, {"success": True, "message": message}, "assumed")


def _duplicate_option(transaction: Transaction) -> str:
    return str(transaction.content.get("duplicate_option", transaction.settings.quirks["duplicate_option"]))


def _editing(transaction: Transaction, edited: EditedList) -> AbstractContextManager[LeadEdits]:
    return editing_leads(transaction.account, transaction.settings.catalog, edited)


def _add(
    transaction: Transaction, edited: EditedList, edits: LeadEdits, row: LeadValues, option: str
) -> tuple[str, Lead]:
    """Add a lead, or apply the duplicate option to the lead with its number; return the outcome and the lead.

    Args:
        transaction: the write.
        edited: the list.
        edits: the edits of its leads.
        row: values of the lead.
        option: the duplicate option.
    """
    duplicates = [] if option == "clone" else edited.leads.matching(row.values[PHONE_KEY])
    if duplicates and option == "skip":
        return "skipped", edits.lead(duplicates[0])
    if duplicates:
        change = partial(updated_lead, transaction, row.values)
        return "updated", edits.change(duplicates[0], change, is_set=DIAL_STATUS_KEY in row.values)
    return "added", edits.add_all([partial(new_lead, transaction, row.values)])[0]


def _check_rows(transaction: Transaction, edited: EditedList, rows: Iterable[LeadValues]) -> None:
    """Reject a batch if one of its leads would violate the contract, before any lead is added.

    Raises:
        InvalidValuesError: the contract does not allow a value.
    """
    if transaction.settings.catalog.contract.overlay is None:
        return  # the request's schema is as strict as the contract
    template = edited.writer.lead(edited.writer.size)
    for number, row in enumerate(rows):
        _in_row(number, partial(updated_lead, transaction, row.values, template))


def _in_row(number: int, function: Callable[[], _Result]) -> _Result:
    """Return the result of a function; the messages of its errors name the row.

    Raises:
        InvalidValuesError: the function raised it.
    """
    try:
        return function()
    except InvalidValuesError as error:
        messages = {f"data.{number}.{key}": message for key, message in error.messages.items()}
        raise InvalidValuesError(messages, error.expected) from None


def _find_leads(edited: EditedList, key: str, values: list[str | int]) -> Iterator[int]:
    """Yield the index of every lead that has one of some values in a field. Phone numbers match by the last ten digits.

    Raises:
        InvalidValuesError: the list is too long to be searched for this field.
    """
    leads = edited.leads
    if key == PHONE_KEY:
        numbers = {last_digits(str(value)) for value in values}
        yield from sorted({index for number in numbers for index in leads.matching(number)})
        return
    if leads.size > _MAX_SCANNED_LEADS:
        message = f"Only field_0 can be searched in lists of more than {_MAX_SCANNED_LEADS:,} leads."
        raise InvalidValuesError({"field": message})
    strings = set(map(str, values))
    for index in leads.indexes():
        value: Any = (leads.lead(index) or {}).get(key)
        if isinstance(value, str) and value in strings:
            yield index
