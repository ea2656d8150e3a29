"""The clock of an account."""

from datetime import UTC, datetime
from typing import Final

from smartflo_contract.mock_server.accounts.clock import MAX_TIME_SECONDS, MIN_TIME_SECONDS, Clock
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import Ask

_NO_CLOCK: Final = "the clock would leave the years 1 to 9999"


def get_clock(ask: Ask) -> object:
    """Tell what it shows."""
    return _shown(ask.state.accounts.get(ask.account).clock, ask.state.clock())


def patch_clock(ask: Ask) -> object:
    """Set, advance, freeze or start it, in this order."""
    changes, wall = ask.content, ask.state.clock()
    with ask.state.accounts.edit(ask.account) as account:
        clock = account.clock
        shown = clock.now(wall) if "now" not in changes else _seconds(changes["now"])
        later = shown + changes.get("advance", 0)
        if not MIN_TIME_SECONDS <= later <= MAX_TIME_SECONDS:
            raise Problem(422, _NO_CLOCK)
        clock = clock.set_to(later, wall)
        if "frozen" in changes:
            clock = clock.freeze(wall) if changes["frozen"] else clock.resume(wall)
        account.clock = clock
    return _shown(clock, wall)


def shown_time(now: float) -> str:
    """Return a time in seconds since the epoch as ISO 8601 writes it, in UTC."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")


def _shown(clock: Clock, wall: float) -> object:
    now = clock.now(wall)
    return {"now": round(now * 1_000), "time": shown_time(now), "frozen": clock.frozen_at is not None}


def _seconds(now: float | str) -> float:
    """Return the time that a body says, in seconds since the epoch."""
    if not isinstance(now, str):
        return now / 1_000
    try:
        time = datetime.fromisoformat(now)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Problem(422, f"now: expected a time such as 2026-03-01T09:30:00+05:30, got {now}") from None
