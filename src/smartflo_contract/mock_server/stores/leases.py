"""Leases: while a process has one, nothing is committed to the accounts of a store, so its cached accounts are current.

A row in the table of leases means that no account has changed since it was inserted. Two rules make that true:

- A process inserts its row, and checks that it is still there, only while it alone has the lock of writers. It tries to
  get that lock and never waits for it: while anybody writes, there are no new leases.
- A writer shares that lock until its transaction ends. Before it changes anything, it waits until all rows are gone: it
  notifies their holders, who give up at once. A row that is still there after ``LEASE_SECONDS`` is deleted.

A holder relies on its lease until a time on its own clock: ``HOLDER_SECONDS`` after it began to send the statement that
last inserted or confirmed the row. A writer counts ``LEASE_SECONDS`` from a time at which no such statement can succeed
any more. So the holder's time ends first, whatever happens to the holder, its connection or the database, which keeps
the rows when it is restarted. No clock is compared with that of another machine, and none is a wall clock, which jumps.

A holder that is paused after it has looked at its clock responds late, with what it has read before. That is the state
of a time after its request came. So the response has everything that was acknowledged before the request was sent, and
all that earlier requests have shown, like the response to a query whose result comes late.
"""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Lock
from time import monotonic, sleep
from typing import Any, Final

from smartflo_contract.mock_server.stores.tables import LEASES

LEASE_SECONDS: Final = 1.0
"""Maximum time that a writer waits for the holders of leases."""
HOLDER_SECONDS: Final = 0.8
"""Time that a holder relies on its lease. It is shorter, for clocks that do not run at the same speed."""
CHANNEL: Final = "smartflo_leases"
"""Channel of the notifications for holders. The payload is the id of a lease."""
SCHEMA_ID: Final = "(SELECT oid::int4 AS id FROM pg_namespace WHERE nspname = current_schema()) AS schema"
"""A number of the schema with the tables: stores in other schemas of the same database have other locks."""
SHARE_WRITERS_LOCK: Final = "pg_advisory_xact_lock_shared(id::int8)"
"""Waits for the lock of writers: in a SELECT from ``SCHEMA_ID``, until the transaction ends."""
SELECT_LEASES: Final = f"SELECT id FROM {LEASES.name}"  # noqa: S608 - no input
"""To be executed after the lock is there, in a statement of its own, which sees what the lock's last owner has done."""
_POLL_SECONDS: Final = 0.001
_SELECT: Final = f"{SELECT_LEASES} WHERE id = ANY(%s)"
_DELETE: Final = f"DELETE FROM {LEASES.name} WHERE id = ANY(%s)"  # noqa: S608 - no input
_NOTIFY: Final = f"SELECT pg_notify('{CHANNEL}', id) FROM unnest(%s::text[]) AS id"  # noqa: S608 - no input
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def now() -> float:
    """Return the time on a clock that never jumps, and that also runs while the machine is suspended, in seconds."""
    return monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


class LeaseRevocation:
    """Ends the leases of all processes for a transaction that changes accounts.

    Args:
        connect: returns a new connection of the driver.
        errors: the errors of the driver.
    """

    def __init__(self, connect: Callable[[], Any], errors: tuple[type[Exception], ...]) -> None:
        """Connect when there are leases."""
        self._connect = connect
        self._errors = errors
        self.renew()

    def renew(self) -> None:
        """Forget the lock and the connection, in a forked process."""
        self._lock = Lock()
        self._connection: Any = None

    def close(self) -> None:
        """Close the connection; it is opened again when it is needed."""
        with self._lock:
            self._close()

    def end(self, leases: Collection[str]) -> None:
        """End leases, for a transaction that shares the lock of writers and has changed nothing yet.

        Args:
            leases: the ids of all leases that there are. With the lock, there are no new ones.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        deadline = monotonic() + LEASE_SECONDS
        with self._lock:
            try:
                self._end(leases, deadline)
            except self._errors:  # the server was restarted, or closed a connection that was idle
                self._close()
                self._end(leases, deadline)

    def _end(self, leases: Collection[str], deadline: float) -> None:
        """Notify the holders of leases, and wait until the leases are gone, or their time is over."""
        if self._connection is None:
            self._connection = self._connect()
            self._connection.autocommit = True
        execute, parameters = self._connection.execute, [list(leases)]
        execute(_NOTIFY, parameters)
        while execute(_SELECT, parameters).fetchone() is not None:
            if monotonic() >= deadline:
                execute(_DELETE, parameters)
                return
            sleep(_POLL_SECONDS)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*self._errors):  # it may be broken
                connection.close()
