"""Handlers for the rate limit of an account."""

from dataclasses import replace
from typing import Final

from smartflo_contract.mock_server.accounts.rate_budget import FULL_BUDGET
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.admin.settings import change_settings

_NO_LIMIT: Final = 0
"""The setting of an account that has no limit, whatever the default is."""


def get_rate_limit(request: AdminRequest) -> object:
    """Return the rate limit, and how many requests are accepted now."""
    limit, remaining = request.settings.rate_limit, None
    if limit is not None and not request.is_for_all_accounts:
        account = request.state.accounts.peek(request.account_id)
        now = account.clock.now(request.state.clock())
        remaining = account.rate_budget.filled_until(now, limit).remaining(limit)
    return {"limit": limit, "remaining": remaining}


def put_rate_limit(request: AdminRequest) -> object:
    """Set the rate limit; ``None`` for no limit."""
    return _set(request, int(request.body["limit"] or _NO_LIMIT))


def delete_rate_limit(request: AdminRequest) -> object:
    """Remove the rate limit; the default applies again."""
    return _set(request, None)


def _set(request: AdminRequest, limit: int | None) -> object:
    """Set the rate limit. The budget of the account is full then; those of all accounts have what is left of theirs."""
    with request.edit_account() as account:
        account.rate_budget = FULL_BUDGET
    change_settings(request, lambda settings: replace(settings, rate_limit=limit))
    return get_rate_limit(request)
