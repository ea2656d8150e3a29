"""Check cheaply whether other processes have changed an account since it was read.

Both forms check the state at or after the call. So a request that checks when it arrives sees every write that was
acknowledged before. Neither reads more of an account than its version.
"""

import secrets
import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple, Protocol

from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.read_lease import ReadLease
from smartflo_contract.mock_server.stores.tables import ACCOUNTS
from smartflo_contract.mock_server.stores.wal_index import WalIndexHeader, find_header

_MAX_INCARNATION: Final = 2**63 - 1


class Version(NamedTuple):
    """The state of an account in the store.

    Attributes:
        incarnation: a random number that differs after a reset.
        generation: rises with every write.
    """

    incarnation: int
    generation: int


PRISTINE_VERSION: Final = Version(0, 0)
"""The version of an account that the store does not have."""


def new_version() -> Version:
    """Return the version of an account that is written for the first time."""
    return Version(1 + secrets.randbelow(_MAX_INCARNATION), 1)


class Freshness(Protocol):
    """Checks the versions of accounts."""

    @property
    def waits(self) -> bool:
        """Whether the next check waits for the response of a database server."""

    def state(self) -> bytes | int | None:
        """Return a value that differs if any account may have changed; ``None`` if there is none.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def versions(self, account_ids: Collection[str]) -> Mapping[str, Version]:
        """Return the versions of those accounts that the store has.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def renew(self) -> None:
        """Forget locks and connections, in a forked process."""

    def close(self) -> None:
        """Close the connection."""


