"""Open the database of a store: connections, transactions, the version of its tables, and errors in one line."""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import Connection, Engine, RootTransaction, create_engine, event, inspect, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from smartflo_contract.mock_server.accounts.store_snapshot import OTHER_FAKE
from smartflo_contract.mock_server.config.store_url import StoreUrl
from smartflo_contract.mock_server.errors import StoreError, StoreUnavailable
from smartflo_contract.mock_server.stores.leases import (
    SCHEMA_ID,
    SELECT_LEASES,
    SHARE_WRITERS_LOCK,
    LeaseRevocation,
    now,
)
from smartflo_contract.mock_server.stores.tables import LEASES, META, METADATA

SCHEMA_VERSION: Final = 2
"""Version of the tables. A store of an earlier version is migrated when it is opened."""
MIGRATIONS: Final[Mapping[int, Callable[[Connection], None]]] = {1: LEASES.create}
"""Version of the tables to the function that turns them into those of the next version."""
PRODUCT: Final = "smartflo-contract"
LISTS_DIGEST: Final = "lists_digest"
"""Key of the fact which leads the store's edits belong to."""
LOCK_TIMEOUT_SECONDS: Final = 10
"""Time that a write waits for another process that holds the lock of the account, or of the SQLite file."""
_POOL_NAME: Final = "smartflo"
"""Name of the pools in the names of SQLAlchemy's loggers."""
_POLL_SECONDS: Final = 0.01
_CONNECT_TIMEOUT_SECONDS: Final = 5
_PRIVATE_MODE: Final = 0o600
_POOL_SIZE: Final = 16
"""Connections of a process: one for each thread, and a few for background work. They are opened when they are used."""
_ATTEMPT: Final = "connection to server at"
"""Part of the line of libpq about an attempt to connect. Lines with general advice follow."""
_LOCKED: Final = "database is locked"
_NOT_OPENED: Final = "unable to open database file"
_REPLACED: Final = "the file was deleted or replaced; restart all fakes that use it"
_WRITE: Final = "smartflo_write"
"""Option of a connection whose transaction locks the whole SQLite file from its start."""


