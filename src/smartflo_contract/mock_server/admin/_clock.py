"""The clock of an account."""

from datetime import UTC, datetime
from typing import Final

from smartflo_contract.mock_server._clock import Clock
from smartflo_contract.mock_server.admin._asks import Ask
from smartflo_contract.mock_server.admin._problems import Problem

_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
"""Epoch ms of the years 1 and 9999, between which a clock may be set."""
_NO_CLOCK: Final = "advance: the clock would leave the years 1 to 9999"


def get_clock(ask: Ask) -> object:
    """Tell what it shows."""
    return _shown(ask.state.accounts.view(ask.account).clock, ask.state.clock())


def patch_clock(ask: Ask) -> object:
    """Set, advance, freeze or start it, in this order."""
    changes, wall = ask.content, ask.state.clock()
    with ask.state.accounts.edit(ask.account) as account:
        clock = account.clock
        if "now" in changes:
            clock = clock.set_to(changes["now"] / 1_000, wall)
        clock = clock.advanced(changes.get("advance", 0))
        if not _FIRST <= clock.now(wall) * 1_000 <= _LAST:
            raise Problem(422, _NO_CLOCK)
        if "frozen" in changes:
            clock = clock.frozen(wall) if changes["frozen"] else clock.running(wall)
        account.clock = clock
    return _shown(clock, wall)


def _shown(clock: Clock, wall: float) -> object:
    now = clock.now(wall)
    time = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    return {"now": round(now * 1_000), "time": time, "frozen": clock.frozen_at is not None}
