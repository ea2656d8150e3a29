"""Advance accounts with calls while time passes, N times as fast as the wall clock: ``serve --speed N``."""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from math import modf
from time import monotonic
from typing import Final

from smartflo_contract.mock_server.accounts.clock import Clock
from smartflo_contract.mock_server.admin.clock import patch_clock
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.errors import StoreUnavailable

_PAUSE_SECONDS: Final = 0.5
_PAUSE_FACTOR: Final = 4
"""A pause is at least so many times as long as the tick before: many accounts must not keep a processor busy."""
_MAX_STEP_SECONDS: Final = 60.0
"""Longer steps are left out: the machine slept, or its clock was set."""
_LOGGER: Final = logging.getLogger(__name__)


class Ticker:
    """Advances the accounts of a fake. Of several workers that share a store, one does it at a time.

    Args:
        state: the state of the fake.
        speed: how many times as fast as the wall clock time runs.
    """

    def __init__(self, state: State, speed: int) -> None:
        """Count time from the first tick."""
        self._state, self._speed = state, speed
        self._worker = secrets.token_hex(8)
        self._ticked_at: float | None = None
        self._rest_ms = 0.0

    def tick(self) -> None:
        """Advance each account that has calls by what has passed since the last tick, times the speed.

        The clock of an account and the dial time of its leads advance as by ``PATCH /__admin/clock``, with the same
        webhooks. An account whose clock is frozen stands still.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        now = self._state.clock()
        if not self._state.accounts.claim_ticks(self._worker, now):
            self._ticked_at = None
            return
        last, self._ticked_at = self._ticked_at, now
        if last is None or not 0 < now - last <= _MAX_STEP_SECONDS:
            return
        self._rest_ms, milliseconds = modf((now - last) * 1_000 * self._speed + self._rest_ms)
        for account_id, clock in self._running_clocks():
            self._advance(account_id, clock, now - last, milliseconds)

    def run(self, wait: Callable[[float], bool]) -> None:
        """Tick again and again.

        Args:
            wait: waits for some seconds, and returns whether to end.
        """
        pause = _PAUSE_SECONDS
        while not wait(pause):
            started = monotonic()
            try:
                self.tick()
            except StoreUnavailable:
                pass  # the next tick tries again
            except Exception:
                _LOGGER.exception("unexpected error while accounts were advanced")
            pause = max(_PAUSE_SECONDS, _PAUSE_FACTOR * (monotonic() - started))

    def _running_clocks(self) -> list[tuple[str, Clock]]:
        """Return id and clock of each account that has calls and whose clock is not frozen."""
        return [
            (account_id, account.clock)
            for account_id, account in self._state.accounts.accounts(leads=False)
            if account.has_calls and account.clock.frozen_at is None
        ]

    def _advance(self, account_id: str, clock: Clock, step: float, milliseconds: float) -> None:
        """Advance an account.

        Args:
            account_id: id of the account.
            clock: its clock.
            step: seconds that have passed on the wall clock; the clock of the account has them already.
            milliseconds: time to advance by instead.
        """
        self._state.accounts.refresh(account_id)
        before = clock.now(self._state.clock()) - step
        changes = {"now": before * 1_000, "advance": milliseconds / 1_000}
        with suppress(Problem):  # the clock is at the end of the year 9999
            patch_clock(AdminRequest(self._state, account_id, {}, changes))
