"""``GET /v1/call/records``: the calls that have ended, page by page."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from flask import Response
from werkzeug.datastructures import MultiDict

from smartflo_contract.mock_server.api.account_calls import has_agent, has_number, started_calls
from smartflo_contract.mock_server.api.query_parameters import reason_for_ignored
from smartflo_contract.mock_server.api.query_times import parse_query_time
from smartflo_contract.mock_server.calls.agents import find_agent
from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.mock_server.http.request_bodies import invalid_values, validation_response
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.schemas.indian_time import format_indian_time, indian_time

_DEFAULT_PAGE_CALLS: Final = 20
_MAX_PAGE_CALLS: Final = 1_000
_MAX_PAGE: Final = 1_000_000
_MAX_MS: Final = 10**15
_EXAMPLE: Final = "for example /v1/call/records?from_date=2026-01-31 00:00:00&to_date=2026-01-31 23:59:59&limit=100"
_STATUSES: Final = {"c": "answered", "m": "missed", "answered": "answered", "missed": "missed"}
"""Status by the value of ``call_type``."""
_DIRECTIONS: Final = ("inbound", "outbound", "broadcast")
_PAGING: Final = ("from_date", "to_date", "page", "limit")
_FILTERS: Final[Mapping[str, Callable[[int, CallRecord, str], bool]]] = {
    "agents": lambda seed, record, value: any(has_agent(seed, record, name) for name in value.split(",")),
    "broadcast": lambda _, record, value: record.campaign_id == value,
    "call_id": lambda _, record, value: record.call_id == value,
    "call_type": lambda _, record, value: record.status == _STATUSES[value],
    "callerid": lambda _, record, value: has_number(record.caller_id, value),
    "destination": lambda _, record, value: has_number(record.number, value),
    "did_numbers": lambda _, record, value: has_number(record.caller_id, value),
    "direction": lambda _, record, value: record.direction == value,
}
"""Which calls a parameter selects."""


class _Query(NamedTuple):
    """The valid parameters of a request.

    Attributes:
        page: number of the page, from 1.
        limit: maximum number of calls in a page.
        from_ms: only calls that started then or later, in epoch ms.
        to_ms: only calls that started then or earlier, in epoch ms.
        filters: values of the other parameters by name.
    """

    page: int
    limit: int
    from_ms: int
    to_ms: int
    filters: Mapping[str, str]


def get_call_records(call: Call) -> Response:
    """Return a page of the calls that have ended, the newest first."""
    seed, quirks = call.state.config.seed, call.settings.quirks
    query = _parse_query(call.request.args, quirks)
    if isinstance(query, Response):
        return query
    now_ms = int(call.state.now(call.account) * 1_000)
    with call.state.accounts.reading(call.account) as account:
        records = [found.record for found in started_calls(account, call.settings.catalog, now_ms) if not found.is_live]
    found = [record for record in records if _is_selected(seed, query, record)]
    page = found[(query.page - 1) * query.limit : query.page * query.limit]
    number: Callable[[int], str | int] = str if quirks["record_numbers"] == "text" else int
    counts = {"count": len(found), "limit": query.limit, "size": len(page), "page": query.page}
    body = {name: number(value) for name, value in counts.items()}
    results = [_to_json(seed, record, number) for record in page]
    reason = reason_for_ignored(call.request.args, {*_FILTERS, *_PAGING})
    return json_response(200, body | {"results": results}, "assumed", reason=reason)


def _parse_query(arguments: MultiDict[str, str], quirks: Quirks) -> _Query | Response:
    """Return the parameters of a request, or the response to invalid ones."""
    page = parse_integer(arguments.get("page", "1"), 1, _MAX_PAGE)
    limit = parse_integer(arguments.get("limit", str(_DEFAULT_PAGE_CALLS)), 1, _MAX_PAGE_CALLS)
    from_ms = parse_query_time(arguments["from_date"]) if arguments.get("from_date") else -_MAX_MS
    to_ms = parse_query_time(arguments["to_date"], is_end=True) if arguments.get("to_date") else _MAX_MS
    valid = {
        "page": page is not None,
        "limit": limit is not None,
        "from_date": from_ms is not None,
        "to_date": to_ms is not None,
        "call_type": arguments.get("call_type", "c") in _STATUSES,
        "direction": arguments.get("direction", "inbound") in _DIRECTIONS,
    }
    errors = invalid_values(valid)
    if errors or page is None or limit is None or from_ms is None or to_ms is None:
        return validation_response(errors, quirks, _EXAMPLE)
    filters = {name: arguments[name] for name in _FILTERS if name in arguments}
    return _Query(page, limit, from_ms, to_ms, filters)


def _is_selected(seed: int, query: _Query, record: CallRecord) -> bool:
    is_within = query.from_ms <= record.start_ms <= query.to_ms
    return is_within and all(_FILTERS[name](seed, record, value) for name, value in query.filters.items())


def _to_json(seed: int, record: CallRecord, number: Callable[[int], str | int]) -> dict[str, Any]:
    """Return a call as JSON.

    Args:
        seed: seed of the fake.
        record: the call.
        number: converts a number to what the quirk ``record_numbers`` sets.
    """
    start, agent = indian_time(record.start_ms), find_agent(seed, record.agent)
    return {
        "call_id": record.call_id,
        "uuid": record.uuid,
        "ref_id": record.ref_id or None,
        "direction": record.direction,
        "service": record.service,
        "status": record.status,
        "date": start.strftime("%Y-%m-%d"),
        "time": start.strftime("%H:%M:%S"),
        "end_stamp": format_indian_time(record.end_ms),
        "call_duration": number(record.duration_seconds),
        "answered_seconds": number(record.answered_seconds),
        "agent_number": record.agent if agent is None else agent.number,
        "agent_name": "" if agent is None else agent.name,
        "client_number": record.number,
        "did_number": record.caller_id,
        "hangup_cause": record.hangup_cause,
        "recording_url": None,
        "dtmf_input": record.dtmf or None,
        "broadcast_id": record.campaign_id or None,
        "lead_id": record.lead_id or None,
        "contact_details": {"field_0": record.number} if record.lead_id else None,
        "dialer_call_details": _dialer_details(record, number) if record.campaign_id else None,
    }


def _dialer_details(record: CallRecord, number: Callable[[int], str | int]) -> dict[str, Any]:
    """Return what a call record states of the broadcast that made the call."""
    return {
        "campaign_id": record.campaign_id,
        "campaign_name": record.campaign_name,
        "list_id": number(record.list_id),
        "list_name": record.list_name,
        "disposition_name": record.disposition_name,
        "disposition_code": number(record.disposition_id),
        "call_type": record.direction,
        "call_wait_time": number(0),
        "sla_status": "",
    }
