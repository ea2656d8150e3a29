"""Handlers for the clock of an account."""

from datetime import UTC, datetime

from smartflo_contract.mock_server.accounts.clock import MAX_TIME_SECONDS, MIN_TIME_SECONDS, Clock, format_time
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.webhook_service import advance_dial_time, send_webhooks


def get_clock(request: AdminRequest) -> object:
    """Return the time, and whether the clock is frozen."""
    return _to_json(request.state.accounts.get(request.account_id).clock, request.state.clock())


def patch_clock(request: AdminRequest) -> object:
    """Set, advance, freeze or resume the clock, in this order."""
    changes, wall, settings = request.body, request.state.clock(), request.settings
    milliseconds = round(changes.get("advance", 0) * 1_000)
    with request.edit_account() as account:
        clock = account.clock
        request.state.tokens.start_all(request.account_id, clock, wall)
        now = clock.now(wall) if "now" not in changes else _parse_time(changes["now"])
        now += changes.get("advance", 0)
        if not MIN_TIME_SECONDS <= now <= MAX_TIME_SECONDS:
            raise Problem(422, "the time must be within the years 1 to 9999")
        clock = clock.set_to(now, wall)
        if "frozen" in changes:
            clock = clock.freeze(wall) if changes["frozen"] else clock.resume(wall)
        account.clock = clock
        due = advance_dial_time(request.state, request.account_id, account, settings, milliseconds)
    webhooks = {} if due is None else {"webhooks": send_webhooks(request.state, due)}
    return _to_json(clock, wall) | webhooks


def _to_json(clock: Clock, wall: float) -> dict[str, object]:
    milliseconds = round(clock.now(wall) * 1_000)
    return {"now": milliseconds, "time": format_time(milliseconds / 1_000), "frozen": clock.frozen_at is not None}


def _parse_time(now: float | str) -> float:
    """Return a time as seconds since the epoch.

    Args:
        now: milliseconds since the epoch, or ISO 8601, in UTC unless it names a time zone.

    Raises:
        Problem: the string is not a time.
    """
    if not isinstance(now, str):
        return now / 1_000
    try:
        time = datetime.fromisoformat(now)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Problem(422, f"now: expected a time such as 2026-03-01T09:30:00+05:30, got {now}") from None
