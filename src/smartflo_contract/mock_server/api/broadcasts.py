"""``/v1/broadcast`` and ``/v2/broadcasts``: create, change, read, start, pause, resume, end and delete broadcasts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Response

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.lookup import find_list
from smartflo_contract.mock_server.api.broadcast_starts import start_run
from smartflo_contract.mock_server.api.broadcast_values import (
    TIMES,
    broadcast_settings,
    check_times,
    seconds_of,
    status_names,
)
from smartflo_contract.mock_server.api.query_times import parse_query_time
from smartflo_contract.mock_server.api.transaction import (
    InvalidValuesError,
    Transaction,
    WriteRejected,
    open_draft,
    open_transaction,
    success_response,
)
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.dialling.broadcast import (
    ACTIVE,
    INACTIVE,
    MAX_BROADCASTS,
    PAUSED,
    Broadcast,
    RunEvent,
)
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.request_bodies import (
    SMALL_BODY_BYTES,
    BodySpec,
    invalid_values,
    unknown_keys,
    validation_response,
)
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.schemas.printable import truncate

_CREATE: Final = BodySpec(
    "CreateBroadcast", SMALL_BODY_BYTES, '{"name": "March", "phone_number_list": 8668, "concurrent_limit": 5}'
)
_UPDATE: Final = BodySpec("UpdateBroadcast", SMALL_BODY_BYTES, '{"name": "April"}')
_MAX_PAGE: Final = 1_000_000
_MAX_PAGE_BROADCASTS: Final = 100
_DEFAULT_PAGE_BROADCASTS: Final = 10
_EXAMPLE: Final = "for example /v2/broadcasts?limit=10&page=1"
_STATES: Final = {INACTIVE: "is not running", ACTIVE: "is running", PAUSED: "is paused"}


def post_broadcast(call: Call) -> Response:
    """Create a broadcast, which dials nobody until it is started."""
    with open_transaction(call, _CREATE) as transaction:
        account, content = transaction.account, transaction.content
        if len(account.broadcasts) >= MAX_BROADCASTS:
            raise InvalidValuesError({"name": f"An account can have {MAX_BROADCASTS:,} broadcasts."})
        settings = broadcast_settings(content)
        definition = _selected_list(transaction, str(content["phone_number_list"]))
        broadcast_id = account.new_broadcast_id()
        account.put_broadcast(Broadcast(broadcast_id, definition.id, definition.name, settings, transaction.now))
    ignored = unknown_keys(_CREATE, content)
    return success_response("Broadcast created successfully.", ignored, broadcast_id=broadcast_id)


def put_broadcast(call: Call, broadcast_id: str) -> Response:
    """Change a broadcast. One that is running goes on as it was started; changes hold from the next start on."""
    with open_transaction(call, _UPDATE) as transaction:
        broadcast, content = _broadcast(transaction.account, broadcast_id), transaction.content
        changed = replace(broadcast, settings={**broadcast.settings, **broadcast_settings(content)})
        check_times(changed.settings)
        if "phone_number_list" in content:
            if broadcast.status != INACTIVE:
                raise InvalidValuesError({"phone_number_list": "End the broadcast before you change its list."})
            definition = _selected_list(transaction, str(content["phone_number_list"]))
            if broadcast.runs and definition.id != broadcast.list_id:
                message = "The broadcast has dialled its list already; create another one for this list."
                raise InvalidValuesError({"phone_number_list": message})
            changed = replace(changed, list_id=definition.id, list_name=definition.name)
        transaction.account.put_broadcast(changed)
    return success_response("Broadcast updated successfully.", unknown_keys(_UPDATE, content))


def delete_broadcast(call: Call, broadcast_id: str) -> Response:
    """Delete a broadcast, and end it if it is running. What it has dialled stays."""
    with open_transaction(call) as transaction:
        account = transaction.account
        broadcast = _broadcast(account, broadcast_id)
        if broadcast.runs:
            ended = broadcast if broadcast.status == INACTIVE else _with_event(account, broadcast, "end")
            account.put_broadcast(replace(ended, is_deleted=True))
        else:
            account.broadcasts = {key: item for key, item in account.broadcasts.items() if key != broadcast.id}
    return success_response("Broadcast deleted successfully.")


def get_broadcast(call: Call, broadcast_id: str) -> Response:
    """Return one broadcast, in the form of the list of broadcasts."""
    with call.state.accounts.reading(call.account) as account:
        return json_response(200, _to_json(_broadcast(account, broadcast_id)), "assumed")


def get_broadcasts(call: Call) -> Response:
    """Return a page of the account's broadcasts, the newest first."""
    arguments = call.request.args
    page = parse_integer(arguments.get("page", "1"), 1, _MAX_PAGE)
    limit = parse_integer(arguments.get("limit", str(_DEFAULT_PAGE_BROADCASTS)), 1, _MAX_PAGE_BROADCASTS)
    selected = arguments.get("broadcast_id")
    is_id = selected is None or is_list_id(selected)
    errors = invalid_values({"page": page is not None, "limit": limit is not None, "broadcast_id": is_id})
    if errors or page is None or limit is None:
        return validation_response(errors, call.settings.quirks, _EXAMPLE)
    with call.state.accounts.reading(call.account) as account:
        found = [item.settled(account.dial_ms) for item in account.broadcasts.values() if not item.is_deleted]
    found = sorted(found, key=lambda item: item.id, reverse=True)
    if selected is not None:
        found = [item for item in found if item.id == int(selected)]
    results = [_to_json(item) for item in found[(page - 1) * limit : page * limit]]
    body = {"page": page, "size": len(results), "limit": limit, "broadcast_limit": MAX_BROADCASTS, "results": results}
    return json_response(200, body, "assumed")


