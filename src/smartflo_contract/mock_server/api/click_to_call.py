"""``POST /v1/click_to_call`` and ``POST /v1/click_to_call_support``: calls that clients make."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from flask import Response

from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.mock_server.api.lead_values import normalize_phone
from smartflo_contract.mock_server.api.transaction import (
    InvalidValuesError,
    Transaction,
    WriteRejected,
    open_transaction,
    success_response,
)
from smartflo_contract.mock_server.calls.agents import agents, own_numbers
from smartflo_contract.mock_server.calls.click_to_call import MAX_CALLS, MAX_RING_SECONDS, ClickToCall, new_ref_id
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import SMALL_BODY_BYTES, BodySpec, unknown_keys
from smartflo_contract.mock_server.http.responses import error_response

API_KEY: Final = "api_key"
"""Key of the body that selects the account of a request to click-to-call support without a token."""
_MISSPELLED: Final = "Provide a vaild caller_id."
"""The vendor's spelling, which public clients show."""
_CALLER_ID: Final = "a phone number; with the quirk caller_id=own, one of those that GET /v1/my_number returns"
_ON_DND: Final = "the number is on a DND list of the account; DELETE /v1/broadcast/dnd/leads/{id} removes it"


class _Service(NamedTuple):
    """One of the two routes.

    Attributes:
        name: its name in call records.
        body: the body that it accepts.
        number_key: key of the number to call.
        invalid_caller_id: status of the response to an invalid caller id, unless a quirk sets it.
    """

    name: str
    body: BodySpec
    number_key: str
    invalid_caller_id: str


_CALL: Final = _Service(
    "click_to_call",
    BodySpec("ClickToCall", SMALL_BODY_BYTES, '{"agent_number": "50201", "destination_number": "5550000042"}'),
    "destination_number",
    "400",
)
_SUPPORT: Final = _Service(
    "click_to_call_support",
    BodySpec("ClickToCallSupport", SMALL_BODY_BYTES, '{"customer_number": "5550000042", "api_key": "any-text"}'),
    "customer_number",
    "422",
)


def post_click_to_call(call: Call) -> Response:
    """Call an agent, then a number."""
    return _make_call(call, _CALL)


def post_click_to_call_support(call: Call) -> Response:
    """Call a number, then the destination of the API key."""
    return _make_call(call, _SUPPORT)


def _make_call(call: Call, service: _Service) -> Response:
    seed = call.state.config.seed
    with open_transaction(call, service.body) as transaction:
        account, content = transaction.account, transaction.content
        phone = normalize_phone(content[service.number_key], service.number_key)
        caller_id = _caller_id(transaction, service, seed)
        if last_digits(phone) in {entry.number for entry in account.dnd.values()}:
            raise WriteRejected(error_response(400, "The number is on a DND list.", _ON_DND))
        serial = account.next_serial()
        made = ClickToCall(
            ref_id=new_ref_id(seed, serial),
            call_id=f"{transaction.now // 1_000}.{serial:06}",
            service=service.name,
            phone=phone,
            agent=str(content.get("agent_number", agents(seed)[0].id)),
            caller_id=caller_id,
            custom_identifier=_text(content.get("custom_identifier", "")),
            started_ms=transaction.now,
            dialled_ms=account.dial_ms,
            max_ring_seconds=int(content.get("customer_ring_timeout", MAX_RING_SECONDS)),
            max_talk_seconds=int(content.get("call_timeout", 0)),
        )
        account.calls = (*account.calls, made)[-MAX_CALLS:]
    return success_response("Originate successfully queued", unknown_keys(service.body, content), ref_id=made.ref_id)


def _caller_id(transaction: Transaction, service: _Service, seed: int) -> str:
    """Return the number that the called party sees: the account's first one, unless the client names one.

    Raises:
        InvalidValuesError: it is invalid, and the response has status 422.
        WriteRejected: it is invalid, and the response has status 400.
    """
    own, quirks = [known.number for known in own_numbers(seed)], transaction.settings.quirks
    value = transaction.content.get("caller_id")
    if value is None or value == "":
        return own[0]
    try:
        caller_id = normalize_phone(value, "caller_id")
    except InvalidValuesError:
        caller_id = ""
    if caller_id and (quirks["caller_id"] == "any" or caller_id in own):
        return caller_id
    status = service.invalid_caller_id if quirks["caller_id_error"] == "by_route" else quirks["caller_id_error"]
    if status == "422":
        raise InvalidValuesError({"caller_id": _MISSPELLED}, _CALLER_ID)
    raise WriteRejected(error_response(400, "Provide a valid caller_id.", f"caller_id: expected {_CALLER_ID}"))


def _text(value: str | Mapping[str, Any]) -> str:
    """Return the client's reference as a string."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
