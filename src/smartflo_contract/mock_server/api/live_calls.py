"""``GET /v1/live_calls``, ``POST /v1/call/hangup`` and ``POST /v1/call/options``: calls in progress."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from flask import Response

from smartflo_contract.mock_server.api.account_calls import AccountCall, has_agent, has_number, live_calls, made_calls
from smartflo_contract.mock_server.api.transaction import WriteRejected, open_transaction, success_response
from smartflo_contract.mock_server.calls.agents import find_agent
from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.calls.dnd import ADDED_BY
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import SMALL_BODY_BYTES, BodySpec, unknown_keys
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.schemas.indian_time import format_indian_time
from smartflo_contract.schemas.printable import truncate

_CALL_ID: Final = "1769832000.000001"
_HANGUP: Final = BodySpec("HangupCall", SMALL_BODY_BYTES, f'{{"call_id": "{_CALL_ID}"}}')
_OPTIONS: Final = BodySpec(
    "CallOptions", SMALL_BODY_BYTES, f'{{"type": 4, "call_id": "{_CALL_ID}", "intercom": "1001"}}'
)
_FILTERS: Final[Mapping[str, Callable[[int, CallRecord, str], bool]]] = {
    "agent_number": has_agent,
    "extension": has_agent,
    "call_id": lambda _, record, value: record.call_id == value,
    "did_number": lambda _, record, value: has_number(record.caller_id, value),
}
"""Which calls a parameter selects."""


def get_live_calls(call: Call) -> Response:
    """Return the calls in progress in one array, the newest first."""
    seed, arguments = call.state.config.seed, call.request.args
    now_ms = int(call.state.now(call.account) * 1_000)
    with call.state.accounts.reading(call.account) as account:
        calls = live_calls(account, call.settings.catalog, now_ms)
    for name, matches in _FILTERS.items():
        if name in arguments:
            calls = [found for found in calls if matches(seed, found.record, arguments[name])]
    return json_response(200, [_live_call(seed, found) for found in calls], "assumed")


def post_hangup(call: Call) -> Response:
    """End a call that a client made."""
    with open_transaction(call, _HANGUP) as transaction:
        account, content = transaction.account, transaction.content
        made = made_calls(account, call.state.config.seed, transaction.now)
        call_id = _live_call_id([found for found in made if found.is_live], content["call_id"])
        account.calls = tuple(
            made._replace(hung_up_ms=transaction.now - made.started_ms) if made.call_id == call_id else made
            for made in account.calls
        )
    return success_response("Call hung up successfully.", unknown_keys(_HANGUP, content))


def post_call_options(call: Call) -> Response:
    """Accept an operation on a call in progress, which goes on unchanged."""
    with open_transaction(call, _OPTIONS) as transaction:
        content = transaction.content
        live = live_calls(transaction.account, transaction.settings.catalog, transaction.now)
        _live_call_id(live, content["call_id"])
    return success_response("Call operation performed successfully.", unknown_keys(_OPTIONS, content))


def _live_call_id(live: Sequence[AccountCall], call_id: str) -> str:
    """Return the id of a call in progress.

    Raises:
        WriteRejected: there is no such call, or it has ended.
    """
    if any(found.record.call_id == call_id for found in live):
        return call_id
    reason = (
        f"no call with the call_id {truncate(call_id)} is in progress; GET /v1/live_calls returns those that are, and "
        "a call of a broadcast cannot be hung up"
    )
    raise WriteRejected(error_response(400, "Provide a valid call_id.", reason))


def _live_call(seed: int, found: AccountCall) -> dict[str, object]:
    """Return a call in progress as JSON."""
    record, agent = found.record, find_agent(seed, found.record.agent)
    is_ringing = record.answered_ms is None or found.now_ms < record.answered_ms
    minutes, seconds = divmod((found.now_ms - record.start_ms) // 1_000, 60)
    return {
        "call_id": record.call_id,
        "user_id": ADDED_BY if agent is None else agent.user_id,
        "agent_name": "" if agent is None else agent.name,
        "customer_number": record.number,
        "did": record.caller_id,
        "direction": record.direction,
        "state": "Ringing" if is_ringing else "Answered",
        "call_time": f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}",
        "created_at": format_indian_time(record.start_ms),
    }