def start_broadcast(call: Call, broadcast_id: str) -> Response:
    """Start a broadcast, in the times of the query if there are any."""
    arguments = call.request.args
    times = {name: arguments[name] for name in TIMES if arguments.get(name)}
    errors = invalid_values({name: parse_query_time(value) is not None for name, value in times.items()})
    if errors:
        example = "for example ?start_date_time=2026-01-31 09:30:00&end_date_time=2026-01-31 18:00:00"
        return validation_response(errors, call.settings.quirks, example)

    def start(transaction: Transaction, broadcast: Broadcast) -> None:
        _check_status(broadcast, (INACTIVE,), "start", "end it first")
        edited = _list_to_dial(transaction, broadcast)
        settings = dict(broadcast.settings) | times
        check_times(settings)
        run = start_run(transaction, broadcast, edited, settings)
        transaction.account.put_broadcast(broadcast.with_run(run))

    return _change(call, broadcast_id, start, "Broadcast started successfully.")


def pause_broadcast(call: Call, broadcast_id: str) -> Response:
    """Pause a broadcast. Calls in progress go on."""
    return _change(
        call, broadcast_id, _event("pause", (ACTIVE,), "start or resume it first"), "Broadcast paused successfully."
    )


def resume_broadcast(call: Call, broadcast_id: str) -> Response:
    """Let a paused broadcast go on where it stopped."""
    change = _event("resume", (PAUSED,), "only a paused broadcast goes on")
    return _change(call, broadcast_id, change, "Broadcast resumed successfully.")


def end_broadcast(call: Call, broadcast_id: str) -> Response:
    """End a broadcast. Calls in progress go on, and leads that were not dialled stay so."""
    change = _event("end", (ACTIVE, PAUSED), "start it first")
    return _change(call, broadcast_id, change, "Broadcast ended successfully.")


_Change = Callable[[Transaction, Broadcast], None]


def _change(call: Call, broadcast_id: str, change: _Change, message: str) -> Response:
    """Change a broadcast by GET, as the vendor has it. ``HEAD`` gets the same response and changes nothing."""
    is_head = call.environ["REQUEST_METHOD"] == "HEAD"
    with open_draft(call) if is_head else open_transaction(call) as transaction:
        change(transaction, _broadcast(transaction.account, broadcast_id))
    return success_response(message)


