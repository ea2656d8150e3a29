"""Tell cheaply whether other processes have changed an account since it was read.

Both forms answer with the state at or after the call, so whoever asks when a request arrives sees every write that was
acknowledged before. Neither reads a row of an account.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any, Final, NamedTuple, Protocol

from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.tables import ACCOUNTS


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


class Freshness(Protocol):
    """Checks the versions of accounts."""

    def changed(self, known: Mapping[str, tuple[Version, int]]) -> tuple[Collection[str], int]:
        """Return which accounts were changed, and the number of this check.

        Args:
            known: account id to its version when it was read, and the number of the check that confirmed it last.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def renew(self) -> None:
        """Forget locks and connections, in a forked process."""

    def close(self) -> None:
        """Close the connection."""


class SqliteFreshness:
    """Checks by ``PRAGMA data_version``, which differs once any other connection has committed: 2 microseconds.

    Args:
        database: the database.
    """

    def __init__(self, database: Database) -> None:
        """Connect at the first check."""
        self._database = database
        self.renew()

    def renew(self) -> None:
        """Forget the lock and the connection, in a forked process."""
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    def changed(self, known: Mapping[str, tuple[Version, int]]) -> tuple[Collection[str], int]:
        """Return which accounts were changed, and the number of this check."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._database.connect()
                ((number,),) = self._connection.execute("PRAGMA data_version")
                suspects = [account_id for account_id, (_, confirmed) in known.items() if confirmed != number]
                if not suspects:
                    return (), number
                stored = self._versions(self._connection, suspects)
            except (sqlite3.Error, StoreUnavailable) as error:
                self.close()
                message = f"store {self._database.url.masked}: {error}"
                raise StoreUnavailable(message) from None
        return _differing(known, suspects, stored), number

    @staticmethod
    def _versions(connection: sqlite3.Connection, account_ids: Iterable[str]) -> dict[str, Version]:
        rows = (connection.execute(_SQLITE_QUERY, (account_id,)).fetchone() for account_id in account_ids)
        return {row[0]: Version(row[1], row[2]) for row in rows if row is not None}

    def close(self) -> None:
        """Close the connection; the next check opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class _Batch:
    """Accounts that one query asks for."""

    def __init__(self) -> None:
        """Create an empty batch."""
        self.account_ids: set[str] = set()
        self.versions: dict[str, Version] | None = None
        self.error: StoreUnavailable | None = None


class PostgresqlFreshness:
    """Checks by one prepared query for many requests: those that arrive while a query runs share the next one.

    Args:
        database: the database.
    """

    def __init__(self, database: Database) -> None:
        """Connect at the first check."""
        self._database = database
        self.renew()

    def renew(self) -> None:
        """Forget the locks and the connection, in a forked process."""
        self._joining = Lock()
        self._querying = Lock()
        self._open = _Batch()
        self._connection: Any = None

    def changed(self, known: Mapping[str, tuple[Version, int]]) -> tuple[Collection[str], int]:
        """Return which accounts were changed, and the number of this check, which is always 0."""
        with self._joining:
            batch = self._open
            batch.account_ids.update(known)
        if batch.versions is None and batch.error is None:
            with self._querying:
                if batch.versions is None and batch.error is None:
                    self._run(batch)
        if batch.error is not None:
            raise batch.error
        return _differing(known, known, batch.versions or {}), 0

    def _run(self, batch: _Batch) -> None:
        """Ask for the accounts of a batch; requests that come from now on join the next one."""
        with self._joining:
            self._open = _Batch()
        try:
            try:
                batch.versions = self._query(batch.account_ids)
            except StoreUnavailable:  # the server was restarted, or closed a connection that was idle
                self.close()
                batch.versions = self._query(batch.account_ids)
        except StoreUnavailable as error:
            self.close()
            batch.error = error

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
            lines = self._connection.pgconn.error_message.decode(errors="replace").strip().splitlines()
            message = f"store {self._database.url.masked}: {lines[0] if lines else result.status}"
            raise StoreUnavailable(message)

    def close(self) -> None:
        """Close the connection; the next check opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it may be broken
                connection.close()


_STATEMENT: Final = b"smartflo_versions"
_SQLITE_QUERY: Final = f"SELECT id, incarnation, generation FROM {ACCOUNTS.name} WHERE id = ?"  # noqa: S608 - no input
_POSTGRESQL_QUERY: Final = f"SELECT id, incarnation, generation FROM {ACCOUNTS.name} WHERE id = ANY($1::text[])"  # noqa: S608 - no input
_FORMS: Final[Mapping[str, Callable[[Database], Freshness]]] = {
    "sqlite": SqliteFreshness,
    "postgresql": PostgresqlFreshness,
}


def freshness_of(database: Database) -> Freshness:
    """Return what checks the versions of accounts in a database."""
    return _FORMS[database.url.dialect](database)


def _differing(
    known: Mapping[str, tuple[Version, int]], account_ids: Iterable[str], stored: Mapping[str, Version]
) -> list[str]:
    return [
        account_id for account_id in account_ids if stored.get(account_id, PRISTINE_VERSION) != known[account_id][0]
    ]