class Database:
    """The database of a store, created at the first use.

    Args:
        url: where it is.
        lists_digest: digest of the lists of the fake, whose leads the store's edits belong to; ``None`` to accept any.
        is_prepared: whether another process has opened the database before, so that it need not answer now.

    Attributes:
        url: the same.
        engine: the engine of SQLAlchemy.
        last_change_at: time on the clock of leases when this process last began or ended to change accounts.

    Raises:
        StoreError: there is no such database, or it is of another product, version or fake.
    """

    def __init__(self, url: StoreUrl, lists_digest: str | None, *, is_prepared: bool = False) -> None:
        """Connect, and create the tables unless they exist."""
        self.url = url
        self.engine = _create_engine(url)
        self._file = _File(url) if url.dialect == "sqlite" else None
        self._writing = Lock()
        """Held by the transaction that writes to an SQLite file: waiting for it takes less than polling the file."""
        self._abandoned: list[object] = []
        self._revocation = LeaseRevocation(self.connect, driver_errors(url))
        self.last_change_at = 0.0
        if is_prepared:
            return
        if url.dialect == "sqlite":
            _create_privately(Path(url.target))
        try:
            with self.transaction(changes_accounts=False) as connection:
                _prepare(connection, url, lists_digest)
            if url.dialect == "sqlite":
                self._use_log()
        except StoreUnavailable as error:
            self.engine.dispose()
            raise StoreError(str(error)) from None
        except StoreError:
            self.engine.dispose()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a transaction that only reads, and sees one state of all tables.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        options: dict[str, Any] = {} if self.url.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with self._as_store_errors(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def transaction(self, account_id: str | None = None, *, changes_accounts: bool = True) -> Iterator[Connection]:
        """Open a transaction that writes, and commit it unless the block raises.

        Args:
            account_id: account to lock for this transaction; ``None`` to lock all accounts.
            changes_accounts: whether it changes what requests read without a query while their process has a lease.

        Raises:
            StoreUnavailable: the database does not answer, is full or read-only, or another process holds the lock.
        """
        writer = self.engine.execution_options(**{_WRITE: True})
        with self._as_store_errors(), self._turn(), writer.connect() as connection:
            transaction = connection.begin()
            try:
                if self.url.dialect == "postgresql":
                    self._lock(connection, account_id, changes_accounts=changes_accounts)
                yield connection
            except BaseException:
                with suppress(SQLAlchemyError):  # the connection may be lost
                    transaction.rollback()
                raise
            self._commit(transaction)
        if changes_accounts:
            self.last_change_at = now()

    def _lock(self, connection: Connection, account_id: str | None, *, changes_accounts: bool) -> None:
        """Lock accounts of PostgreSQL until a transaction ends, and end all leases if it is to change them."""
        locks = _locks(account_id)
        if not changes_accounts:
            connection.exec_driver_sql(f"SELECT {locks} FROM {SCHEMA_ID}")  # noqa: S608 - no input
            return
        self.last_change_at = now()
        statements = f"SELECT {locks}, {SHARE_WRITERS_LOCK} FROM {SCHEMA_ID}; {SELECT_LEASES}"  # noqa: S608 - no input
        cursor = connection.exec_driver_sql(statements).cursor
        cursor.nextset()
        if leases := [row[0] for row in cursor.fetchall()]:
            try:
                self._revocation.end(leases)
            except driver_errors(self.url) as error:
                raise self.unavailable(error) from None

    def _use_log(self) -> None:
        """Let the SQLite file have a write-ahead log from now on, so that readers and a writer do not wait for another.

        Raises:
            StoreUnavailable: other processes keep the file locked.
        """
        deadline = monotonic() + LOCK_TIMEOUT_SECONDS
        with closing(self.connect()) as connection:
            while True:
                try:
                    connection.execute("PRAGMA journal_mode = WAL")
                except sqlite3.OperationalError as error:  # SQLite does not wait for the lock here
                    if monotonic() > deadline:
                        raise self.unavailable(error) from None
                    sleep(_POLL_SECONDS)
                else:
                    return

    def connect(self) -> Any:
        """Return a new connection of the driver itself, which the caller closes. It is in no pool.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            return _connect(self.url)
        except driver_errors(self.url) as error:
            raise self.unavailable(error) from None

    def check_file(self) -> None:
        """Check that the SQLite file is the one that was used first; PostgreSQL has none.

        Raises:
            StoreUnavailable: it was deleted or replaced. Open connections go on to read what nobody else will see.
        """
        if self._file is not None and self._file.is_replaced():
            raise self.unavailable(_REPLACED)

    def unavailable(self, error: object) -> StoreUnavailable:
        """Return an error with what the driver reports, without the password."""
        return StoreUnavailable(_describe(self.url, error))

    def renew(self) -> None:
        """Replace locks and connections in a forked process. Those of its parent stay open: the parent uses them."""
        self._abandoned.append(self.engine.pool)
        self.engine.dispose(close=False)
        self._writing = Lock()
        self._revocation.renew()

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._revocation.close()
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until no other thread of this process writes to the SQLite file.

        Raises:
            StoreUnavailable: another thread writes for too long, or the file was deleted.
        """
        if self._file is None:
            yield
            return
        if not self._writing.acquire(timeout=LOCK_TIMEOUT_SECONDS):
            raise self.unavailable(_LOCKED)
        try:
            self.check_file()
            yield
        finally:
            self._writing.release()

    def _commit(self, transaction: RootTransaction) -> None:
        try:
            transaction.commit()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            message = f"{_describe(self.url, error.orig)}; whether the change was stored is unknown"
            raise StoreUnavailable(message) from None

    @contextmanager
    def _as_store_errors(self) -> Iterator[None]:
        """Raise errors of SQLAlchemy, which wraps those of the drivers, as :class:`StoreUnavailable`."""
        try:
            yield
        except DBAPIError as error:
            raise self.unavailable(error.orig) from None
        except SQLAlchemyError as error:
            raise self.unavailable(error) from None


class _File:
    """The file of an SQLite database, which another process may delete."""

    def __init__(self, url: StoreUrl) -> None:
        """Look at the file when it is used first."""
        self._path = Path(url.target)
        self._identity: tuple[int, int] | None = None

    def is_replaced(self) -> bool:
        """Return whether the file that was used first is no longer there. Connections would write to it unnoticed."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return self._identity is not None
        except OSError:
            return False  # the driver reports what is wrong
        identity = stat.st_dev, stat.st_ino
        if self._identity is None:
            self._identity = identity
        return identity != self._identity


def _create_engine(url: StoreUrl) -> Engine:
    if url.dialect == "postgresql" and find_spec("psycopg") is None:
        message = f'store {url.masked}: psycopg is not installed; run `pip install "smartflo-contract[stores]"`'
        raise StoreError(message)
    engine = create_engine(
        "sqlite://" if url.dialect == "sqlite" else "postgresql+psycopg://",
        creator=lambda: _connect(url),
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_SIZE,
        pool_logging_name=_POOL_NAME,
        pool_pre_ping=url.dialect == "postgresql",
        poolclass=QueuePool,  # for a URL without a file, SQLAlchemy would choose another one
    )
    # The pool would print a traceback about a lost connection, beside the error itself.
    logging.getLogger(f"{QueuePool.__module__}.{QueuePool.__name__}.{_POOL_NAME}").setLevel(logging.CRITICAL)
    if url.dialect == "sqlite":
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction; one that writes locks the file at once, so that it never fails after it has read."""
    is_write = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _connect(url: StoreUrl) -> Any:
    """Return a connection of the driver."""
    if url.dialect == "sqlite":
        return _connect_sqlite(Path(url.target))
    import psycopg  # noqa: PLC0415 - an extra

    connection = psycopg.connect(url.target, connect_timeout=_CONNECT_TIMEOUT_SECONDS, autocommit=True)
    # Statements after a lock must see what was committed before it, whatever the database's default is.
    connection.execute(
        f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'; SET default_transaction_isolation = 'read committed'"
    )
    connection.autocommit = False
    return connection


def _create_privately(path: Path) -> None:
    """Create an empty file that only its owner can read, unless there is one: SQLite gives its log the same mode.

    Accounts have the secrets in headers of webhooks, and the leads that clients wrote.
    """
    with suppress(OSError):  # it exists, or the driver reports what is wrong
        Path(os.path.realpath(path)).touch(_PRIVATE_MODE, exist_ok=False)


def _connect_sqlite(path: Path) -> sqlite3.Connection:
    """Return a connection that begins its transactions itself. A killed process loses nothing that was committed."""
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _locks(account_id: str | None) -> str:
    """Return the SQL that locks an account, or all accounts; rows cannot be locked before they exist."""
    if account_id is None:
        return "pg_advisory_xact_lock(id, 0)"
    digest = blake2b(account_id.encode(), digest_size=4).digest()
    key = int.from_bytes(digest, signed=True)
    return f"pg_advisory_xact_lock_shared(id, 0), pg_advisory_xact_lock(id, {key})"


def _prepare(connection: Connection, url: StoreUrl, lists_digest: str | None) -> None:
    """Create the tables, or check that they are those of this product, version and fake.

    Raises:
        StoreError: they are not.
    """
    existing = inspect(connection).get_table_names()
    if META.name not in existing:
        if existing and url.dialect == "sqlite":
            message = f"store {url.masked} is the database of another program; name another file"
            raise StoreError(message)
        METADATA.create_all(connection)
        facts = {"product": PRODUCT, "schema_version": str(SCHEMA_VERSION)}
        connection.execute(META.insert(), [{"key": key, "value": value} for key, value in facts.items()])
    stored = {row.key: row.value for row in connection.execute(select(META))}
    version = stored.get("schema_version", "")
    if stored.get("product") != PRODUCT or not version.isdecimal():
        message = f"store {url.masked} has the tables of another program; name another database"
        raise StoreError(message)
    if int(version) > SCHEMA_VERSION:
        message = (
            f"store {url.masked} has version {version} of the tables, and this version of {PRODUCT} knows up to "
            f"{SCHEMA_VERSION}; upgrade {PRODUCT}, or name another database"
        )
        raise StoreError(message)
    _migrate(connection, int(version))
    _check_digest(connection, url, stored.get(LISTS_DIGEST), lists_digest)


def _migrate(connection: Connection, version: int) -> None:
    """Bring the tables of an earlier version up to date, one version at a time."""
    for earlier in range(version, SCHEMA_VERSION):
        MIGRATIONS[earlier](connection)
        is_version = META.c.key == "schema_version"
        connection.execute(update(META).where(is_version).values(value=str(earlier + 1)))


def _check_digest(connection: Connection, url: StoreUrl, stored: str | None, expected: str | None) -> None:
    """Note the digest of the first fake that opens the store, and refuse those with other leads."""
    if expected is None or stored == expected:
        return
    if stored is None:
        connection.execute(META.insert(), {"key": LISTS_DIGEST, "value": expected})
        return
    message = f"store {url.masked} belongs to {OTHER_FAKE}, or name another database"
    raise StoreError(message)


def driver_errors(url: StoreUrl) -> tuple[type[Exception], ...]:
    """Return the base classes of the errors of the driver."""
    if url.dialect == "sqlite":
        return (sqlite3.Error,)
    import psycopg  # noqa: PLC0415 - an extra

    return (psycopg.Error,)


def _describe(url: StoreUrl, error: object) -> str:
    """Return one line about an error of a database, without the password and without the data of a statement."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    attempt = next((line for line in lines if _ATTEMPT in line), None)
    detail = lines[0] if attempt is None else f"cannot connect: {attempt.rpartition(' failed: ')[2]}"
    if url.dialect == "sqlite" and detail == _NOT_OPENED:
        detail = f"{detail}; {_why_not_opened(Path(url.target))}"
    return f"store {url.masked}: {url.redact(' '.join(detail.split()))}"


def _why_not_opened(path: Path) -> str:
    """Return what SQLite does not report about a file that it cannot open, and what to do."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}; create it, or name another file"
    return f"SQLite writes to the file and to the folder {path.parent}, also to read; permit that, or name another file"