def _event(event: str, statuses: tuple[int, ...], hint: str) -> _Change:
    """Return the change of a broadcast by an event, which is possible in some statuses only."""

    def change(transaction: Transaction, broadcast: Broadcast) -> None:
        _check_status(broadcast, statuses, event, hint)
        transaction.account.put_broadcast(_with_event(transaction.account, broadcast, event))

    return change


def _with_event(account: Account, broadcast: Broadcast, event: str) -> Broadcast:
    made = RunEvent(event, account.dial_ms, account.next_serial())
    return broadcast.with_run(broadcast.runs[-1].with_event(made))


def _check_status(broadcast: Broadcast, statuses: tuple[int, ...], action: str, hint: str) -> None:
    """Reject a change that is not possible in the status of a broadcast.

    Raises:
        WriteRejected: it is not.
    """
    if broadcast.status not in statuses:
        state = _STATES[broadcast.status]
        reason = f"broadcast {broadcast.id} {state}, so it cannot {action}; {hint}"
        raise WriteRejected(error_response(400, f"Broadcast {state}.", reason))


def _broadcast(account: Account, broadcast_id: str) -> Broadcast:
    """Return a broadcast of an account.

    Raises:
        WriteRejected: there is no such broadcast.
    """
    broadcast = account.broadcasts.get(int(broadcast_id)) if is_list_id(broadcast_id) else None
    if broadcast is None or broadcast.is_deleted:
        reason = (
            f"this account has no broadcast with the id {truncate(broadcast_id)}; POST /v1/broadcast returns "
            "broadcast_id, and GET /v2/broadcasts returns all"
        )
        raise WriteRejected(error_response(404, "Broadcast not found.", reason))
    return broadcast.settled(account.dial_ms)


def _selected_list(transaction: Transaction, list_id: str) -> ListDefinition:
    """Return the list that a client selects for a broadcast.

    Raises:
        WriteRejected: there is no such list, or its leads are fixed.
    """
    result = find_list(transaction.account, transaction.settings.catalog, list_id)
    if isinstance(result, EditedList):
        return result.writer.definition
    reason = f"no list with the id {truncate(list_id)} can be dialled; GET /v1/broadcast/lists returns all that can"
    messages = {"phone_number_list": "The selected phone_number_list is invalid."}
    raise WriteRejected(validation_response(messages, transaction.settings.quirks, reason))


def _list_to_dial(transaction: Transaction, broadcast: Broadcast) -> EditedList:
    """Return the list of a broadcast that is started.

    Raises:
        WriteRejected: the list was deleted.
    """
    result = find_list(transaction.account, transaction.settings.catalog, str(broadcast.list_id))
    if isinstance(result, EditedList):
        return result
    reason = (
        f"list {broadcast.list_id} of broadcast {broadcast.id} was deleted; create another list and set it with PUT "
        f"/v1/broadcast/{broadcast.id}, as phone_number_list"
    )
    raise WriteRejected(error_response(400, "List not found.", reason))


def _to_json(broadcast: Broadcast) -> dict[str, Any]:
    """Return a broadcast as the sample of a sibling brand has it: ids are strings, and times are in seconds."""
    settings: Mapping[str, Any] = broadcast.settings
    return {
        "id": str(broadcast.id),
        "name": broadcast.name,
        "description": settings.get("description", ""),
        "list_id": str(broadcast.list_id),
        "list_name": broadcast.list_name,
        "destination": settings.get("destination", ""),
        "timeout": settings["timeout"],
        "concurrent_limit": settings["concurrent_limit"],
        "retry": settings["number_of_retry"],
        "retry_after": list(settings["retry_after_minutes"]),
        "caller_id_number": list(settings["caller_id_number"]),
        "status": broadcast.status,
        "start_date_time": seconds_of(settings.get("start_date_time")),
        "end_date_time": seconds_of(settings.get("end_date_time")),
        "created_at": broadcast.created_ms // 1_000,
        "dialstatus": status_names(settings["dialstatus"]),
        "retry_dialstatus": status_names(settings["retry_dialstatus"]),
        "time_group_id": settings.get("time_group"),
    }
