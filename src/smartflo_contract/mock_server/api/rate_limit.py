"""Reject requests beyond the rate limit of their account."""

from typing import Final

from flask import Response

from smartflo_contract.mock_server.accounts.clock import MAX_TIME_SECONDS, format_time
from smartflo_contract.mock_server.accounts.rate_budget import RateBudget
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.error_responses import error_response_for
from smartflo_contract.mock_server.http.lockout import retry_after
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.mock_server.journal.entry import keep_small_body

_TOO_MANY_REQUESTS: Final = 429
_MICROSECONDS: Final = 1_000_000


def spend_rate_budget(call: Call, *, is_login: bool = False) -> Response | None:
    """Count a request, and return the response to one beyond the rate limit of its account, ``None`` to any other.

    A read-only fake, which may share a store with another, counts nothing.

    Args:
        call: the request.
        is_login: whether it is a login, to which public clients expect ``retry_after``.
    """
    state, limit = call.state, call.settings.rate_limit
    if limit is None or state.config.read_only:
        return None
    with state.accounts.edit(call.account) as account:
        budget = account.rate_budget.filled_until(account.clock.now(state.clock()), limit)
        is_accepted = budget.remaining(limit) > 0
        account.rate_budget = budget.take() if is_accepted else budget  # a clock that was set back fills it from now on
    if is_accepted:
        return None
    if state.journal:
        keep_small_body(call.request)
    return _rejection_response(call, budget, limit, is_login=is_login)


def _rejection_response(call: Call, budget: RateBudget, limit: int, *, is_login: bool) -> Response:
    next_at, quirks = budget.next_at(limit), call.settings.quirks
    error = error_response_for(_TOO_MANY_REQUESTS, quirks)
    body, evidence = error.body, error.evidence
    if is_login:
        body, evidence = body | {"retry_after": retry_after(next_at / _MICROSECONDS)}, "observed"
    headers = {}
    if quirks["rate_limit_retry_after"] == "seconds":
        headers, evidence = {"Retry-After": str(-(-(next_at - budget.at) // _MICROSECONDS))}, "assumed"
    return json_response(error.status, body, evidence, reason=_reason(budget, next_at, limit), headers=headers)


def _reason(budget: RateBudget, next_at: int, limit: int) -> str:
    """Return why a request was rejected, and when the next one is accepted: times are rounded up to milliseconds."""
    unit = "request" if limit == 1 else "requests"
    time = format_time(min(-(-next_at // 1_000) / 1_000, MAX_TIME_SECONDS))
    wait = -(-(next_at - budget.at) // 1_000) / 1_000
    return (
        f"the rate limit of this account is {limit} {unit} per second; the next one is accepted in {wait:g} s, at "
        f"{time} on its clock"
    )
