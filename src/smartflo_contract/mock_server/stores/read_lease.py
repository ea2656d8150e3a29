"""The lease of this process: taken while it reads often and nobody writes, given up when anybody is about to write."""

import secrets
from contextlib import closing, suppress
from itertools import count
from threading import Event, Thread
from typing import Any, Final, NamedTuple

from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.stores.engine import Database, driver_errors
from smartflo_contract.mock_server.stores.leases import CHANNEL, HOLDER_SECONDS, SCHEMA_ID, now
from smartflo_contract.mock_server.stores.tables import LEASES

QUIET_SECONDS: Final = 0.1
"""Time without a write until this process takes a lease."""
MIN_READS_PER_SECOND: Final = 100
"""Rate of queries from which a lease is taken, and of reads from which it is renewed."""
MAX_QUIET_SECONDS: Final = 3.2
"""Maximum of the time without a write: it is doubled after each lease that was soon revoked."""
_SHORT_SECONDS: Final = 1.0
"""Duration of a lease below which it was soon revoked."""
_ERROR_SECONDS: Final = 5.0
"""Time until the next attempt after an error, such as a database that only accepts reads."""
_RENEWAL_SECONDS: Final = HOLDER_SECONDS / 2
_POLL_SECONDS: Final = 0.05
"""Time in which the end of this store is noticed. Notifications are noticed at once."""
_CLOSE_SECONDS: Final = 5
_SELECT_SCHEMA_ID: Final = f"SELECT id FROM {SCHEMA_ID}"  # noqa: S608 - no input
_INSERT: Final = f"INSERT INTO {LEASES.name} (id) SELECT '{{lease}}' WHERE pg_try_advisory_xact_lock({{schema}})"
_CONFIRM: Final = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SELECT pg_try_advisory_xact_lock({schema}); "  # noqa: S608 - no input
    f"SELECT true FROM {LEASES.name} WHERE id = '{{lease}}'; COMMIT"
)
"""The last SELECT sees what was committed before the lock was there. All statements take one round trip."""
_DELETE: Final = f"DELETE FROM {LEASES.name} WHERE id = '{{lease}}'"  # noqa: S608 - no input


class _Held(NamedTuple):
    """A lease that this process relies on.

    Attributes:
        number: differs for all leases of this process.
        expires_at: time from which it does not rely on it.
    """

    number: int
    expires_at: float


class _Row:
    """The row of a lease.

    Args:
        connection: a connection of the driver, outside of transactions.
    """

    def __init__(self, connection: Any) -> None:
        """Receive notifications from now on, before there is a row that a writer finds."""
        self._connection = connection
        self._id = secrets.token_hex(8)
        connection.execute(f"LISTEN {CHANNEL}")
        (schema,) = connection.execute(_SELECT_SCHEMA_ID).fetchone()
        self._values = {"lease": self._id, "schema": schema}

    def insert(self) -> bool:
        """Insert it unless anybody writes; return whether it is there."""
        return bool(self._connection.execute(_INSERT.format(**self._values)).rowcount)

    def is_confirmed(self) -> bool:
        """Return whether nobody writes, and it is still there, so that nobody has written since it was inserted."""
        cursor = self._connection.execute(_CONFIRM.format(**self._values))
        cursor.nextset()
        (has_lock,) = cursor.fetchone()
        cursor.nextset()
        return bool(has_lock) and cursor.fetchone() is not None

    def is_revoked(self) -> bool:
        """Wait for a moment, and return whether a writer wants it to be deleted."""
        notifications = self._connection.notifies(timeout=_POLL_SECONDS, stop_after=1)
        return any(notification.payload == self._id for notification in notifications)

    def delete(self) -> None:
        """Delete it. If the connection is lost, it is deleted by the next writer."""
        with suppress(Exception):
            self._connection.execute(_DELETE.format(**self._values))


class ReadLease:
    """Takes, renews and gives up leases in a thread, which runs as long as there is one.

    Args:
        database: the database.
    """

    def __init__(self, database: Database) -> None:
        """Take no lease yet."""
        self._database = database
        self._numbers = count(1)
        self.renew()

    def renew(self) -> None:
        """Have no lease in a forked process: it is the parent's, and its thread does not run here."""
        self._held: _Held | None = None
        self._thread: Thread | None = None
        self._closed = Event()
        self._reads = self._queries = 0
        self._counted_since = now()
        self._quiet_seconds, self._not_before = QUIET_SECONDS, 0.0

    @property
    def is_held(self) -> bool:
        """Whether there is a lease now."""
        held = self._held
        return held is not None and now() < held.expires_at

    def number(self) -> int | None:
        """Return the number of the lease; ``None`` without one.

        Whatever was queried after a lease got this number is current.
        """
        held = self._held
        if held is None or now() >= held.expires_at:
            return None
        self._reads += 1
        return held.number

    def note_query(self) -> None:
        """Note that this process queries the database, for one thread at a time; take a lease if that is often."""
        self._queries += 1
        time, since = now(), self._counted_since
        if time - since < QUIET_SECONDS:
            return
        is_often = self._queries >= MIN_READS_PER_SECOND * (time - since)
        self._counted_since, self._queries = time, 0
        is_quiet = time >= max(self._not_before, self._database.last_change_at + QUIET_SECONDS)
        if is_often and is_quiet and self._thread is None:
            self._closed = Event()
            self._thread = Thread(target=self._run, args=(self._closed,), name="hold-read-lease", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Give up the lease."""
        thread = self._thread
        self._closed.set()
        if thread is not None:
            thread.join(_CLOSE_SECONDS)

    def _run(self, closed: Event) -> None:
        """Take a lease and hold it, then allow the next one after some time."""
        pause = _ERROR_SECONDS
        try:
            with suppress(StoreUnavailable, *driver_errors(self._database.url)):
                pause = self._hold(closed)
        finally:
            self._not_before = now() + pause
            self._thread = None

    def _hold(self, closed: Event) -> float:
        """Take a lease and hold it; return the time until the next one.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with closing(self._database.connect()) as connection:
            connection.autocommit = True
            row = _Row(connection)
            taken_at = now()
            if not row.insert():
                return QUIET_SECONDS
            try:
                is_revoked = self._keep(row, taken_at, closed)
            finally:
                self._held = None  # before it is deleted
                row.delete()
        is_short = is_revoked and now() - taken_at < _SHORT_SECONDS
        self._quiet_seconds = min(2 * self._quiet_seconds, MAX_QUIET_SECONDS) if is_short else QUIET_SECONDS
        return self._quiet_seconds

    def _keep(self, row: _Row, taken_at: float, closed: Event) -> bool:
        """Rely on a lease until it is revoked, or hardly used, or the store is closed; return whether it is revoked."""
        number = next(self._numbers)
        self._held, self._reads, counted_since = _Held(number, taken_at + HOLDER_SECONDS), 0, now()
        while not closed.is_set():
            if row.is_revoked():
                return True
            time = now()
            if time - counted_since < _RENEWAL_SECONDS:
                continue
            if self._reads < MIN_READS_PER_SECOND * (time - counted_since):
                return False
            if not row.is_confirmed():
                return True
            self._held, self._reads, counted_since = _Held(number, time + HOLDER_SECONDS), 0, now()
        return False
