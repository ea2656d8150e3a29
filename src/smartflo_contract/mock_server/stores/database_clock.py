"""The clock of a database server: the same for all machines that share it, whose own clocks differ."""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Final

from sqlalchemy import text

from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.stores.engine import Database

_INTERVAL_SECONDS: Final = 60
"""Time after which the difference between both clocks is measured again."""
_NOW: Final = text("SELECT extract(epoch FROM clock_timestamp())::float8")


class DatabaseClock:
    """Returns the time on the clock of a PostgreSQL server, in seconds since the epoch.

    The difference to the clock of this machine is measured once a minute, so most calls do not ask the server.

    Args:
        database: the database.
        clock: returns the wall clock of this machine, in seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        """Measure at the first call."""
        self._database = database
        self._clock = clock
        self._offset, self._measured_at = 0.0, -float(_INTERVAL_SECONDS)
        self._measuring = Lock()

    def __call__(self) -> float:
        """Return the time; while the server does not answer, by the difference that was measured last."""
        if monotonic() - self._measured_at >= _INTERVAL_SECONDS and self._measuring.acquire(blocking=False):
            try:
                with suppress(StoreUnavailable):
                    self._measure()
            finally:
                self._measuring.release()
        return self._clock() + self._offset

    def _measure(self) -> None:
        with self._database.snapshot() as connection:
            connection.execute(_NOW)  # the first statement opens the connection, which takes long
            before = self._clock()
            now = float(connection.execute(_NOW).scalar_one())
            self._offset = now - (before + self._clock()) / 2
        self._measured_at = monotonic()
