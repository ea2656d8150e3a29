"""Stores without a fake: what is in one, its content as a snapshot of the admin API and back, and its space."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Table, func, inspect, select, text

from smartflo_contract.mock_server.accounts.account import PRISTINE, Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.snapshot import dump_account
from smartflo_contract.mock_server.accounts.store_snapshot import SNAPSHOT_VERSION, lists_digest, load_accounts
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.errors import StateError, StoreError, StoreUnavailable
from smartflo_contract.mock_server.stores.account_rows import delete_account, read_in_chunks, write_account
from smartflo_contract.mock_server.stores.engine import LISTS_DIGEST, Database, driver_errors
from smartflo_contract.mock_server.stores.freshness import new_version
from smartflo_contract.mock_server.stores.tables import ACCOUNTS, JOURNAL, LEADS, LISTS, META, METADATA

Progress = Callable[[int, int], object]
"""Called with the number of accounts that are done, and of all."""
_DAY_SECONDS: Final = 86_400
_CREATE: Final = "start a fake with --store, or import a snapshot"


class StoreInfo(NamedTuple):
    """What is in a store.

    Attributes:
        store: URL without its password.
        product: the program that the tables are of.
        schema_version: version of the tables.
        lists_digest: digest of the lists of its fake; empty if no fake has opened it.
        accounts: number of accounts.
        edited_lists: number of lists that clients have changed, added or deleted.
        edited_leads: number of leads that clients have changed, added or deleted.
        journal_requests: number of requests in the journal.
        size_bytes: size on the disk.
    """

    store: str
    product: str
    schema_version: int
    lists_digest: str
    accounts: int
    edited_lists: int
    edited_leads: int
    journal_requests: int
    size_bytes: int


def read_info(store: str) -> StoreInfo:
    """Return what is in a store.

    Args:
        store: URL of the store.

    Raises:
        ConfigError: it is no such URL.
        StoreError: there is no store, or it is of another product or version.
        StoreUnavailable: the database does not answer.
    """
    database = _open_existing(store)
    try:
        with database.snapshot() as connection:
            facts = {row.key: row.value for row in connection.execute(select(META))}
            accounts = connection.scalar(select(func.count()).where(ACCOUNTS.c.id != ALL_ACCOUNTS)) or 0
            lists, leads, requests = (_count(connection, table) for table in (LISTS, LEADS, JOURNAL))
            size = _size_bytes(connection, database)
    finally:
        database.close()
    version, digest = int(facts["schema_version"]), facts.get(LISTS_DIGEST, "")
    return StoreInfo(database.url.masked, facts["product"], version, digest, accounts, lists, leads, requests, size)


def export_store(store: str, config: Config | None, write: Callable[[bytes], object], progress: Progress) -> None:
    """Write the content of a store as a snapshot of all accounts. It is one state, also while a fake runs.

    Args:
        store: URL of the store.
        config: configuration of the fake; ``None`` if clients have edited no list with fixed leads.
        write: called with the snapshot in chunks.
        progress: shows the progress.

    Raises:
        ConfigError: it is no such URL.
        StoreError: there is no store, or it is of another product or version.
        StoreUnavailable: the database does not answer.
    """
    catalogs = Catalogs(config or Config())
    database = _open_existing(store, None if config is None else lists_digest(catalogs))
    try:
        with database.snapshot() as connection:
            for chunk in _snapshot_chunks(connection, catalogs, database.url.masked, progress):
                write(chunk)
    finally:
        database.close()


def import_store(
    store: str, snapshot: Mapping[str, Any], config: Config | None, progress: Progress, *, is_replaced: bool
) -> int:
    """Replace the content of a store by a snapshot of all accounts, as a whole; create the tables if there are none.

    Args:
        store: URL of the store.
        snapshot: the snapshot, which conforms to its schema.
        config: configuration of the fake, against which the snapshot is checked; ``None`` for the default.
        progress: shows the progress.
        is_replaced: whether accounts in the store are deleted.

    Returns:
        the number of accounts.

    Raises:
        ConfigError: it is no such URL.
        StoreError: the store has accounts, belongs to another fake, or is of another product or version.
        StoreUnavailable: the database does not answer.
        StateError: the snapshot is of one account, of other leads than those of the configuration, or invalid.
    """
    catalogs = Catalogs(config or Config())
    content = snapshot if config is not None else {**snapshot, "world": lists_digest(catalogs)}
    try:
        accounts = load_accounts(content, config or Config(), catalogs)
    except ValueError as error:
        message = f"snapshot: {error}"
        raise StateError(message) from None
    url = parse_store_url(store)
    database = Database(url, snapshot["world"])
    try:
        with database.transaction() as connection:
            stored = _count(connection, ACCOUNTS)
            if stored and not is_replaced:
                message = f"store {url.masked} has {stored:,} accounts; add --replace to delete them"
                raise StoreError(message)
            delete_account(connection, None)
            changed = {account_id: account for account_id, account in accounts.items() if account != PRISTINE}
            for done, (account_id, account) in enumerate(changed.items()):
                write_account(connection, account_id, Account(), account, new_version())
                progress(done + 1, len(changed))
    finally:
        database.close()
    return len(changed.keys() - {ALL_ACCOUNTS})


def vacuum_store(store: str, older_than_days: float | None) -> tuple[int, int]:
    """Give unused space of a store back to the disk. A running fake waits, or answers 503, while that takes place.

    Args:
        store: URL of the store.
        older_than_days: also delete accounts that were not written for so many days; ``None`` to delete none.

    Returns:
        the number of deleted accounts, and the size of the store in bytes.

    Raises:
        ConfigError: it is no such URL.
        StoreError: there is no store, or it is of another product or version.
        StoreUnavailable: the database does not answer.
    """
    database = _open_existing(store)
    try:
        deleted = 0 if older_than_days is None else _delete_old(database, older_than_days)
        _vacuum(database)
        with database.snapshot() as connection:
            return deleted, _size_bytes(connection, database)
    finally:
        database.close()


def _open_existing(store: str, digest: str | None = None) -> Database:
    """Open a store that exists, and create none.

    Args:
        store: URL of the store.
        digest: digest of the lists of its fake; ``None`` for any.

    Raises:
        StoreError: there is none.
    """
    url = parse_store_url(store)
    if url.dialect == "sqlite" and not Path(url.target).is_file():
        message = f"store {url.masked}: there is no such file"
        raise StoreError(message)
    if url.dialect == "sqlite" and not Path(url.target).stat().st_size:
        message = f"store {url.masked}: the file is empty; {_CREATE}"
        raise StoreError(message)
    unprepared = Database(url, None, is_prepared=True)
    try:
        with unprepared.snapshot() as connection:
            tables = inspect(connection).get_table_names()
    except StoreUnavailable as error:
        raise StoreError(str(error)) from None
    finally:
        unprepared.close()
    if META.name not in tables:
        is_foreign = tables and url.dialect == "sqlite"
        hint = ", but those of another program; name another file" if is_foreign else f"; {_CREATE}"
        message = f"store {url.masked} has no tables of a fake{hint}"
        raise StoreError(message)
    return Database(url, digest)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _size_bytes(connection: Connection, database: Database) -> int:
    """Return the size of a store on the disk."""
    if database.url.dialect == "sqlite":
        files = (Path(f"{database.url.target}{suffix}") for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
    size = text("SELECT pg_total_relation_size(to_regclass(:name))")
    return sum(connection.scalar(size, {"name": name}) or 0 for name in METADATA.tables)


def _delete_old(database: Database, days: float) -> int:
    """Delete accounts that were not written for some days, but never the settings of all accounts."""
    with database.transaction() as connection:
        is_old = ACCOUNTS.c.written_at < time.time() - days * _DAY_SECONDS
        ids = connection.scalars(select(ACCOUNTS.c.id).where(is_old, ACCOUNTS.c.id != ALL_ACCOUNTS)).all()
        for account_id in ids:
            delete_account(connection, account_id)
    return len(ids)


def _vacuum(database: Database) -> None:
    """Rewrite the tables without the space of deleted rows."""
    connection = database.connect()
    try:
        if database.url.dialect == "sqlite":
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        else:
            connection.autocommit = True
            for name in METADATA.tables:
                connection.execute(f"VACUUM (FULL, ANALYZE) {name}")
    except driver_errors(database.url) as error:
        raise database.unavailable(error) from None
    finally:
        connection.close()


def _snapshot_chunks(connection: Connection, catalogs: Catalogs, store: str, progress: Progress) -> Iterator[bytes]:
    """Yield a snapshot of all accounts in chunks; a part of the accounts is in memory at a time."""
    digest = connection.scalar(select(META.c.value).where(META.c.key == LISTS_DIGEST)) or ""
    rows = connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.written_at, ACCOUNTS.c.id)).all()
    common = [row for row in rows if row.id == ALL_ACCOUNTS]
    own = [row for row in rows if row.id != ALL_ACCOUNTS]
    yield b'{"version":%d,"world":%b,"accounts":{' % (SNAPSHOT_VERSION, orjson.dumps(digest))
    settings = dict(_read(connection, common, catalogs, store)).get(ALL_ACCOUNTS, PRISTINE)
    yield b'"":%b' % orjson.dumps(dump_account(settings))
    for done, (account_id, account) in enumerate(_read(connection, own, catalogs, store), 1):
        yield b",%b:%b" % (orjson.dumps(account_id), orjson.dumps(dump_account(account)))
        progress(done, len(own))
    yield b"}}"


def _read(connection: Connection, rows: Sequence[Any], catalogs: Catalogs, store: str) -> Iterator[tuple[str, Account]]:
    """Yield id and account of rows.

    Raises:
        StoreError: leads of a list from a file are needed.
    """
    try:
        yield from read_in_chunks(connection, rows, catalogs)
    except KeyError as error:
        message = f"store {store}: list {error} is in the configuration of its fake; name its file with --config"
        raise StoreError(message) from None