class SqliteFreshness:
    """Checks by the header of the file's WAL index, which all processes share and each commit changes.

    That takes 0.3 microseconds and keeps the interpreter's lock. Where the header is not found, ``PRAGMA data_version``
    does the same in 2 microseconds, and lets other threads run in the middle of each request.

    Args:
        database: the database.
    """

    waits: Final = False

    def __init__(self, database: Database) -> None:
        """Connect at the first check."""
        self._database = database
        self._abandoned: list[object] = []
        self._cursor: sqlite3.Cursor | None = None
        self._numbers = count()
        self.renew()

    def renew(self) -> None:
        """Forget the lock and the connection, in a forked process. The connection stays open: its parent uses it."""
        self._abandoned.append(self._cursor)
        self._lock = Lock()
        self._cursor = None
        self._header: WalIndexHeader | None = None

    def state(self) -> bytes:
        """Return a value that differs if any account may have changed, or if this is another connection.

        States of two connections are not comparable: in between, all connections may have been closed, which deletes
        the log. The header of a new log is the same whatever is in the file.
        """
        with self._lock:  # the header is there while the connection is open
            if self._header is not None:
                return self._number + self._header.read()
            (version,) = self._execute("PRAGMA data_version")[0]  # a new connection finds the header
            return self._number + (b"%d" % version if self._header is None else self._header.read())

    def versions(self, account_ids: Collection[str]) -> dict[str, Version]:
        """Return the versions of those accounts that the store has."""
        marks = ",".join("?" * len(account_ids))
        with self._lock:
            rows = self._execute(_SQLITE_QUERY.format(marks), tuple(account_ids))
        return {row[0]: Version(row[1], row[2]) for row in rows}

    def _execute(self, statement: str, parameters: tuple[str, ...] = ()) -> list[Any]:
        try:
            cursor = self._cursor or self._connect()
            return cursor.execute(statement, parameters).fetchall()
        except sqlite3.Error as error:
            self._close()
            raise self._database.unavailable(error) from None

    def _connect(self) -> sqlite3.Cursor:
        """Open a connection, and find the header that it has mapped when it reads something."""
        path = self._database.url.target
        file = _identity(path)
        cursor: sqlite3.Cursor = self._database.connect().cursor()
        self._cursor = cursor
        self._number = next(self._numbers).to_bytes(8)
        cursor.execute("PRAGMA data_version").fetchall()
        header = find_header(path)
        # A file that was replaced in the meantime is not the one of this connection, which would not keep it mapped.
        self._header = header if file is not None and file == _identity(path) else None
        return cursor

    def close(self) -> None:
        """Close the connection; the next check opens another."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        cursor, self._cursor, self._header = self._cursor, None, None
        if cursor is not None:
            cursor.connection.close()


def _identity(path: str) -> tuple[int, int] | None:
    """Return what differs for all files that exist at the same time; ``None`` if there is no file."""
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


class _Batch:
    """Accounts whose versions one query returns.

    Attributes:
        account_ids: their ids.
        versions: the result; ``None`` before, and after an error.
        error: what is wrong; empty unless the query failed.
        running: held until there is a result, or an error.
    """

    def __init__(self) -> None:
        """Create an empty batch."""
        self.account_ids: set[str] = set()
        self.versions: dict[str, Version] | None = None
        self.error = ""
        self.running = Lock()
        self.running.acquire()


class PostgresqlFreshness:
    """Checks by one prepared query for many requests: those that arrive while a query runs share the next one.

    While this process has a lease, an account is queried once, at the first request after the lease was taken.

    Args:
        database: the database.
    """

    def __init__(self, database: Database) -> None:
        """Connect at the first check."""
        self._database = database
        self._lease = ReadLease(database)
        self.renew()

    @property
    def waits(self) -> bool:
        """Whether there is no lease. With one, only the first check of an account queries the server."""
        return not self._lease.is_held

    def renew(self) -> None:
        """Forget the locks, the connection and the lease, in a forked process."""
        self._lease.renew()
        self._joining = Lock()
        self._querying = Lock()
        self._open = _Batch()
        self._connection: Any = None

    def state(self) -> int | None:
        """Return the number of the lease; ``None`` without one: only a query shows whether an account has changed."""
        return self._lease.number()

    def versions(self, account_ids: Collection[str]) -> Mapping[str, Version]:
        """Return the versions of those accounts that the store has, and maybe of others."""
        with self._joining:
            batch = self._open
            is_first = not batch.account_ids
            batch.account_ids.update(account_ids)
        if is_first:
            try:
                with self._querying:
                    self._run(batch)
            finally:
                batch.running.release()
        else:
            with batch.running:
                pass
        if batch.versions is None:
            raise StoreUnavailable(batch.error)
        return batch.versions

    def _run(self, batch: _Batch) -> None:
        """Query the versions of a batch; requests that come from now on join the next one."""
        with self._joining:
            self._open = _Batch()
        self._lease.note_query()
        try:
            try:
                batch.versions = self._query(batch.account_ids)
            except StoreUnavailable:  # the server was restarted, or closed a connection that was idle
                self._close()
                batch.versions = self._query(batch.account_ids)
        except BaseException as error:
            self._close()
            batch.error = str(error) or type(error).__name__
            if not isinstance(error, StoreUnavailable):
                raise

    def _query(self, account_ids: Collection[str]) -> dict[str, Version]:
        """Return the versions of accounts. The low level of psycopg takes a fifth of the time of its cursors."""
        from psycopg.pq import ExecStatus  # noqa: PLC0415 - an extra

        if self._connection is None:
            self._connection = self._database.connect()
            prepared = self._connection.pgconn.prepare(_STATEMENT, _POSTGRESQL_QUERY.encode())
            self._check(prepared, ExecStatus.COMMAND_OK)
        ids = "{" + ",".join(f'"{account_id}"' for account_id in account_ids) + "}"  # hexadecimal digits, or nothing
        result = self._connection.pgconn.exec_prepared(_STATEMENT, [ids.encode()])
        self._check(result, ExecStatus.TUPLES_OK)
        value = result.get_value
        return {
            value(row, 0).decode(): Version(int(value(row, 1)), int(value(row, 2))) for row in range(result.ntuples)
        }

    def _check(self, result: Any, expected: Any) -> None:
        if result.status != expected:
            error = self._connection.pgconn.error_message.decode(errors="replace")
            raise self._database.unavailable(error or f"status {result.status}")

    def close(self) -> None:
        """Give up the lease, and close the connection; the next check opens another."""
        self._lease.close()
        with self._querying:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it may be broken
                connection.close()


_STATEMENT: Final = b"smartflo_versions"
_SQLITE_QUERY: Final = f"SELECT id, incarnation, generation FROM {ACCOUNTS.name} WHERE id IN ({{}})"  # noqa: S608 - no input
_POSTGRESQL_QUERY: Final = f"SELECT id, incarnation, generation FROM {ACCOUNTS.name} WHERE id = ANY($1::text[])"  # noqa: S608 - no input
_FORMS: Final[Mapping[str, Callable[[Database], Freshness]]] = {
    "sqlite": SqliteFreshness,
    "postgresql": PostgresqlFreshness,
}


def freshness_of(database: Database) -> Freshness:
    """Return what checks the versions of accounts in a database."""
    return _FORMS[database.url.dialect](database)
